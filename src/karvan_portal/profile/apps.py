"""The Django app of this desk."""

from django.apps import AppConfig


class Profile(AppConfig):
    name = "karvan_portal.profile"
