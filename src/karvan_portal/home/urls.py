"""Address of the home page."""

from django.urls import path

from karvan_portal.home import views

app_name = "home"
urlpatterns = [path("", views.now, name="now")]
