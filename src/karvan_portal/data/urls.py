"""Addresses of the data desk."""

from django.urls import path

from karvan_portal.data import views

app_name = "data"
urlpatterns = [
    path("", views.deliveries, name="deliveries"),
    path("deliveries/<str:delivery_id>/", views.delivery, name="delivery"),
    path("deliveries/<str:delivery_id>/accept/", views.accept, name="accept"),
    path("set-aside/", views.set_aside, name="quarantine"),
    path("set-aside/<str:feed>/", views.rows_set_aside, name="rows_set_aside"),
    path("set-aside/<str:feed>/return-file/", views.return_file, name="return_file"),
    path("completeness/", views.completeness, name="completeness"),
    path("quality/", views.quality_of_feeds, name="quality"),
    path("quality/<str:feed>/", views.source_quality, name="source_quality"),
    path("runs/", views.runs, name="runs"),
    path("runs/start/", views.start_run, name="start_run"),
    path("runs/<int:number>/progress/", views.progress, name="progress"),
]
