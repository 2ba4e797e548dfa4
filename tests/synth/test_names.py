"""Names: who is called what, and how other hands write it."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from karvan.synth.cultures import Cultures
from karvan.synth.names import name_everybody
from karvan.synth.truth import TRUTH, arrow_schema


def people(changes: tuple[dict, ...], *rows: dict) -> dict[str, pa.Table]:
    def table(name: str, rows: list[dict]) -> pa.Table:
        return pa.Table.from_pylist(rows, schema=arrow_schema(TRUTH[name]))

    documents = [
        {
            "person_no": row["person_no"],
            "doc_no": f"D{row['person_no']}{k}",
            "doc_type": "P",
            "issuer": row["culture"],
            "issued_on": date(2015 + 5 * k, 1, 1),
            "expires_on": date(2025, 1, 1),
        }
        for row in rows
        for k in range(2)
    ]
    return {"people": table("people", list(rows)), "documents": table("documents", documents), "name_changes": table("name_changes", list(changes))}


MARRIAGE = {"person_no": 2, "changed_on": date(2016, 5, 1), "cause": "marriage", "spouse_no": 1, "papers_on": date(2016, 6, 9), "act": True}
REFORM = {"person_no": 1, "changed_on": date(2016, 5, 1), "cause": "reform", "spouse_no": None, "papers_on": date(2016, 6, 9), "act": True}


def family(culture: str = "AZE", *changes: dict) -> dict[str, pa.Table]:
    """A father, a mother and their daughter; the father and the mother have a passport of 2015 and one of 2020."""
    return people(
        changes,
        {"person_no": 1, "sex": "M", "born_on": date(1980, 1, 1), "born_country": culture, "culture": culture, "kind": "resident"},
        {"person_no": 2, "sex": "F", "born_on": date(1982, 1, 1), "born_country": culture, "culture": culture, "kind": "resident"},
        {
            "person_no": 3,
            "sex": "F",
            "born_on": date(2017, 1, 1),
            "born_country": culture,
            "culture": culture,
            "mother_no": 2,
            "father_no": 1,
            "kind": "resident",
        },
    )


def test_a_daughter_bears_her_fathers_name_in_its_feminine_form_and_his_forename(cultures: Cultures):
    spells, _ = name_everybody(family(), cultures, seed=1, rates={})
    father, _, child = spells.to_pylist()
    local = cultures[cultures.settings["local_culture"]]
    assert child["surname"] == local.feminine(father["surname"])
    assert child["patronymic"] == f"{father['given_names']} qızı"


def test_a_wife_who_takes_her_husbands_name_has_two_names_and_a_new_passport_shows_the_second(cultures: Cultures):
    spells, passports = name_everybody(family("AZE", MARRIAGE), cultures, seed=1, rates={})
    hers = [row for row in spells.to_pylist() if row["person_no"] == 2]
    assert [row["from_on"] for row in hers] == [None, date(2016, 5, 1)]
    assert hers[0]["to_on"] == date(2016, 5, 1)
    printed = {row["doc_no"]: row["surname"] for row in passports.to_pylist()}
    assert printed["D20"] == hers[0]["latin_surname"]
    assert printed["D21"] == hers[1]["latin_surname"]


def test_a_reform_gives_a_family_name_another_form_or_nothing_where_it_has_no_such_ending(cultures: Cultures):
    local = cultures[cultures.settings["local_culture"]]
    seen = set()
    for seed in range(40):
        spells, passports = name_everybody(family("AZE", REFORM), cultures, seed=seed, rates={})
        before, *since = [row for row in spells.to_pylist() if row["person_no"] == 1]
        assert bool(since) == before["surname"].endswith(("ov", "ev"))
        if since:
            stem = before["surname"].removesuffix("ov").removesuffix("ev").removesuffix("y")
            assert since[0]["surname"].startswith(stem) and since[0]["surname"] in {name for name, _ in local.family[len(local.surnames) :]}
            assert {row["doc_no"]: row["surname"] for row in passports.to_pylist()}["D11"] == since[0]["latin_surname"]
            seen.add(since[0]["surname"].removeprefix(stem))
    assert len(seen) >= 3  # dropped, changed for a local ending, ...


def test_a_son_may_bear_his_fathers_whole_name(cultures: Cultures):
    named = family()
    sons = named["people"].set_column(1, "sex", pa.array(["M", "F", "M"]))
    for seed in range(5):
        spells, _ = name_everybody({**named, "people": sons}, cultures, seed=seed, rates={"son_bears_fathers_name": 1})
        father, _, son = spells.to_pylist()
        assert (son["surname"], son["given_names"]) == (father["surname"], father["given_names"])


def test_strangers_born_on_one_day_may_be_namesakes(cultures: Cultures):
    strangers = [
        {"person_no": n, "sex": "M", "born_on": date(1980, 1, 1 + n // 100), "born_country": "TUR", "culture": "TUR", "kind": "visitor"} for n in range(1, 200)
    ]
    spells, _ = name_everybody(people((), *strangers), cultures, seed=1, rates={"namesakes": 1})
    assert len({(row["surname"], row["given_names"]) for row in spells.to_pylist()}) == 2


def test_passports_are_in_plain_latin_letters_whatever_the_script_at_home(cultures: Cultures):
    for culture in ("RUS", "GEO", "IRN", "CHN", "IND", "TUR", "AZE"):
        _, passports = name_everybody(family(culture), cultures, seed=3, rates={})
        assert all(f"{row['surname']}{row['given_names']}".replace(" ", "").replace("-", "").isascii() for row in passports.to_pylist())


def test_some_new_passports_spell_a_foreign_name_in_another_way(cultures: Cultures):
    _, passports = name_everybody(family("TUR"), cultures, seed=1, rates={"other_spelling_in_new_passport": 1.0})
    first, second = ([row["surname"] + row["given_names"] for row in passports.to_pylist() if row["doc_no"].endswith(k)] for k in "01")
    assert first != second


def test_variants_are_real_ones_and_the_same_draw_gives_the_same_spelling(cultures: Cultures):
    spelling = cultures.spelling
    seen = {spelling.respell("Mohammad", "spelling", u / 50) for u in range(50)}
    assert {"Mohammed", "Muhammad"} <= seen
    assert spelling.respell("Mohammad", "spelling", 0.3) == spelling.respell("Mohammad", "spelling", 0.3)


def test_cyrillic_needs_every_part_to_be_known(cultures: Cultures):
    assert cultures.spelling.cyrillic("IVANOV", 0.1) == "Иванов"
    assert cultures.spelling.cyrillic("Ivanov Zzyzx", 0.1) is None
