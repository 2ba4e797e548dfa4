"""Demo accounts: one for each institution of the pack, and one for each further role of the linkage desk, on workspaces whose people are made up."""

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
    known = {account.username: account for account in Account.objects.filter(is_demo=True)}
    taken = set(Account.objects.values_list("username", flat=True)) - set(known)
    for username, wanted in wanted_accounts().items():
        if username in taken:
            continue
        encoded = encoded or make_password(PASSWORD)  # one slow hash serves them all: the password is the same, and public
        account = known.get(username) or Account(username=username, is_demo=True, password=encoded)
        for name, value in wanted.items():
            setattr(account, name, value)
        account.save()
    Account.objects.filter(is_demo=True).update(is_active=True)
    return list(Account.objects.filter(is_demo=True).order_by("-operator", "username"))


def wanted_accounts() -> dict[str, dict[str, object]]:
    """Demo accounts by name. The institution's own has the first of its linkage roles; each further role has an account of its own, which runs nothing."""
    roles, found = source.linkage_roles(), {}
    for one in source.institutions():
        first, *further = roles.get(one.id.casefold(), ("",))
        found[one.id.casefold()] = {"institution": one.id, "operator": one.operator, "linkage_role": first}
        found |= {f"{one.id.casefold()}-{role}": {"institution": one.id, "operator": False, "linkage_role": role} for role in further}
    return found


def shown() -> list[Account]:
    """Demo accounts to list on the sign-in page."""
    if not is_demo():
        return []
    return list(Account.objects.filter(is_demo=True, is_active=True).order_by("-operator", "username"))
