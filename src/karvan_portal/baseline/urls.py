"""Addresses of the baseline desk."""

from django.urls import path

from karvan_portal.baseline import views

app_name = "baseline"
urlpatterns = [
    path("", views.read, name="read"),
    path("make/", views.make, name="make"),
    path("study/<str:dated>/study.pdf", views.pdf, name="pdf"),
    path("study/<str:dated>/<str:name>/", views.chapter, name="chapter"),
    path("questions/", views.questions, name="questions"),
    path("questions/<str:institution>/", views.answers_of, name="answers"),
    path("plan/", views.plan, name="plan"),
    path("plan/<str:name>/", views.measure, name="measure"),
]
