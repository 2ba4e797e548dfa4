"""Addresses of the statistics desk."""

from django.urls import path, re_path

from karvan_portal.statistics import views, views_mirrors

app_name = "statistics"
urlpatterns = [
    path("", views.find, name="find"),
    path("mirrors/", views_mirrors.every, name="mirrors"),
    path("mirrors/<str:pair>/", views_mirrors.one, name="mirror"),
    path("mirrors/<str:pair>/cells.csv", views_mirrors.download, name="mirror_file"),
    path("explain/<str:indicator>/<path:period>/", views.explain, name="explain"),
    path("<str:indicator>/", views.show, name="show"),
    re_path(r"^(?P<indicator>[^/]+)/cells\.(?P<kind>csv|parquet|xlsx)$", views.download, name="download"),
]
