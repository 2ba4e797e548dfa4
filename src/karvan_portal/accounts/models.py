"""Accounts, and the log of what they saw and changed."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Accounts(BaseUserManager["Account"]):
    """Makes accounts."""

    def make(self, username: str, *, institution: str, password: str | None, operator: bool = False, is_demo: bool = False, linkage_role: str = "") -> Account:
        account = self.model(username=username, institution=institution, operator=operator, is_demo=is_demo, linkage_role=linkage_role)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """One account. It belongs to an institution of the pack and sees what that institution may see.

    An operator's institution runs the platform: it sees every feed and runs the line.
    `linkage_role`: what it may do at the linkage desk (`rights.LINKAGE_ROLES`); empty for nothing.
    """

    username = models.CharField(max_length=60, unique=True)
    institution = models.CharField(max_length=60)
    operator = models.BooleanField(default=False)
    linkage_role = models.CharField(max_length=20, default="")
    is_demo = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    objects = Accounts()
    USERNAME_FIELD = "username"

    def __str__(self) -> str:
        return self.username

    @property
    def role_name(self) -> str:
        """The role at the linkage desk in the reader's language."""
        from karvan_portal.accounts.rights import ROLE_NAMES

        return str(ROLE_NAMES.get(self.linkage_role, ""))


class Line(models.Model):
    """One line of the audit log, sealed with the hash of the line before it. The database refuses to change or delete lines."""

    number = models.BigIntegerField(primary_key=True)
    at = models.CharField(max_length=40)
    actor = models.CharField(max_length=60)
    act = models.CharField(max_length=40)
    subject = models.CharField(max_length=300)
    purpose = models.CharField(max_length=300)
    before = models.CharField(max_length=64)
    seal = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("number",)
