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
NAME = (
    "coalesce(surname, '')", "coalesce(given_names, '')", "coalesce(patronymic, '')",
    "case when surname is null and given_names is null then coalesce(full_name, '') else '' end",
)  # fmt: skip


def prepare(con: duckdb.DuckDBPyConnection, identities: str = "identities", keys: MatchKeys | None = None) -> int:
    """Make the temporary table `prepared` from a table of identities: one row per record, numbered `rid` in the order of record_id.

    `keys` say which numbers join. Returns the number of records. Each different spelling is brought to its forms once.
    Raises DataError where names are encoded under two secrets.
    """
    import pyarrow as pa

    cut = ", ".join(f"case when starts_with({part}, '{MARK}') then {part} else left({part}, {LONGEST}) end" for part in NAME)
    spellings = con.sql(f"select hash({', '.join(NAME)}) as name_hash, any_value([{cut}]) as written from {identities} group by 1 order by 1").fetchall()
    one_secret(part for _, written in spellings for part in written if is_encoded(part))
    forms = [(encoded_forms if any(map(is_encoded, written)) else name_forms)(*written) for _, written in spellings]
    fields = ("surname", "given", "patronymic", "parts", "surname_key", "given_key")
    columns = {field: pa.array([getattr(form, field) or None for form in forms], pa.string()) for field in fields}
    table = pa.table({"name_hash": pa.array([name_hash for name_hash, _ in spellings], pa.uint64())} | columns)
    readable = [None if any(map(is_encoded, parts)) else " ".join(filter(None, (parts[3], parts[1], parts[0]))) or None for _, parts in spellings]
    con.execute((HERE / "macros.sql").read_text(encoding="utf-8"))
    con.register("name_forms", table.append_column("written", pa.array(readable, pa.string())))
    text = (HERE / "prepare.sql").read_text(encoding="utf-8")
    for mark, value in marks(keys or MatchKeys()).items():
        text = text.replace(mark, value)
    con.execute(text.replace("$identities", identities))
    con.unregister("name_forms")
    return con.sql("select count(*) from prepared").fetchall()[0][0]


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
