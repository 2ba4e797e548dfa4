"""The baseline study: what it states of a workspace, what it says of silence, how editions are compared, what people answer and change."""

import json
import shutil
from datetime import date

import pyarrow as pa
import pytest
from click.testing import CliRunner

from drawn import ARROW, table
from karvan.baseline import answers, editions, journal, plan, study
from karvan.baseline.difference import difference
from karvan.baseline.facts import gather
from karvan.baseline.tables import standing
from karvan.baseline.wording import Words, words
from karvan.cli.baseline_study import baseline_study
from karvan.country import for_workspace, load
from karvan.errors import DataError
from karvan.quality import STEP
from karvan.tables import TABLES
from karvan.workspace import Workspace, run_step

PERMITS, POPULATION = "az.sms.permits", "az.mia.population"
AT = "2026-11-25T10:00:00+00:00"


def whole(name, rows):
    data = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
    return pa.Table.from_pylist(data, schema=pa.schema([(c.name, ARROW[c.type]) for c in TABLES[name].columns]))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A workspace with two sources that know three people between them, and one figure by citizenship."""
    ws = Workspace.create(tmp_path_factory.mktemp("study") / "ws", packs=["az", "world"])
    tables = {
        "deliveries": table(f"""
            delivery_id | feed         | institution | state    | rows | rows_quarantined | records | period_from_on | period_to_on | received_on | due_on
            d1          | {PERMITS}    | SMS         | accepted | 2    | 0                | 2       | 2024-01-01     | 2024-01-31   | 2024-02-03  | 2024-02-05
            d2          | {POPULATION} | MIA         | accepted | 2    | 0                | 2       | 2024-01-01     | 2024-01-31   | 2024-02-20  | 2024-02-15
        """),
        "permit": table(f"""
            record_id | feed      | kind      | applied_on | sex | citizenship | doc_key
            a         | {PERMITS} | temporary | 2024-01-05 | F   | TUR         | k1
            b         | {PERMITS} | temporary | 2024-01-05 | F   | TUR         | k2
        """),
        "resident": table(f"""
            record_id | feed         | since_on   | citizenship | personal_key
            c         | {POPULATION} | 2020-01-01 | TUR         | p1
            d         | {POPULATION} | 2020-01-01 | AZE         | p2
        """),
        "links": table("""
            record_id | person_id | level
            a         | P1        | document
            b         | P2        | alone
            c         | P1        | personal_no
            d         | P3        | personal_no
        """),
        "cubes": table("""
            indicator | period | citizenship | sex | age_group | value
            FLW-01    | 2023   | _T          | _T  | _T        | 10
            FLW-01    | 2023   | TUR         | _T  | _T        | 4
            FLW-01    | 2023   | _T          | F   | _T        | 6
            FLW-01    | 2023   | _T          | _T  | 20-24     | 5
        """),
    }
    with ws.lock():
        with ws.transaction() as tx:
            for name, rows in tables.items():
                tx.write(name, whole(name, rows))
        run_step(ws, STEP)
    return ws


@pytest.fixture
def ws(made, tmp_path):
    shutil.copytree(made.root, tmp_path / "ws")
    return Workspace.open(tmp_path / "ws")


def full(country, level=3):
    return {question: {"level": level, "evidence": "order 12, annex 3"} for question in answers.questionnaire(country)["questions"]}


def test_sources_are_told_by_their_deliveries_people_and_legal_basis(ws):
    found = gather(ws, for_workspace(ws), dated=date(2026, 1, 1))
    sources = {s["feed"]: s for s in found["sources"]}
    assert (sources[PERMITS]["accepted"], sources[PERMITS]["late"], sources[POPULATION]["late"]) == (1, 0, 1)
    assert sources[PERMITS]["linked_by"] == {"document": 1, "alone": 1}
    assert sources[PERMITS]["legal"] == [{"act": "migration_code", "article": "45-57"}, {"act": "decree_276"}]
    assert sources["az.sbs.crossings"]["accepted"] == 0 and sources["az.sbs.crossings"]["score"] is None
    assert found["overlap"][PERMITS] == {PERMITS: 2, POPULATION: 1, "elsewhere": 1}
    assert "world.un.wpp_2024" not in sources, "publishers of the world's tables are no institutions of the country"


def test_a_table_is_made_with_every_breakdown_and_else_says_what_it_waits_for(ws):
    found = standing(ws.connect(), for_workspace(ws))
    assert found["EU-01"] == {"group": "eu", "state": "made", "indicator": "FLW-01", "missing": [], "waits_for": []}
    assert found["EU-32"]["state"] == "definition", "permits are delivered, no indicator has figures"
    assert (found["EU-10"]["state"], found["EU-10"]["waits_for"]) == ("source", ["case_event"])
    assert (found["EU-20"]["state"], found["EU-20"]["waits_for"]) == ("source", ["crossing"])


def test_indicators_carry_a_table_together_and_a_breakdown_by_age_has_several_forms(ws, monkeypatch):
    given = {"A": ("age", "sex"), "B": ("next_country",)}
    monkeypatch.setattr("karvan.baseline.tables.breakdowns", lambda con, country: given)
    table = {"group": "eu", "by": ["age_group", "sex", "next_country", "region"], "rests_on": ["permit"], "carried_by": ["A", "B", "C"]}
    country = for_workspace(ws)
    monkeypatch.setitem(country.quality, "tables", {"T": table})
    assert standing(ws.connect(), country)["T"] == {"group": "eu", "state": "partly", "indicator": "A, B", "missing": ["region"], "waits_for": []}


def test_a_questionnaire_that_nobody_submitted_is_said_to_be_unanswered_and_nothing_stands_in_its_place(ws):
    country = for_workspace(ws)
    answers.save(ws, country, "SMS", {"E1": {"level": 5, "evidence": "a law"}}, actor="sms", at=AT)
    told = answers.standing(ws, country)
    assert (told["submitted"], told["institutions"]["SMS"]["state"], told["institutions"]["SMS"]["answered"]) == (0, "draft", 1)
    assert set(told["sections"].values()) == {None}, "a draft is counted, never averaged"
    edition = study(ws, langs=["en"], pdf=False)
    page = edition.file("en", "html").read_text(encoding="utf-8")
    assert "No institution has submitted its questionnaire yet" in page and "not yet answered" in page


def test_submitted_answers_are_averaged_by_section_and_questions_that_do_not_apply_left_out(ws):
    country = for_workspace(ws)
    given = full(country)
    given["E1"]["level"], given["E2"]["level"] = 5, answers.DOES_NOT_APPLY
    answers.save(ws, country, "SMS", given, actor="sms", at=AT, submit=True)
    told = answers.standing(ws, country)
    assert told["submitted"] == 1
    assert told["sections"]["environment"] == pytest.approx((5 + 3 + 3) / 3)
    assert told["institutions"]["SBS"]["state"] == "none"


def test_answers_are_submitted_whole_and_with_their_evidence(ws):
    country = for_workspace(ws)
    given = full(country)
    given["E1"]["evidence"], given["S3"] = "", {"level": None, "evidence": ""}
    assert answers.lacking(country, given) == ["E1", "S3"]
    with pytest.raises(DataError, match="2 questions are still open or lack their evidence: E1, S3"):
        answers.save(ws, country, "SMS", given, actor="sms", at=AT, submit=True)
    given["E1"]["level"] = 1        # the lowest levels need no proof
    assert answers.lacking(country, given) == ["S3"]
    with pytest.raises(DataError, match="no level 6"):
        answers.save(ws, country, "SMS", {"E1": {"level": 6}}, actor="sms", at=AT)
    with pytest.raises(DataError, match="no question 'Z9'"):
        answers.save(ws, country, "SMS", {"Z9": {"level": 1}}, actor="sms", at=AT)


def test_a_line_of_a_journal_that_was_changed_is_found(ws):
    country = for_workspace(ws)
    for _ in range(2):
        answers.save(ws, country, "SMS", {"E1": {"level": 2}}, actor="sms", at=AT)
    path = journal.path_of(ws, answers.JOURNAL)
    path.write_text(path.read_text(encoding="utf-8").replace('"level": 2', '"level": 4', 1), encoding="utf-8")
    with pytest.raises(DataError, match="changed after it was written") as wrong:
        journal.read(ws, answers.JOURNAL)
    assert wrong.value.where.endswith("answers.jsonl:1")


def test_measures_follow_from_findings_and_the_most_figures_come_first(ws):
    found = gather(ws, for_workspace(ws), dated=date(2026, 1, 1))
    listed = {m["id"]: m for m in found["plan"]}
    assert listed["DELIVER:az.sbs.crossings"]["priority"] == "high"
    assert listed["LAW:az.moj.civil"]["institution"] == "MOJ"
    assert listed["ANSWER:SMS"]["points"] == 1 and listed["CONFIRM:SMS"]["kind"] == "confirm"
    assert [m["points"] for m in found["plan"]] == sorted((m["points"] for m in found["plan"]), reverse=True)
    assert all(m["points"] == m["severity"] * (1 + m["reach"]) for m in found["plan"])


def test_a_measure_is_followed_from_edition_to_edition_and_stays_when_its_finding_is_gone(ws):
    country = for_workspace(ws)
    one = next(m for m in gather(ws, country, dated=date(2026, 1, 1))["plan"] if m["id"] == "LAW:az.moj.civil")
    change = {"actor": "moj", "at": AT, "institutions": list(country.packs[0].institutions)}
    plan.change(ws, one, owner="MOJ", due="2027-06-30", status="in_progress", note="with the lawyers", **change)
    now = {m["id"]: m for m in gather(ws, country, dated=date(2026, 1, 1))["plan"]}
    assert (now[one["id"]]["due"], now[one["id"]]["status"], now[one["id"]]["found"]) == ("2027-06-30", "in_progress", True)
    assert [m["id"] for m in plan.tracked(ws, []) if not m["found"]] == [one["id"]]
    with pytest.raises(DataError, match="needs a note"):
        plan.change(ws, one, owner="MOJ", due=None, status="done", note="", **change)
    with pytest.raises(DataError, match="'June' is no day"):
        plan.change(ws, one, owner="MOJ", due="June", status="accepted", note="", **change)
    with pytest.raises(DataError, match="no institution 'XYZ'"):
        plan.change(ws, one, owner="XYZ", due=None, status="accepted", note="", **change)


def test_the_edition_of_the_next_year_says_what_changed(ws):
    country = for_workspace(ws)
    first = study(ws, langs=["en"], dated=date(2026, 1, 1), pdf=False)
    assert first.before is None and "This is the first edition" in first.file("en", "html").read_text(encoding="utf-8")
    answers.save(ws, country, "SMS", full(country), actor="sms", at=AT, submit=True)
    second = study(ws, langs=["en"], dated=date(2027, 1, 1), pdf=False)
    assert second.before == "2026-01-01"
    kinds = {(c["kind"], c.get("section")): (c["before"], c["now"]) for c in difference(first.facts(), second.facts())}
    assert kinds[("submitted", None)] == (0, 1) and kinds[("section", "needs")] == (None, 3)
    assert "Compared with the edition of 2026-01-01" in second.file("en", "html").read_text(encoding="utf-8")
    assert [e.dated for e in editions(ws)] == ["2027-01-01", "2026-01-01"]


def test_changes_of_colour_tables_and_completeness_are_told_and_equal_facts_give_none(ws):
    before = gather(ws, for_workspace(ws), dated=date(2026, 1, 1))
    assert difference(before, before) == []
    after = json.loads(json.dumps(before, default=float))
    source = next(s for s in after["sources"] if s["feed"] == PERMITS)
    qi = next(name for name, m in source["measures"].items() if m["colour"] == "green")
    source["measures"][qi]["colour"], source["complete_until_on"] = "red", "2024-02-29"
    after["tables"]["EU-32"]["state"] = "made"
    told = [(c["kind"], c["before"], c["now"]) for c in difference(before, after)]
    assert told == [("colour", "green", "red"), ("complete", "2024-01-31", "2024-02-29"), ("table", "definition", "made")]


def test_the_command_writes_html_and_pdf_in_three_languages_and_keeps_the_edition(ws, tmp_path):
    done = CliRunner().invoke(baseline_study, ["-w", str(ws.root), "-o", str(tmp_path / "out")], standalone_mode=False)
    assert done.exception is None, done.output
    assert done.output.startswith("edition of 2024-02-20, the first"), "the day of the newest delivery"
    for lang in ("az", "en", "ru"):
        page = (tmp_path / "out" / f"study.{lang}.html").read_text(encoding="utf-8")
        assert f'<html lang="{lang}">' in page and "http" not in page.split("</style>")[0], "loads nothing"
        assert (tmp_path / "out" / f"study.{lang}.pdf").read_bytes().startswith(b"%PDF")
    assert (ws.root / "publications" / "baseline" / "2024-02-20" / "facts.json").exists()
    wrong = CliRunner().invoke(baseline_study, ["-w", str(ws.root), "--lang", "rru"], standalone_mode=False)
    assert "did you mean 'ru'?" in str(wrong.exception)


def test_the_same_workspace_gives_the_same_edition(ws):
    first = study(ws, langs=["ru"], pdf=False).file("ru", "html").read_bytes()
    assert study(ws, langs=["ru"], pdf=False).file("ru", "html").read_bytes() == first


def test_a_workspace_without_deliveries_says_what_to_do(tmp_path):
    empty = Workspace.create(tmp_path / "ws", packs=["az", "world"])
    with pytest.raises(DataError, match="No delivery has been taken in yet") as wrong:
        study(empty)
    assert "--date" in wrong.value.fix
    assert study(empty, dated=date(2026, 1, 1), langs=["en"], pdf=False).dated == "2026-01-01"


def test_every_text_of_the_study_and_the_questionnaire_is_in_three_languages():
    def look(found, path=""):
        if isinstance(found, dict) and {"az", "en", "ru"} & set(found):
            assert set(found) == {"az", "en", "ru"}, path
            fields = [sorted(w for w in text.replace("}", "{").split("{")[1::2]) for text in found.values()]
            assert fields[0] == fields[1] == fields[2], path
        elif isinstance(found, dict):
            for key, one in found.items():
                look(one, f"{path}/{key}")

    country = load(["az", "world"])
    look(words())
    look(country.quality)
    for kind in ("quality", "law", "deliver", "confirm", "define", "source", "answer", "level"):
        assert Words(country, "az").words["measure"][kind]
    for question in answers.questionnaire(country)["questions"].values():
        assert question["section"] in answers.questionnaire(country)["sections"] and set(question["levels"]) == {1, 3, 5}
