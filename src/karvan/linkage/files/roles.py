"""What a column holds, guessed from its header and its values, and which columns of two tables say the same."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from karvan.linkage.files.normal import COUNTED, ISO, NAMED_DMY, NAMED_MDY, ORDERS, SEXES
from karvan.linkage.files.reading import quoted

if TYPE_CHECKING:
    import duckdb

SAMPLE = 10_000
DIGIT = re.compile(r"\d")
# Role and the words of a header that say it, surest first: a header is read from the top. Words are those of English and of the alphabets next door.
HEADERS = {
    "birth_date": r"dob|birth ?da(te|y)|date of birth|born( on)?|birth|dogum tarixi|dogum|data rozhdeniia|дата рождения",
    "birth_year": r"birth ?year|year of birth|yob|dogum ili|god rozhdeniia|год рождения",
    "ignore": r"(birth|event|creation) (place|country)|relationship.*|housing.*",
    "age": r"age|yas|возраст",
    "sex": r"sex|gender|cins|cinsi|пол",
    "middle": r"(.* )?(middle( names?| initials?)?|mname|mi|patronymic|patronym|ata adi|father s? ?name|отчество)",
    "given": r"(.* )?(first ?names?|given ?names?|givenname|fore ?names?|fname|christian name|ad|имя)|given",
    "surname": r"(.* )?(last ?names?|sur ?names?|lname|family ?names?|soyad|soyadi|фамилия)",
    "full_name": r"(full |person |customer |patient |client |whole )?names?|fullname|фио|ad soyad",
    "email": r"e ?mails?( address)?",
    "phone": r"(.* )?(tele)?phones?( (no|number))?|mobile|telefon",
    "number": r"(.* )?(ssn|soc sec id|social security( number)?|national id|nin|passport( no| number)?|doc(ument)? ?(no|number)|fin|pin|tax id|tin|id (no|number)|personal number)",
    "house_number": r"(.* )?(street (no|number)|house( no| number)?|building( no| number)?)",
    "unit": r"(.* )?(unit|flat|apartment|apt)( no| number)?",
    "postcode": r"(.* )?(post ?code|postal code|zip( ?code)?|zipcode)",
    "region": r"(.* )?(state|province|region|county)",
    "city": r"(.* )?(city|town|suburb|municipality|locality|village|place)",
    "street": r"(.* )?(street( name)?|road|address( line)?( ?\d)?|addr( ?\d)?|unvan|адрес)",
}
NAMES = ("given", "surname", "middle", "full_name")
ADDRESS = ("house_number", "street", "unit", "city", "postcode", "region")


@dataclass
class Column:
    """A column of one table and what is known of it. `filled` and `different` are shares of the sampled rows and of the filled ones."""

    name: str
    role: str
    filled: float
    different: float
    order: str = ""
    why: str = ""
    most: float = 0.0       # share of the filled rows that have the most frequent value
    values: set[str] = field(default_factory=set, repr=False)

    @property
    def header(self) -> str:
        return header_words(self.name)


def header_words(name: str) -> str:
    """The words of a header in lower case.

    >>> header_words("dateOfBirth"), header_words("MAILING_ADDRESS-zip"), header_words("address_2")
    ('date of birth', 'mailing address zip', 'address 2')
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.findall(r"[^\W_]+", apart.lower()))


