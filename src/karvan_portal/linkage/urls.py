"""Addresses of the linkage desk."""

from django.urls import path

from karvan_portal.linkage import views, views_events, views_people, views_quality

app_name = "linkage"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("open/", views.begin, name="begin"),
    path("pairs/<str:record_a>/<str:record_b>/", views.pair, name="pair"),
    path("pairs/<str:record_a>/<str:record_b>/answer/", views.answer, name="answer"),
    path("undo/", views.undo, name="undo"),
    path("reviewers/", views_people.reviewers, name="reviewers"),
    path("reviewers/answers.csv", views_people.answers_file, name="answers_file"),
    path("roles/", views_people.roles, name="roles"),
    path("quality/", views_quality.quality, name="quality"),
    path("quality/thresholds/", views_quality.thresholds, name="thresholds"),
    path("quality/thresholds/<int:number>/progress/", views_quality.thresholds_progress, name="thresholds_progress"),
    path("quality/thresholds/<int:number>/cancel/", views_quality.cancel_thresholds, name="cancel_thresholds"),
    path("sample/", views_quality.sample, name="sample"),
    path("sample/draw/", views_quality.draw, name="draw"),
    path("events/", views_events.all_events, name="events"),
    path("events/<str:event_id>/", views_events.one_event, name="event"),
    path("events/<str:event_id>/undo/", views_events.undo_event, name="undo_event"),
]
