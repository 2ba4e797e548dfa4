"""Demo accounts: one for each institution of the pack, on workspaces whose people are made up."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password

from karvan_portal import source
from karvan_portal.accounts.models import Account

PASSWORD = "karvan-demo"  # public on purpose: it opens nothing but a synthetic country


def is_demo() -> bool:
    """Whether demo accounts work here: only where every person is made up."""
    return source.is_synthetic()


def keep_accounts() -> list[Account]:
    """Make the demo accounts that are missing; close them all where the workspace is not synthetic."""
    if not is_demo():
        Account.objects.filter(is_demo=True).update(is_active=False)
        return []
    encoded = None
    known = set(Account.objects.values_list("username", flat=True))
    institutions = source.institutions()
    for institution in institutions:
        if institution.id.casefold() in known:
            continue
        encoded = encoded or make_password(PASSWORD)  # one slow hash serves them all: the password is the same, and public
        account = Account(username=institution.id.casefold(), institution=institution.id, operator=institution.operator, is_demo=True, password=encoded)
        account.save()
    Account.objects.filter(is_demo=True).update(is_active=True)
    return list(Account.objects.filter(is_demo=True).order_by("-operator", "username"))


def shown() -> list[Account]:
    """Demo accounts to list on the sign-in page."""
    if not is_demo():
        return []
    return list(Account.objects.filter(is_demo=True, is_active=True).order_by("-operator", "username"))
