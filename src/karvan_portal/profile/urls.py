"""Addresses of the profile."""

from django.urls import path

from karvan_portal.profile import views

app_name = "profile"
urlpatterns = [path("", views.read, name="read")]
