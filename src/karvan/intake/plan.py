"""What a contract becomes: a plan of SQL expressions, one for each column, check and record.

Every rule of the contract becomes one expression over whole columns. A value that does not fit is never mended: the row is set
aside with a reason code, and `REASONS` says each code in words.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from karvan.country import CodeList, Contract, ContractField, Country, RecordPart
from karvan.tables import EVERY_RECORD, TABLES

IDENTITY_COLUMNS = tuple(c.name for c in TABLES["identities"].columns if c.name not in ("record_id", "record_type", "feed", "delivery_id", "observed_on"))
SECRET = ("surname", "given_names", "patronymic", "full_name", "birth_date", "birth_place", "doc_no", "personal_no", "register_no", "address")
OWN = tuple(c.name for c in EVERY_RECORD)

# Reason codes, in the words of the return file's fallback language; packs translate them under `intake.reason.<code>`.
REASONS = {
    "columns": "The row does not have the number of columns that the file should have.",
    "quotes": "A quotation mark is opened and never closed.",
    "line_width": "The line is shorter or longer than the layout.",
    "required": "A value that must be there is missing.",
    "date": "This is not a date in the agreed form.",
    "number": "This is not a number.",
    "whole_number": "This is not a whole number.",
    "yes_no": "This is not a yes or a no.",
    "code": "This code is not in the list.",
    "code_not_valid": "This code was not valid on that day.",
    "not_understood": "Read, but this value was not understood.",
    "check_digit": "The check digit does not fit the number.",
    "key": "The row has no number of its own.",
    "check": "The row breaks a rule of the contract.",
    "no_record": "The row says nothing that the contract knows.",
    "declared_out_of_scope": "Left out by the contract, as declared.",
}
# The row was read; its value is empty, the original in `extra`. Remarks go back to the agency and set nothing aside.
REMARK = "not_understood"


@dataclass(frozen=True)
class Problem:
    """One thing that can be wrong: reason code, physical column, an SQL condition, and SQL for what stood there and what was expected."""

    reason: str
    column: str | None
    condition: str
    found: str
    expected: str
    reason_sql: str | None = None    # where the code depends on the value


@dataclass
class Value:
    """A physical column in SQL: `text` as cleaned, `value` as typed and coded, `kind` the type of `value`."""

    field: ContractField
    text: str
    value: str
    kind: str
    raw: str = ""    # typed but not coded: what expressions see


@dataclass
class Part:
    """One record that rows become: SQL of each column of the record type and of `identities`."""

    place: int
    part: RecordPart
    columns: dict[str, str]
    identity: dict[str, str]
    when: str | None
    problems: list[Problem]
    observed_on: str
    record_id: str
    numbers: dict[str, tuple[str, str]]    # columns that are a pseudonym: its kind, and SQL of the number
    remarks: list[Problem] = field(default_factory=list)


@dataclass
class Plan:
    """A contract as SQL over a relation with columns d, row_no, item_no, raw and one text column per physical column."""

    contract: Contract
    country: Country
    clean: dict[str, str] = field(default_factory=dict)       # t_i: cleaned text
    plain: dict[str, str] = field(default_factory=dict)       # the same, where no cell begins or ends with a blank
    typed: dict[str, str] = field(default_factory=dict)       # x_i: typed
    coded: dict[str, str] = field(default_factory=dict)       # m_i: coded
    joins: list[str] = field(default_factory=list)
    lists: dict[str, CodeList] = field(default_factory=dict)  # tables of codes to be made, by SQL name
    values: dict[str, Value] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)      # set nothing aside by themselves
    keeps: list[tuple[str, str]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    code_columns: list[tuple[str, str, str]] = field(default_factory=list)   # column, SQL 'has text', SQL 'missed'
    digit_columns: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def many(self) -> bool:
        """Whether a row of the file may become several members, each a row of its own here."""
        return self.contract.unpivot is not None or any(p.part.each for p in self.parts)


def physical_columns(contract: Contract) -> list[str]:
    """The columns that the file itself must have, in the contract's order."""
    names = [f.column for f in contract.fields]
    if contract.unpivot:
        turned = {contract.unpivot.name, contract.unpivot.value}
        names = [n for n in names if n not in turned] + [c for c in contract.unpivot.columns if c not in names]
    return names


def place(contract: Contract, key: str) -> str:
    return f"{contract.path or contract.id}, {key}"
