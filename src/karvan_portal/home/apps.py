"""The Django app of this desk."""

from django.apps import AppConfig


class Home(AppConfig):
    name = "karvan_portal.home"
