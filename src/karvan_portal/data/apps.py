"""The Django app of this desk."""

from django.apps import AppConfig


class Data(AppConfig):
    name = "karvan_portal.data"
