"""What the data desk reads: deliveries, their gates, completeness, runs. Every function asks for the account whose right it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from karvan.errors import AccessError, DataError, KarvanError
from karvan.workspace import Run
from karvan_portal import source
from karvan_portal.accounts import rights
from karvan_portal.accounts.models import Account

PAGE = 50
# Deliveries, each with whether it came late. Several periods handed over together on a feed's first day are the past: no delay.
DELIVERIES = """(
    select *, state <> 'superseded' and received_on > due_on
              and not (received_on = min(received_on) over (partition by feed)
                       and min(period_to_on) over (partition by feed, received_on) < max(period_to_on) over (partition by feed, received_on)) as late
    from deliveries
)"""


@dataclass(frozen=True)
class Gate:
    """One gate of a delivery: what was found against what is allowed."""

    name: str
    field: str
    found: Any
    limit: Any
    passed: bool


@dataclass(frozen=True)
class Choice:
    """What the reader filters deliveries by."""

    feed: str = ""
    institution: str = ""
    state: str = ""
    late: bool = False


def condition(account: Account, choice: Choice) -> tuple[str, list[Any]]:
    allowed, params = rights.deliveries_filter(account)
    parts = [allowed]
    for column in ("feed", "institution", "state"):
        if value := getattr(choice, column):
            parts.append(f"{column} = ?")
            params.append(value)
    if choice.late:
        parts.append("late")
    return " and ".join(parts), params


def deliveries(account: Account, choice: Choice, *, page: int) -> tuple[list[dict[str, Any]], int]:
    """One page of deliveries, newest first, and how many there are."""
    where, params = condition(account, choice)
    count = source.one(f"select count(*) as n from {DELIVERIES} where {where}", params).get("n", 0)
    found = source.rows(
        f"""
        select * from {DELIVERIES} where {where}
        order by coalesce(period_to_on, received_on) desc, feed, delivery_id limit {PAGE} offset {PAGE * (page - 1)}
        """,
        params,
    )
    return found, count


def options(account: Account) -> dict[str, list[str]]:
    """Feeds and institutions that the account can filter by."""
    where, params = rights.deliveries_filter(account)
    found = source.one(
        f"select list(distinct feed order by feed) as feeds, list(distinct institution order by institution) as institutions from deliveries where {where}",
        params,
    )
    return {name: list(found.get(name) or []) for name in ("feeds", "institutions")}


def delivery(account: Account, delivery_id: str) -> dict[str, Any]:
    """One delivery. Raises DataError if there is none, AccessError if it is another institution's."""
    found = source.one(f"select * from {DELIVERIES} where delivery_id = ?", [delivery_id])
    if not found:
        raise DataError(_("There is no such delivery."), fix=_("choose one from the list of deliveries"))
    if not rights.sees_feed(account, found["institution"]):
        raise AccessError(_("This delivery belongs to another institution."), fix=_("ask the operator if you need it"))
    return found


def gates(found: dict[str, Any]) -> list[Gate]:
    """The gates of a delivery, failed ones first."""
    try:
        told = json.loads(found.get("gates") or "[]")
    except json.JSONDecodeError:
        return []
    listed = [{"name": k, **v} if isinstance(v, dict) else {"name": k, "found": v} for k, v in told.items()] if isinstance(told, dict) else told
    read = [Gate(str(g.get("name") or ""), str(g.get("field") or ""), g.get("found"), g.get("limit"), bool(g.get("passed", True))) for g in listed]
    return sorted(read, key=lambda g: (g.passed, g.name, g.field))


