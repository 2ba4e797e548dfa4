"""Pages and rights, without a browser."""

import io
import re

import pytest

EVERY_PAGE = ["/", "/statistics/", "/data/", "/data/set-aside/", "/data/completeness/", "/data/runs/", "/profile/", "/log/", "/patterns/"]


@pytest.mark.parametrize("path", [*EVERY_PAGE, "/statistics/TMP-01/", "/statistics/ADM-01/"])
@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_no_page_breaks_where_nothing_has_happened_yet(empty, visit, path, language):
    answer = visit("mig", language).get(path)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text


def test_an_empty_statistics_page_says_so(empty, visit):
    assert "No figures yet" in visit("mig").get("/statistics/TMP-01/").text


@pytest.mark.parametrize(
    "path", [*EVERY_PAGE[:-1], "/statistics/TMP-01/", "/statistics/TMP-01/cells.csv", "/statistics/explain/TMP-01/2024/", "/data/deliveries/d-2024-12/"]
)
def test_nothing_is_shown_before_signing_in(tinyland, path):
    from django.test import Client

    answer = Client(headers={"host": "127.0.0.1"}).get(path)
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/sign-in/")


def test_every_answer_keeps_to_its_own_origin(visit):
    answer = visit("mig").get("/statistics/TMP-01/")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy and "http" not in policy


def test_an_institution_sees_its_own_deliveries_and_the_operator_all(visit):
    own, every = visit("bor").get("/data/").text, visit("mig").get("/data/").text
    assert "crossings_2024-12.csv" in own and "permits.csv" not in own
    assert "crossings_2024-12.csv" in every and "permits.csv" in every


@pytest.mark.parametrize("path", ["/data/deliveries/d-permits/", "/data/set-aside/tiny.mig.permits/"])
def test_another_institutions_data_are_refused_with_a_way_out(visit, path):
    answer = visit("bor").get(path)
    assert answer.status_code == 403
    assert "belongs to another institution" in answer.text and "ask the operator" in answer.text


def test_only_the_operator_runs_the_line_or_accepts(visit):
    assert visit("bor").post("/data/runs/start/").status_code == 403
    assert visit("bor").post("/data/deliveries/d-2025-01/accept/", {"reason": "a reason long enough"}).status_code == 403
    assert visit("bor").post("/statistics/explain/TMP-01/2024/", {"purpose": "curiosity"}).status_code == 403


def test_rows_set_aside_open_for_a_purpose_and_leave_a_line(visit, tinyland):
    from karvan_portal.accounts.models import Line

    client = visit("bor")
    assert "31.02.2024" not in client.get("/data/set-aside/tiny.bor.crossings/").text
    client.post("/data/set-aside/tiny.bor.crossings/", {"purpose": "correct the December file"})
    shown = client.get("/data/set-aside/tiny.bor.crossings/").text
    assert shown.count("<code>31.02.2024</code>") == 3
    last = Line.objects.filter(act="view_quarantine").last()
    assert (last.actor, last.subject, last.purpose) == ("bor", "tiny.bor.crossings", "correct the December file")
    assert "correct the December file" in tinyland.audit_log.read_text(encoding="utf-8")


def test_rows_read_with_a_remark_stand_apart_from_rows_set_aside_and_the_counts_add_up(visit):
    client = visit("bor")
    client.post("/data/set-aside/tiny.bor.crossings/", {"purpose": "correct the December file"})
    aside = client.get("/data/set-aside/tiny.bor.crossings/").text
    assert "3 rows of tiny.bor.crossings are set aside" in aside
    assert aside.count("<code>xyz</code>") == 1, "row 7 is set aside for its date; what else is wrong with it stands beside"
    remarked = client.get("/data/set-aside/tiny.bor.crossings/?show=remarks").text
    assert "2 rows of tiny.bor.crossings were read with a remark" in remarked
    assert remarked.count("<code>xyz</code>") == 2 and "31.02.2024" not in remarked
    places = re.search(r"1,100 rows, each in exactly one place.*?</ul>", aside, re.S).group(0)
    assert [int(n.replace(",", "")) for n in re.findall(r"<strong>([\d,]+)</strong>", places)] == [997, 3, 100]


def test_the_return_file_comes_as_a_workbook_in_the_readers_language(visit):
    answer = visit("bor", "az").post("/data/set-aside/tiny.bor.crossings/return-file/")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="tiny.bor.crossings.return.xlsx"'
    assert answer.content[:2] == b"PK"


