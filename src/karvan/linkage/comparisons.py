"""How two nodes are compared: levels from the surest agreement to none, in DuckDB's SQL over columns of `nodes`.

Each comparison is a name, when a side says nothing (level `missing`), and its levels, of which the first that holds counts; where none does, the level is `other`.
The parameters of the levels (m: share among pairs of one person, u: among pairs of two people) are in `model.json`, and are estimated
again where there is enough to learn from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

NAMESAKES = 15          # people, at least, whom any name is taken to have: relatives bear one name, and are of one age
MOST_TELLING = 0.0001   # the rarest that a name or a citizenship is taken to be among few nodes
SIMILAR = 0.88      # Jaro-Winkler on skeletons; Mamadov against Mamedov is equal already, this is for slips of the keyboard


MISSING, OTHER = "missing", "other"


class Level(NamedTuple):
    """One level of agreement: a code that tables keep, a label that a reader sees, and the condition."""

    code: str
    label: str
    condition: str


@dataclass(frozen=True)
class Comparison:
    """One comparison of two nodes. `frequency` is the column whose frequency adjusts the first level."""

    name: str
    empty: str
    levels: tuple[Level, ...]
    frequency: str = ""

    @property
    def codes(self) -> list[str]:
        """Every level that a pair can have, from the surest agreement to none; `missing` last."""
        return [*(level.code for level in self.levels), OTHER, MISSING]

    @property
    def columns(self) -> list[str]:
        """The columns of a node that the comparison reads."""
        return sorted({found for found, _ in re.findall(r"\b([a-z_]+)_([lr])\b", self.level_sql)})

    @property
    def level_sql(self) -> str:
        """An SQL expression over the columns of two nodes (`x_l`, `x_r`) that gives the code of the level."""
        cases = "".join(f" when {level.condition} then '{level.code}'" for level in self.levels)
        return f"case when {self.empty} then '{MISSING}'{cases} else '{OTHER}' end"


def like(a: str, b: str, at_least: float = SIMILAR) -> str:
    return f"alike({a}, {b}, {at_least})"


def among(few: str, many: str) -> str:
    """Whether all parts of one name are parts of another; looks first at what costs little."""
    return f"(contains({many}, split_part({few}, ' ', 1)) and list_has_all(string_split({many}, ' '), string_split({few}, ' ')))"


SAME_KEYS = f"""
    (surname_key_l = surname_key_r and given_key_l = given_key_r and {like("given_l", "given_r", 0.8)} and {like("surname_l", "surname_r", 0.7)})
    or (surname_key_l = given_key_r and given_key_l = surname_key_r and {like("given_l", "surname_r", 0.8)} and {like("surname_l", "given_r", 0.8)})
"""
BOTH_SIMILAR = f"""
    ({like("surname_l", "surname_r")} and {like("given_l", "given_r")}) or ({like("surname_l", "given_r")} and {like("given_l", "surname_r")})
    or {like("parts_l", "parts_r", 0.95)}
"""
ONE_CUT = f"""
    (({like("surname_l", "surname_r")} or surname_key_l = surname_key_r)
     and (starts_with(given_l, given_r) or starts_with(given_r, given_l) or given_l is null or given_r is null))
    or {among("parts_l", "parts_r")} or {among("parts_r", "parts_l")}
"""
SIMILAR_GIVEN = f"(given_key_l = given_key_r and {like('given_l', 'given_r', 0.8)}) or {like('given_l', 'given_r')}"
SIMILAR_SURNAME = f"surname_key_l = surname_key_r or {like('surname_l', 'surname_r')}"
LESS_EXACT = """
    birth_year_l = birth_year_r and (starts_with(birth_date_l, birth_date_r) or starts_with(birth_date_r, birth_date_l)
                                     or birth_date_l like '%-01-01' or birth_date_r like '%-01-01')
"""

# Year or day of the year is then the same, which is quicker to see.
ONE_DIGIT = """
    length(birth_date_l) = 10 and length(birth_date_r) = 10 and (birth_year_l = birth_year_r or right(birth_date_l, 5) = right(birth_date_r, 5))
    and damerau_levenshtein(birth_date_l, birth_date_r) <= 1
