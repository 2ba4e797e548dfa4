"""The Django app of this desk."""

from django.apps import AppConfig


class Patterns(AppConfig):
    name = "karvan_portal.patterns"
