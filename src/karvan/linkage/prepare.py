"""Identities, ready to be compared: names as skeletons, numbers normalised, dates checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from karvan.country.match_keys import MatchKeys
from karvan.linkage.encode.received import MARK, encoded_forms, is_encoded, one_secret
from karvan.linkage.names import LONGEST, name_forms

if TYPE_CHECKING:
    import duckdb

HERE = Path(__file__).parent
AT_ONCE = 200_000       # spellings that are in memory together
FORMS = ("surname", "given", "patronymic", "parts", "surname_key", "given_key")
NAME = (
    "coalesce(surname, '')", "coalesce(given_names, '')", "coalesce(patronymic, '')",
    "case when surname is null and given_names is null then coalesce(full_name, '') else '' end",
)  # fmt: skip


def prepare(con: duckdb.DuckDBPyConnection, identities: str = "identities", keys: MatchKeys | None = None) -> int:
    """Make the temporary table `prepared` from a table of identities: one row per record, numbered `rid` in the order of record_id.

    `keys` say which numbers join. Returns the number of records. Each different spelling is brought to its forms once.
    Raises DataError where names are encoded under two secrets.
    """
    con.execute((HERE / "macros.sql").read_text(encoding="utf-8"))
    name_forms_of(con, identities)
    text = (HERE / "prepare.sql").read_text(encoding="utf-8")
    for mark, value in marks(keys or MatchKeys()).items():
        text = text.replace(mark, value)
    con.execute(text.replace("$identities", identities))
    con.execute("drop table name_forms")
    return con.sql("select count(*) from prepared").fetchall()[0][0]


def name_forms_of(con: duckdb.DuckDBPyConnection, identities: str) -> None:
    """Make the temporary table `name_forms`: the forms of each different spelling, and the name as a reader would write it (`written`; null where it is encoded)."""
    import pyarrow as pa

    cut = ", ".join(f"any_value(case when starts_with({part}, '{MARK}') then {part} else left({part}, {LONGEST}) end) as {name}" for name, part in zip("sgpw", NAME, strict=True))
    con.execute(f"create or replace temp table spellings as select hash({', '.join(NAME)}) as name_hash, {cut} from {identities} group by 1")
    encoded = con.sql(f"select any_value(f) from (select unnest([s, g, p, w]) as f from spellings) where starts_with(f, '{MARK}') group by split_part(f, ':', 2)").fetchall()
    one_secret(field for (field,) in encoded)
    con.execute(f"create or replace temp table name_forms (name_hash ubigint, {', '.join(f'{field} varchar' for field in (*FORMS, 'written'))})")
    [(count,)] = con.sql("select count(*) from spellings").fetchall()
    for first in range(0, count, AT_ONCE):
        batch = con.sql(f"from spellings where rowid >= {first} and rowid < {first + AT_ONCE}").to_arrow_table()
        names = list(zip(*(batch[part].to_pylist() for part in "sgpw"), strict=True))
        hidden = [bool(encoded) and any(map(is_encoded, name)) for name in names]
        forms = [(encoded_forms if hide else name_forms)(*name) for name, hide in zip(names, hidden, strict=True)]
        columns = {field: pa.array([getattr(form, field) or None for form in forms], pa.string()) for field in FORMS}
        readable = [None if hide else " ".join(filter(None, (w, g, s))) or None for (s, g, _, w), hide in zip(names, hidden, strict=True)]
        con.register("spelled", pa.table({"name_hash": batch["name_hash"], **columns, "written": pa.array(readable, pa.string())}))
        con.execute("insert into name_forms from spelled")
        con.unregister("spelled")
    con.execute("drop table spellings")


def marks(keys: MatchKeys) -> dict[str, str]:
    """What stands for the marks in prepare.sql: a number that joins nobody is left out, a register's number is unique within what the pack says."""
    scopes = dict(keys.numbers)
    feeds = {what: ", ".join("'" + feed.replace("'", "''") + "'" for feed, one in keys.one_per_person if one == what) for what in ("register_no", "record")}
    return {
        "$personal": "personal_no" if "personal_no" in scopes else "null::varchar",
        "$document": "doc_issuer || ':' || doc_no" if "document" in scopes else "null::varchar",
        "$register": f"{'feed' if scopes.get('register_no') == 'feed' else 'office'} || ':' || register_no" if "register_no" in scopes else "null::varchar",
        "$one_number": f"list_contains([{feeds['register_no']}]::varchar[], feed)",
        "$one_record": f"list_contains([{feeds['record']}]::varchar[], feed)",
    }
