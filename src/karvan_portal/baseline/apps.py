"""The Django app of this desk."""

from django.apps import AppConfig


class Baseline(AppConfig):
    name = "karvan_portal.baseline"
