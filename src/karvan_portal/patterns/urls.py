"""Address of the patterns page."""

from django.urls import path

from karvan_portal.patterns import views

app_name = "patterns"
urlpatterns = [path("", views.all_of_them, name="all")]
