"""Cells as they are compared: one form of letters, of dates, of numbers, whatever a side writes. All in DuckDB's SQL.

Every function takes a column as SQL and returns SQL. Nothing (null) is what says nothing: empty cells, and words such as `N/A`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from karvan.linkage.files.reading import LONGEST

if TYPE_CHECKING:
    import duckdb

SAYS_NOTHING = "('na', 'n a', 'nan', 'null', 'none', 'unknown', 'missing', 'not stated', 'not known')"
# What stands in a form where a name should: who somebody is to whom, or that they did not say.
NO_NAMES = """
    adult anonymous baby boy brother child children cousin dad daughter declined female father friend girl grandchild granddaughter grandfather
    grandmother grandson guest head householder  husband infant lodger male man mother name nephew niece none occupant parent person refused resident
    respondent roommate self sister son spouse teen wife withheld woman
"""
SEXES = {"f": "f female woman w", "m": "m male man"}


def words(column: str) -> str:
    """Letters and figures in lower case without accents, one blank between words; control characters and emoji go."""
    plain = f"trim(regexp_replace(lower(strip_accents(left({column}, {LONGEST}))), '[^\\p{{L}}\\p{{N}}]+', ' ', 'g'))"
    return f"case when {plain} not in ('', {SAYS_NOTHING[1:]} then {plain} end"


def name(column: str) -> str:
    """As `words`; apostrophes join (O'Neil is one word), figures go."""
    return words(f"regexp_replace({column}, '[''’ʻʼ`0-9]+', '', 'g')")


def given(column: str) -> str:
    """As `name`; a word for who somebody is to whom is no name."""
    plain = name(column)
    return f"case when {plain} not in ({', '.join(repr(word) for word in NO_NAMES.split())}) then {plain} end"


def number(column: str) -> str:
    """Letters and figures only, in capitals: AB 12-34 is AB1234."""
    plain = f"upper(regexp_replace(left({column}, {LONGEST}), '[^A-Za-z0-9]+', '', 'g'))"
    return f"case when length({plain}) > 1 and {plain} not in ('NA', 'NAN', 'NULL', 'NONE', 'UNKNOWN') and not regexp_full_match({plain}, '0+|9+|X+') then {plain} end"


def sex(column: str) -> str:
    cases = " ".join(f"when {words(column)} in ({', '.join(repr(w) for w in said.split())}) then '{code}'" for code, said in SEXES.items())
    return f"case {cases} else {words(column)} end"


def whole(column: str) -> str:
    """A whole number up to three figures (age), else nothing."""
    return f"try_cast(regexp_extract({column}, '^\\s*(\\d{{1,3}})(?:\\.0*)?\\s*$', 1) as integer)"


ORDERS = {"ymd": (1, 2, 3), "dmy": (3, 2, 1), "mdy": (3, 1, 2)}
COUNTED = {     # dates as numbers: how they become days, and the numbers of 1850 to 2100
    "excel": ("date '1899-12-30' + {n}::integer", (-18_260, 73_415)),      # days, as spreadsheets count them
    "epoch": ("make_timestamp({n}::bigint * 1000000)::date", (-3_786_825_600, 4_133_894_400)),
    "epoch_ms": ("make_timestamp({n}::bigint * 1000)::date", (-3_786_825_600_000, 4_133_894_400_000)),
}
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_PARTED = {
    "ymd": r"^\s*(\S{4})[-/. ](\S{1,2})[-/. ](\S{1,2})(?:[T ].*)?\s*$",
    "dmy": r"^\s*(\S{1,2})[-/. ](\S{1,2})[-/. ](\S{4})(?:[T ].*)?\s*$",
    "mdy": r"^\s*(\S{1,2})[-/. ](\S{1,2})[-/. ](\S{4})(?:[T ].*)?\s*$",
}
ISO = r"^\s*(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?\s*$"
_MONTH = rf"((?i:{'|'.join(MONTHS.split())})[A-Za-z]{{0,6}})"
NAMED_DMY, NAMED_MDY = rf"^\s*(\d{{1,2}})[-/. ]{_MONTH}[-/., ]+(\d{{4}})\s*$", rf"^\s*{_MONTH}[-/. ]+(\d{{1,2}}),? +(\d{{4}})\s*$"
_JOINED = {"ymd": r"^\s*(\S{4})(\S{2})(\S{2})\s*$", "dmy": r"^\s*(\S{2})(\S{2})(\S{4})\s*$", "mdy": r"^\s*(\S{2})(\S{2})(\S{4})\s*$"}


def date(column: str, order: str) -> str:
    """Eight characters, year month day, as they are written: a slip (199o) stays to be compared; `____` is a part not said.

    `order` is ymd, dmy or mdy, or says how a number counts: `excel` in days, `epoch` in seconds since 1970, `epoch_ms` in thousandths. A year alone, or a
    year and month, is a partial date. What can be read in one way only (1990-12-31, 31 Dec 1990) is read so in every order of parts.
    """
    if order in COUNTED:
        days, (least, most) = COUNTED[order]
        number = f"try_cast({column} as double)"
        return f"case when {number} between {least} and {most} then strftime({days.format(n=number)}, '%Y%m%d') end"
    cases = []
    for form, places in ((ISO, (1, 2, 3)), (NAMED_DMY, (3, 2, 1)), (NAMED_MDY, (3, 1, 2)), (_PARTED[order], ORDERS[order]), (_JOINED[order], ORDERS[order])):
        y, m, d = (f"regexp_extract({column}, '{form}', {n})" for n in places)
        if form in (NAMED_DMY, NAMED_MDY):
            m = f"list_position(string_split('{MONTHS}', ' '), lower(left({m}, 3)))::varchar"
        cases.append(f"when regexp_matches({column}, '{form}') then {y} || lpad({m}, 2, '0') || lpad({d}, 2, '0')")
    cases.append(f"when regexp_full_match({column}, '\\s*\\d{{4}}\\s*') then trim({column}) || '____'")
    cases.append(f"when regexp_matches({column}, '^\\s*\\d{{4}}[-/.]\\d{{2}}\\s*$') then left(trim({column}), 4) || right(trim({column}), 2) || '__'")
    return f"case {' '.join(cases)} end"


def birth_year(column: str, order: str, as_of: int | None) -> str:
    """The year of birth, from a date or from an age in the year `as_of`."""
    if as_of is not None:
        return f"({as_of} - {whole(column)})"
    return f"try_cast(({date(column, order)})[1:4] as integer)"


def soundex(column: str) -> str:
    """The first letter and the consonants after it by class, four characters: Mohammed and Muhamad sound alike."""
    coded = f"translate(substr(replace({column}, ' ', ''), 2), 'bfpvcgjkqsxzdtlmnraeiouyhw', '11112222222233455600000000')"
    for n in "123456":      # RE2 knows no back reference: one class after another
        coded = f"replace(replace({coded}, '{n}{n}', '{n}'), '{n}{n}', '{n}')"
    return f"left(left({column}, 1) || replace({coded}, '0', '') || '000', 4)"


def to_latin(con: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> None:
    """Bring words of other scripts to Latin letters, by the tables of transliteration; only where there are any."""
    import numpy as np

    from karvan.linkage.letters import latin

    for column in columns:
        other = [v for (v,) in con.execute(f"select distinct {column} from {table} where regexp_matches({column}, '[^\\x00-\\x7f]') order by 1").fetchall()]
        if not other:
            continue
        spelled = [" ".join(latin(word) for word in v.split()).lower() for v in other]
        con.register("spellings", {"was": np.array(other, object), "spelled": np.array(spelled, object)})
        con.execute(f"update {table} set {column} = nullif(spelled, '') from spellings where {column} = was")
        con.unregister("spellings")