"""
SAME_BIRTH_COUNTRY = "birth_country_l = birth_country_r or birth_country_l = citizenship_r or citizenship_l = birth_country_r"

COMPARISONS = (
    Comparison(
        "name",
        "parts_l is null or parts_r is null",
        (
            Level("same", "same parts", "parts_l = parts_r"),
            Level("same_keys", "same keys, or swapped", SAME_KEYS),
            Level("similar", "both similar, or swapped", BOTH_SIMILAR),
            Level("cut", "one is cut, or lacks a part", ONE_CUT),
            Level("given_of_woman", "given name only, a woman", f"(sex_l = 'F' or sex_r = 'F') and ({SIMILAR_GIVEN})"),     # marriage changes surnames, mostly hers
            Level("given", "given name only", SIMILAR_GIVEN),
            Level("surname", "surname only", SIMILAR_SURNAME),
        ),
        frequency="name_at_home",
    ),
    Comparison(
        "birth",
        "birth_date_l is null or birth_date_r is null",
        (
            Level("same_day", "same day", "birth_date_l = birth_date_r and length(birth_date_l) = 10 and birth_date_l not like '%-01-01'"),
            Level("same_inexact", "same, but 1 January or partial", "birth_date_l = birth_date_r"),
            Level("swapped", "day and month swapped", "birth_pair_l = birth_pair_r"),
            Level("less_exact", "one is less exact", LESS_EXACT),
            Level("one_digit", "one digit", ONE_DIGIT),
            Level("same_year", "same year", "birth_year_l = birth_year_r"),
        ),
    ),
    Comparison("sex", "sex_l is null or sex_r is null", (Level("same", "same", "sex_l = sex_r"),)),
    Comparison(          # one comparison: citizenship and country of birth agree together, and would be counted twice apart
        "origin",
        "coalesce(citizenship_l, birth_country_l) is null or coalesce(citizenship_r, birth_country_r) is null",
        (
            Level("same_citizenship", "same citizenship", "citizenship_l = citizenship_r"),
            Level("same_country", "same birth country, or one where the other is a citizen", SAME_BIRTH_COUNTRY),
        ),
        frequency="citizenship",
    ),
    Comparison(
        "patronymic",
        "patronymic_l is null or patronymic_r is null",
        (Level("same", "same", "patronymic_l = patronymic_r"), Level("similar", "similar", like("patronymic_l", "patronymic_r", 0.85))),
    ),
)


def splink_comparisons(parameters: dict[str, list[dict[str, float]]], *, counted: int = 1) -> list[dict[str, Any]]:
    """The comparisons as Splink reads them.

    Parameters
    ----------
    parameters
        By comparison, a list of {m, u} from the first level to "else".
    counted
        Nodes among which names were counted, so that a rare one says more than a frequent one; 0: too few to count. In a large population names are rarer than a small one can show.
    """
    said = []
    for comparison in COMPARISONS:
        levels: list[dict[str, Any]] = [{"sql_condition": comparison.empty, "label_for_charts": "not said", "is_null_level": True}]
        conditions = [*comparison.levels, Level(OTHER, "else", "ELSE")]
        for at, ((_, label, condition), known) in enumerate(zip(conditions, parameters[comparison.name], strict=True)):
            level = {"sql_condition": condition, "label_for_charts": label, "m_probability": known["m"], "u_probability": known["u"]}
            if at == 0 and comparison.frequency and counted:
                level |= {"tf_adjustment_column": comparison.frequency, "tf_adjustment_weight": 1.0}
                rarest = min(MOST_TELLING, NAMESAKES / counted) if comparison.name == "name" else MOST_TELLING
                level |= {"tf_minimum_u_value": rarest, "disable_tf_exact_match_detection": True}
            levels.append(level)
        said.append({"output_column_name": comparison.name, "comparison_levels": levels})
    return said
