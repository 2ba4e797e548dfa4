"""Addresses of the profile."""

from django.urls import path

from karvan_portal.profile import views

app_name = "profile"
urlpatterns = [
    path("", views.read, name="read"),
    path("make/", views.make, name="make"),
    path("profile.pdf", views.pdf, name="pdf"),
    path("<str:name>/", views.chapter, name="chapter"),
]