def set_aside(account: Account) -> list[dict[str, Any]]:
    """Per feed: rows set aside in deliveries that are in force or held, most first; `entries` tells whether anything was noted of its rows."""
    where, params = rights.deliveries_filter(account)
    noted: dict[str, int] = {}
    for part in source.workspace().version("quarantine").parts:
        feed = part.key.partition("/")[0]
        noted[feed] = noted.get(feed, 0) + part.rows
    found = source.rows(
        f"""
        select feed, any_value(institution) as institution, sum(rows_quarantined) as quarantined, sum(rows) as row_count,
               count(*) filter (rows_quarantined > 0) as deliveries,
               sum(rows_quarantined) / nullif(sum(rows), 0) as share
        from deliveries where {where} and state in ('accepted', 'held') group by feed order by quarantined desc, feed
        """,
        params,
    )
    return [row | {"entries": noted.get(row["feed"], noted.get("", 0))} for row in found]


def rows_in_force(account: Account, feed: str) -> dict[str, Any]:
    """Where the rows of a feed's deliveries that are in force or held went: five counts that add up to `row_count`."""
    where, params = rights.deliveries_filter(account)
    return source.one(
        f"""
        select sum(rows) as row_count, sum(rows_read) as read, sum(rows_duplicate) as duplicate, sum(rows_superseded) as superseded,
               sum(rows_quarantined) as quarantined, sum(rows_held) as rows_held
        from deliveries where {where} and feed = ? and state in ('accepted', 'held')
        """,
        [*params, feed],
    )


def feed_institution(account: Account, feed: str) -> str:
    """Institution of a feed that the account may see. Raises as `delivery`."""
    contracts = contracts_by_feed()
    found = source.one("select any_value(institution) as institution from deliveries where feed = ?", [feed]).get("institution") or getattr(
        contracts.get(feed), "institution", None
    )
    if found is None:
        raise DataError(_("There is no feed '%(feed)s'.") % {"feed": feed}, fix=_("choose one from the list"))
    if not rights.sees_feed(account, found):
        raise AccessError(_("This feed belongs to another institution."), fix=_("ask the operator if you need it"))
    return str(found)


def completeness(account: Account) -> list[dict[str, Any]]:
    """Per feed: the last day that is complete, the points that lie behind, and how many quality scores of each colour it has.

    Feeds furthest behind first; feeds whose files cover no dated period last.
    """
    where, params = rights.deliveries_filter(account)
    return source.rows(
        f"""
        with mine as (select feed, any_value(institution) as institution, count(*) filter (state = 'accepted') as in_force, bool_or(period_to_on is not null) as dated
                      from deliveries where {where} group by feed),
             whole as (select feed, min(first_on) as first_on, min(complete_until_on) as complete_until_on, max(complete_until_on) as furthest,
                              count(point) as points, arg_min(point, complete_until_on) as slowest from completeness group by feed),
             newest as (select * from quality_scores qualify measured_until = max(measured_until) over (partition by qi, subject, detail)),
             graded as (select subject as feed, count(*) filter (colour = 'red') as red, count(*) filter (colour = 'amber') as amber,
                               count(*) filter (colour = 'green') as green from newest group by subject)
        select mine.*, first_on, complete_until_on, furthest, points, slowest, furthest > complete_until_on as behind,
               coalesce(red, 0) as red, coalesce(amber, 0) as amber, coalesce(green, 0) as green
        from mine left join whole using (feed) left join graded using (feed) order by dated desc, complete_until_on nulls first, mine.feed
        """,
        params,
    )


def contracts_by_feed() -> dict[str, Any]:
    try:
        return dict(source.country().contracts)
    except KarvanError:
        return {}


def history(limit: int = 60) -> list[Run]:
    """Runs of the line, newest first: every commit keeps the newest run of each step."""
    ws = source.workspace()
    found: dict[tuple[str, str], Run] = {}
    number = ws.head().number
    while number >= 0 and len(found) < limit:
        try:
            for run in ws.commit(number).runs.values():
                found.setdefault((run.step, run.started_at), run)
        except DataError:  # swept away
            break
        number -= 1
    return sorted(found.values(), key=lambda r: (r.started_at, r.step), reverse=True)[:limit]
