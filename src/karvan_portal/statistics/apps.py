"""The Django app of this desk."""

from django.apps import AppConfig


class Statistics(AppConfig):
    name = "karvan_portal.statistics"
