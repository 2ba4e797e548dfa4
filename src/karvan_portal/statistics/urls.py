"""Addresses of the statistics desk."""

from django.urls import path, re_path

from karvan_portal.statistics import views, views_mirrors, views_revisions

app_name = "statistics"
urlpatterns = [
    path("", views.find, name="find"),
    path("mirrors/", views_mirrors.every, name="mirrors"),
    path("mirrors/<str:pair>/", views_mirrors.one, name="mirror"),
    path("mirrors/<str:pair>/cells.csv", views_mirrors.download, name="mirror_file"),
    path("revisions/", views_revisions.every, name="revisions"),
    path("revisions/<str:indicator>/", views_revisions.one, name="revision"),
    path("revisions/<str:indicator>/vintages.csv", views_revisions.download, name="revision_file"),
    path("revisions/<str:indicator>/provisional.csv", views_revisions.download_provisional, name="provisional_file"),
    path("explain/<str:indicator>/<path:period>/", views.explain, name="explain"),
    path("<str:indicator>/", views.show, name="show"),
    re_path(r"^(?P<indicator>[^/]+)/cells\.(?P<kind>csv|parquet|xlsx)$", views.download, name="download"),
]
