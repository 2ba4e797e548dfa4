"""The Django app of this desk."""

from django.apps import AppConfig


class Linkage(AppConfig):
    name = "karvan_portal.linkage"
    label = "linkage_desk"
