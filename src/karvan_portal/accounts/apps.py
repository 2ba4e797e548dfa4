"""The Django app of this desk."""

from django.apps import AppConfig


class Accounts(AppConfig):
    name = "karvan_portal.accounts"
