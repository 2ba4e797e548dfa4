"""What an account may see and do. Every desk asks here."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from karvan.errors import AccessError
from karvan_portal.accounts.models import Account

LINKAGE_ACTS = {
    "see": gettext_lazy("see what waits, how far people agree, how good the links are; no names"),
    "open": gettext_lazy("open pairs and answer them"),
    "settle": gettext_lazy("settle contradictions: the answer outranks those of others"),
    "take_back": gettext_lazy("take merges and splits back"),
    "draw": gettext_lazy("draw samples"),
    "compare": gettext_lazy("compute figures under other thresholds"),
    "oversee": gettext_lazy("see who opened and answered how much, and take out everyone's answers"),
}
LINKAGE_ROLES = {  # who measures the links opens no names; who overrides others does not measure
    "reviewer": frozenset({"see", "open"}),
    "senior": frozenset({"see", "open", "settle", "take_back"}),
    "supervisor": frozenset({"see", "draw", "compare", "oversee"}),
}
ROLE_NAMES = {"reviewer": gettext_lazy("reviewer"), "senior": gettext_lazy("senior reviewer"), "supervisor": gettext_lazy("supervisor (statistician)")}


def sees_feed(account: Account, institution: str) -> bool:
    """Whether the account may see deliveries of an institution: its own, or all for the operator."""
    return account.operator or account.institution.casefold() == str(institution or "").casefold()


def runs_line(account: Account) -> bool:
    """Whether the account may run the line and accept held deliveries."""
    return account.operator


def links(account: Account, act: str) -> bool:
    """Whether the account may do something at the linkage desk: by its role, as long as the pack gives its institution that role."""
    from karvan_portal import source

    held = source.linkage_roles().get(account.institution.casefold(), ())
    return account.linkage_role in held and act in LINKAGE_ROLES.get(account.linkage_role, ())


def require_links(account: Account, act: str) -> None:
    """Raise AccessError, which says whose task it is, unless the account may do `act` at the linkage desk."""
    from karvan_portal import source

    if links(account, act):
        return
    allowed = [role for role, acts in LINKAGE_ROLES.items() if act in acts]
    holders = sorted(source.institution_name(one) for one, roles in source.linkage_roles().items() if set(roles) & set(allowed))
    mine = ROLE_NAMES.get(account.linkage_role)
    raise AccessError(
        _("Your account may not do this at the desk Who is who: %(act)s.") % {"act": LINKAGE_ACTS[act]},
        where=_("your role: %(role)s") % {"role": mine or _("none")},
        fix=_("ask a %(roles)s (%(institutions)s)") % {"roles": _(" or ").join(str(ROLE_NAMES[role]) for role in allowed), "institutions": ", ".join(holders)}
        if holders
        else _("ask the operator: the pack gives nobody this role"),
    )


def require(allowed: bool, what: str, fix: str) -> None:
    """Raise AccessError unless allowed."""
    if not allowed:
        raise AccessError(what, fix=fix)


def deliveries_filter(account: Account) -> tuple[str, list[Any]]:
    """A SQL condition over `deliveries` that keeps what the account may see, and its parameters."""
    if account.operator:
        return "true", []
    return "lower(institution) = ?", [account.institution.casefold()]
