"""From a contract to its plan."""

from __future__ import annotations

from karvan.country import Contract, Country
from karvan.expressions import parse
from karvan.intake.fields import add_field
from karvan.intake.plan import Plan, place
from karvan.intake.records import record_part


def mapping(contract: Contract, country: Country) -> Plan:
    """The SQL of a contract. Raises PackError where the contract names what does not exist."""
    made = Plan(contract, country)
    for number, spec in enumerate(contract.fields):
        add_field(made, number, spec)
    names = {column: v.raw for column, v in made.values.items()} | {"period": "period", "period_from": "period_from_on", "period_to": "period_to_on"}
    for left in contract.where:
        made.keeps.append((parse(left.keep, where=place(contract, "where"), known=names).sql(names), left.because))
    for number, part in enumerate(contract.records):
        made.parts.append(record_part(made, number, part, names))
    return made
