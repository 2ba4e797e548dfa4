"""Addresses of the linkage desk."""

from django.urls import path

from karvan_portal.linkage import views, views_quality

app_name = "linkage"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("open/", views.begin, name="begin"),
    path("pairs/<str:record_a>/<str:record_b>/", views.pair, name="pair"),
    path("pairs/<str:record_a>/<str:record_b>/answer/", views.answer, name="answer"),
    path("undo/", views.undo, name="undo"),
    path("reviewers/", views.reviewers, name="reviewers"),
    path("quality/", views_quality.quality, name="quality"),
    path("quality/thresholds/", views_quality.thresholds, name="thresholds"),
    path("sample/", views_quality.sample, name="sample"),
    path("sample/draw/", views_quality.draw, name="draw"),
    path("events/", views_quality.events, name="events"),
    path("events/<str:event_id>/undo/", views_quality.undo_event, name="undo_event"),
]