def test_an_unknown_indicator_is_a_page_with_a_hint(visit):
    answer = visit("mig").get("/statistics/TMP-1/")
    assert answer.status_code == 404
    assert "did you mean" in answer.text and "TMP-01" in answer.text


@pytest.mark.parametrize("asked", ["muraciet", "ИММИГРАНТЫ", "girisler", "Girişlər", "въезд", "tmp-01", "entry"])
def test_a_search_reads_three_languages_without_their_marks(tinyland, asked):
    from karvan_portal.statistics import dictionary

    found = [e.id for e in dictionary.search(dictionary.entries(), asked)]
    assert found == ([] if asked in ("muraciet", "ИММИГРАНТЫ", "entry") else ["TMP-01"])


@pytest.mark.parametrize("language, name", [("az", "Cədvəl"), ("en", "Table"), ("ru", "Таблица")])
def test_a_workbook_holds_the_table_in_the_readers_language_and_says_what_it_is(visit, language, name):
    import python_calamine

    answer = visit("mig", language).get("/statistics/TMP-01/cells.xlsx?by=sex")
    assert 'filename="TMP-01-synthetic.xlsx"' in answer.headers["Content-Disposition"]
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    table, about = (book.get_sheet_by_index(n).to_python() for n in (0, 1))
    assert book.sheet_names[0] == name
    assert [type(v) for v in table[3]] == [str, *[float] * 4] and len(table) == 3 + 3
    assert any("TMP-01" in str(row[1]) for row in about) and len(about) >= 7


def test_a_held_delivery_is_accepted_only_by_someone_who_confirms(visit):
    answer = visit("mig").post("/data/deliveries/d-2025-01/accept/", {"reason": "a reason long enough"}, follow=True)
    assert "Confirm that you have read which gates failed" in answer.text


@pytest.mark.parametrize("language, said", [("az", "rəqəmi yoxdur"), ("ru", "нет числа")])
def test_a_figure_that_is_not_there_is_said_in_the_readers_language(visit, language, said):
    answer = visit("mig", language).get("/statistics/explain/TMP-01/2031/")
    assert answer.status_code == 422 or answer.status_code == 404
    assert said in answer.text and "has no cells" not in answer.text


def test_parquet_holds_every_cell_and_the_label(visit, tmp_path):
    import duckdb

    path = tmp_path / "cells.parquet"
    path.write_bytes(visit("mig").get("/statistics/TMP-01/cells.parquet?every=1").content)
    assert duckdb.connect().execute(f"select count(*), count(*) filter (synthetic) from '{path}'").fetchone() == (4 * 3 * 4, 4 * 3 * 4)


def test_the_synthetic_label_is_on_every_page_of_a_made_up_country(visit):
    for path in EVERY_PAGE:
        assert 'class="synthetic"' in visit("mig").get(path).text, path


def test_demo_accounts_and_their_password_are_shown_only_for_a_made_up_country(tinyland, empty):
    from django.test import Client, override_settings

    client = Client(headers={"host": "127.0.0.1"})
    assert "karvan-demo" not in client.get("/sign-in/").text
    with override_settings(WORKSPACE=tinyland.root.resolve()):
        assert "karvan-demo" in client.get("/sign-in/").text


def test_a_name_that_is_refused_too_often_has_to_wait(tinyland):
    from django.test import Client

    client = Client(headers={"host": "127.0.0.1"})
    answers = [client.post("/sign-in/", {"username": "guesser", "password": str(n)}).text for n in range(9)]
    assert "do not fit together" in answers[7]
    assert "Too many tries" in answers[8]


def test_after_signing_in_nobody_is_sent_to_another_site(tinyland):
    from django.test import Client

    client = Client(headers={"host": "127.0.0.1"})
    answer = client.post("/sign-in/", {"username": "mig", "password": "karvan-demo", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"


def test_the_operator_opens_an_untreated_value_with_a_purpose_that_is_kept(visit, tinyland):
    answer = visit("mig").post("/statistics/explain/TMP-01/2024/?sex=F", {"purpose": "check of the release"})
    assert "Untreated value: 13,000" in answer.text
    assert "check of the release" in tinyland.audit_log.read_text(encoding="utf-8")
