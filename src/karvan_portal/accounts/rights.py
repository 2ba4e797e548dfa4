"""What an account may see and do. Every desk asks here."""

from __future__ import annotations

from typing import Any

from karvan.errors import AccessError
from karvan_portal.accounts.models import Account


def sees_feed(account: Account, institution: str) -> bool:
    """Whether the account may see deliveries of an institution: its own, or all for the operator."""
    return account.operator or account.institution.casefold() == str(institution or "").casefold()


def runs_line(account: Account) -> bool:
    """Whether the account may run the line and accept held deliveries."""
    return account.operator


def reviews_links(account: Account) -> bool:
    """Whether the account may open uncertain pairs and answer them: the operator, and the institutions that the pack names as `reviewers`."""
    from karvan_portal import source

    return account.operator or account.institution.casefold() in source.reviewing_institutions()


def supervises_review(account: Account) -> bool:
    """Whether the account settles contradictions, draws samples, takes events back and sees who opened how much."""
    return account.operator


def require(allowed: bool, what: str, fix: str) -> None:
    """Raise AccessError unless allowed."""
    if not allowed:
        raise AccessError(what, fix=fix)


def deliveries_filter(account: Account) -> tuple[str, list[Any]]:
    """A SQL condition over `deliveries` that keeps what the account may see, and its parameters."""
    if account.operator:
        return "true", []
    return "lower(institution) = ?", [account.institution.casefold()]