def look_at(con: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> list[Column]:
    """Every column of a table with its role."""
    con.execute(f"create or replace temp table looked_at as select * from {table} order by hash(row_of_file), row_of_file limit {SAMPLE}")
    rows = con.execute("select count(*) from looked_at").fetchall()[0][0]
    found = []
    for name in columns:
        values = [v for (v,) in con.execute(f"select {quoted(name)} from looked_at where {quoted(name)} is not null").fetchall()]
        plain: Counter[str] = Counter()
        for value, times in Counter(values).items():
            plain[re.sub(r"[\W_]+", " ", value.lower()).strip()] += times
        most = max(plain.values(), default=0) / max(len(values), 1)
        column = Column(name, "ignore", len(values) / rows, len(plain) / max(len(values), 1), most=most, values=set(plain))
        column.role, column.why, column.order = role_of(column, values)
        found.append(column)
    con.execute("drop table looked_at")
    return found


def role_of(column: Column, values: list[str]) -> tuple[str, str, str]:
    """Role, the reason, and for dates the order of their parts."""
    if not values:
        return "ignore", "always empty", ""
    if len(column.values) < 2:
        return "ignore", "the same in every row", ""
    said = next((role for role, pattern in HEADERS.items() if re.fullmatch(pattern, column.header)), "")
    order, share = date_order(values)
    if said == "birth_date" or (not said and share > 0.9 and re.search(r"\b(birth|born|dob)\b", column.header)):
        return ("birth_date", f"its header, and {share:.0%} of its values are dates written {order}", order) if share > 0.5 else ("text", "its values are not dates", "")
    if said == "birth_year":
        years = _share(values, r"\s*(18[5-9]|19\d|20\d)\d(\.0*)?\s*") > 0.9
        return ("birth_year", "its header, and its values are years", "ymd") if years else ("text", "its values are not years", "")
    if said == "age":
        return ("age", "its header, and its values are whole numbers", "") if _share(values, r"\s*\d{1,3}(\.0*)?\s*") > 0.9 else ("text", "its values are not ages", "")
    if said == "middle" and _share(values, r"\s*\S\.?\s*") > 0.8:
        return "middle", "its header, and its values are initials", ""
    if said in ("given", "surname", "middle", "full_name") and _share(values, r".*\d.*") > 0.5:
        return "text", "its header says a name, its values are figures", ""
    if said:
        return said, "its header", ""
    if share > 0.9 and order in ORDERS and not re.search(r"\d{9,}", values[0]):
        return "ignore", "dates of something else", ""
    sexes = {w for said_by in SEXES.values() for w in said_by.split()}
    if len(column.values) <= 4 and len(column.values & sexes) >= 2:
        return "sex", "its values", ""
    if column.different > 0.7 and _share(values, r"[A-Za-z]{0,3}[\d -]{6,14}") > 0.9:
        return "number", "most of its values are different, and all are numbers", ""
    if _share(values, r"[^@\s]+@[^@\s]+\.[^@\s]+") > 0.9:
        return "email", "its values", ""
    return "text", "nothing says what it holds", ""


def date_order(values: list[str]) -> tuple[str, float]:
    """The order in which most values are dates, and their share.

    >>> date_order(["31/12/1999", "01/02/2003"])
    ('dmy', 1.0)
    >>> date_order(["19991231"])
    ('ymd', 1.0)
    """
    parted = re.compile(r"^\s*(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})(?:[T ].*)?\s*$")
    plain = [re.compile(form) for form in (ISO, NAMED_DMY, NAMED_MDY)]
    counts = dict.fromkeys([*ORDERS, *COUNTED], 0)
    for value, times in Counter(values).items():
        if not DIGIT.search(value):
            continue
        if any(form.match(value) for form in plain):        # read alike in every order; ISO dates name theirs
            for order in ORDERS:
                counts[order] += times
            continue
        match = parted.match(value)
        parts = match.groups() if match else None
        digits = value.strip()
        for order, (year, month, day) in ORDERS.items():
            if parts is None and len(digits) == 8 and digits.isdigit():
                split: tuple[str, ...] = (digits[:4], digits[4:6], digits[6:]) if order == "ymd" else (digits[:2], digits[2:4], digits[4:])
            elif parts is not None:
                split = parts
            else:
                continue
            y, m, d = split[year - 1], split[month - 1], split[day - 1]
            counts[order] += times * (len(y) == 4 and 1850 <= int(y) <= 2100 and 1 <= int(m) <= 12 and 1 <= int(d) <= 31)
    best = max(ORDERS, key=lambda order: counts[order])
    if counts[best] > 0.5 * len(values):
        return best, counts[best] / max(len(values), 1)
    return counted_from(values) or (best, counts[best] / max(len(values), 1))


def counted_from(values: list[str]) -> tuple[str, float] | None:
    """How most values count days or seconds, and their share; nothing where they do not.

    >>> counted_from(["33054", "20121"]), counted_from(["662688000"]), counted_from(["7", "12"])
    (('excel', 1.0), ('epoch', 1.0), None)
    """
    whole = re.compile(r"\s*-?\d{4,14}(\.0*)?\s*")
    numbers: list[float] = []
    for seen, value in enumerate(values, 1):
        if whole.fullmatch(value):
            numbers.append(abs(float(value)))
        elif seen - len(numbers) >= 0.1 * len(values):
            return None
    if not numbers:
        return None
    middle = sorted(numbers)[len(numbers) // 2]
    found = "excel" if 3_000 < middle < 73_415 else "epoch" if 5e6 < middle < 5e9 else "epoch_ms" if 5e9 < middle < 5e12 else ""
    return (found, len(numbers) / len(values)) if found else None


def _share(values: list[str], pattern: str) -> float:
    whole = re.compile(pattern)
    return sum(bool(whole.fullmatch(v)) for v in values) / len(values)


def is_id(column: Column) -> bool:
    """Whether a column can be the id of its rows: its header says so, and every row has another value."""
    return column.filled == 1 and column.different == 1 and says_id(column)


def says_id(column: Column) -> bool:
    """Whether a header says that the column names the rows, and is no number of a person."""
    says = r"(.* )?(id|unique id|uid|uuid|key|record( id| no| number)?|rec id|row( id| no| number)?)"
    return bool(re.fullmatch(says, column.header)) and not re.fullmatch(HEADERS["number"], column.header)


@dataclass
class Match:
    """Two columns that say the same."""

    a: Column
    b: Column
    role: str
    overlap: float      # share of the different values of the shorter list that the other has too
    score: float = 0.0


def match_columns(a: list[Column], b: list[Column]) -> list[Match]:
    """Columns of A and B that say the same: same role, headers alike, values shared; each column once, the surest first.

    What is one person's or one address's goes together: where A's street is B's mailing street, A's state is not B's employer's state.
    """
    found = _matched(a, b, set())
    surest: dict[tuple[str, ...], tuple[float, tuple[str, str]]] = {}
    for match in found:
        for group in TOGETHER:
            if match.role in group and match.role in TELLING:
                surest[group] = max(surest.get(group, (-1.0, ("", ""))), (match.score, (_owner(match.a), _owner(match.b))))
    return _matched(a, b, {(group, owners) for group, (_, owners) in surest.items()})


def _matched(a: list[Column], b: list[Column], owners: set[tuple[tuple[str, ...], tuple[str, str]]]) -> list[Match]:
    found = []
    for one in a:
        for other in b:
            if one.role != other.role or one.role == "ignore":
                continue
            role = one.role
            overlap = len(one.values & other.values) / max(min(len(one.values), len(other.values)), 1)
            words = set(one.header.split()), set(other.header.split())
            alike = len(words[0] & words[1]) / max(len(words[0] | words[1]), 1)
            if role == "text" and (overlap < 0.2 or (alike == 0 and overlap < 0.5)):
                continue
            if role in (*ADDRESS, "sex", "number", "phone", "email") and overlap < 0.02:
                continue        # two tables of the same people share some
            together = any(role in group and (_owner(one), _owner(other)) == pair for group, pair in owners)
            score = alike + 2 * overlap + 2 * min(one.filled, other.filled) + 3 * together - 2 * (of_another(one) or of_another(other))
            found.append(Match(one, other, role, overlap, score))
    found.sort(key=lambda m: (-m.score, m.a.name, m.b.name))
    used_a, used_b, kept = set(), set(), []
    for match in found:
        if match.a.name not in used_a and match.b.name not in used_b:
            kept.append(match)
            used_a.add(match.a.name)
            used_b.add(match.b.name)
    order = {c.name: n for n, c in enumerate(a)}
    return sorted(kept, key=lambda m: order[m.a.name])


TOGETHER = (ADDRESS, ("given", "middle", "surname", "full_name", "birth_date", "birth_year", "age", "sex"))
TELLING = ("street", "house_number", "given", "surname", "birth_date", "full_name")       # of a group, what says whose it is
OTHERS = {"employer", "business", "company", "work", "workplace", "office", "spouse", "partner", "dependent", "child", "parent", "guardian", "contact", "emergency", "agent", "payer"}
PART_WORDS = {
    "street", "number", "no", "name", "names", "unit", "flat", "apartment", "apt", "city", "town", "suburb", "state", "region", "province", "county", "zip", "zipcode",
    "code", "postcode", "postal", "house", "road", "line", "1", "2", "first", "last", "given", "family", "middle", "initial", "surname", "forename", "date", "of", "birth",
    "dob", "sex", "gender", "age", "full",
}  # fmt: skip


def of_another(column: Column) -> bool:
    """Whether a column speaks of somebody or something else than the person of the row: an employer's address, a spouse's name."""
    return bool(OTHERS & set(column.header.split()))


def own_columns(columns: list[Column]) -> list[Match]:
    """The columns of one file that say who a row is of: those with a role, and not of another."""
    return [Match(c, c, c.role, 1.0) for c in columns if c.role not in ("ignore", "text") and not of_another(c)]


def _owner(column: Column) -> str:
    """Whose a column is, by its header: `employer` of employer_zipcode, `spouse` of spouse_first_name."""
    return " ".join(word for word in column.header.split() if word not in PART_WORDS)
