"""The doors of name comparison: the function, the file command, the explanation; and what bad input does."""

from __future__ import annotations

import json
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from karvan.cli import karvan
from karvan.errors import DataError
from karvan.linkage.names import compare_names, explain_name_match
from karvan.linkage.names.model import SHIPPED, load

NAMES = st.text(max_size=60) | st.text(alphabet="ABcdəğışöüАБвгдабج حمد محمد김정王小明<,.-' ", max_size=40)


@given(NAMES, NAMES)
def test_any_two_texts_have_a_score_that_does_not_depend_on_their_order(a, b):
    there, back = compare_names([a, b], [b, a])
    assert 0.0 <= there <= 1.0
    assert there == back


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=20))
def test_a_pair_scores_the_same_alone_and_among_others(pairs):
    together = compare_names([a for a, _ in pairs], [b for _, b in pairs])
    assert together.tolist() == [compare_names([a], [b])[0] for a, b in pairs]


def test_pieces_for_threads_give_the_same_scores_in_the_same_places():
    a = [f"Əliyev {x}nur Rəşad" for x in "abcdefghij"] * 2_000
    b = [f"АЛИЕВ {x}НУР" for x in "абвгд"] * 4_000
    scores = compare_names(a, b)
    assert np.array_equal(scores, np.tile(compare_names(a[:10], b[:10]), 2_000))


@pytest.mark.parametrize("nothing", ["", "   ", None, float("nan"), "😀😀", "\x00\x07\t", "12345", "---", "‌"])
def test_a_name_without_letters_scores_nothing(nothing):
    assert compare_names([nothing, "Əliyev Anar", nothing], ["Əliyev Anar", nothing, nothing]).tolist() == [0.0, 0.0, 0.0]


def test_letters_count_among_emoji_and_control_characters():
    plain, spoilt = compare_names(["Əliyev Anar"] * 2, ["ALIYEV ANAR", "ALIYEV\x00 😀 ANAR\x07"])
    assert plain == spoilt > 0.9


def test_a_name_of_ten_thousand_characters_is_read_as_far_as_names_go():
    start = time.process_time()
    scores = compare_names(["Əliyev Anar " * 900, "A" * 10_000] * 50, ["Алиев Анар"] * 100)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert time.process_time() - start < 5


def test_composed_and_decomposed_letters_are_the_same():
    assert compare_names(["Gül Ördək"], ["Gül Ördək"])[0] == compare_names(["Gül Ördək"], ["Gu\u0308l O\u0308rdək"])[0]


def test_scores_rank_within_the_top():
    scores = compare_names(
        ["Məmmədov Elnur Rasim oğlu"] * 4, ["Məmmədov Elnur Rasim oğlu", "Мамедов Эльнур Расим оглы", "MAMMADOV ELNUR", "Mamedov Elnor"]
    )
    assert len(set(scores.tolist())) == 4
    assert scores.max() < 1.0


def test_sides_of_different_length_are_refused():
    with pytest.raises(DataError, match="2 names stand against 1"):
        compare_names(["a", "b"], ["a"])


def test_what_is_no_text_is_refused_without_telling_it():
    with pytest.raises(DataError, match="A name is a int") as told:
        compare_names([77123], ["a"])
    assert "77123" not in str(told.value)
    with pytest.raises(DataError, match="One text"):
        compare_names("Anar", "Anar")


def test_the_shipped_model_is_small_and_loads_at_once():
    start = time.process_time()
    load(SHIPPED)
    assert time.process_time() - start < 1
    assert SHIPPED.stat().st_size < 20e6


# ---- the file command


def written(path, **columns):
    pq.write_table(pa.table(columns), path)
    return str(path)


def test_a_file_of_pairs_gets_a_score_and_keeps_its_columns_and_order(tmp_path):
    pairs = written(tmp_path / "p.parquet", pair=[3, 1, 2], name_a=["Əliyev Anar", None, "Nino"], name_b=["Алиев Анар", "x", "Kamran"])
    done = CliRunner().invoke(karvan, ["names", "score", pairs, "-o", str(tmp_path / "s.parquet")], catch_exceptions=False)
    assert done.exit_code == 0
    assert "3 pairs scored, 1 of them" in done.stderr
    table = pq.read_table(tmp_path / "s.parquet")
    assert table.column_names == ["pair", "name_a", "name_b", "score"]
    assert table["pair"].to_pylist() == [3, 1, 2]
    assert table["score"].to_pylist() == compare_names(["Əliyev Anar", None, "Nino"], ["Алиев Анар", "x", "Kamran"]).tolist()


def test_an_empty_file_gives_an_empty_file(tmp_path):
    pairs = written(tmp_path / "p.parquet", name_a=pa.array([], pa.string()), name_b=pa.array([], pa.string()))
    CliRunner().invoke(karvan, ["names", "score", pairs, "-o", str(tmp_path / "s.parquet")], catch_exceptions=False)
    assert pq.read_table(tmp_path / "s.parquet").num_rows == 0


def test_long_names_and_other_columns_of_any_type_pass_through_a_file(tmp_path):
    pairs = written(tmp_path / "p.parquet", name_a=["Əliyev Anar " * 1_000, "\x00"], name_b=["Алиев Анар", "x"], more=[{"a": [1]}, None])
    CliRunner().invoke(karvan, ["names", "score", pairs, "-o", str(tmp_path / "s.parquet")], catch_exceptions=False)
    table = pq.read_table(tmp_path / "s.parquet")
    assert table["score"].to_pylist() == compare_names(["Əliyev Anar " * 1_000, "\x00"], ["Алиев Анар", "x"]).tolist()
    assert table["more"].to_pylist() == [{"a": [1]}, None]


def test_a_column_of_nulls_and_one_of_codes_are_read(tmp_path):
    pairs = written(tmp_path / "p.parquet", name_a=pa.nulls(2), name_b=pa.array(["a", "b"]).dictionary_encode())
    CliRunner().invoke(karvan, ["names", "score", pairs, "-o", str(tmp_path / "s.parquet")], catch_exceptions=False)
    assert pq.read_table(tmp_path / "s.parquet")["score"].to_pylist() == [0.0, 0.0]


@pytest.mark.parametrize(("columns", "said"), [
    ({"name_a": ["x"], "nameb": ["y"]}, "The column name_b is missing"), ({"name_a": [1], "name_b": ["y"]}, "not text"),
    ({"name_a": ["x"], "name_b": ["y"], "score": [1.0]}, "already has a column score"),
])  # fmt: skip
def test_a_file_that_does_not_fit_is_refused_and_nothing_is_written(tmp_path, columns, said):
    pairs = written(tmp_path / "p.parquet", **columns)
    with pytest.raises(DataError, match=said):
        CliRunner().invoke(karvan, ["names", "score", pairs, "-o", str(tmp_path / "s.parquet")], catch_exceptions=False)
    assert [p.name for p in tmp_path.iterdir()] == ["p.parquet"]


def test_a_missing_file_a_text_file_and_the_same_file_are_refused(tmp_path):
    from karvan.linkage.names.files import score_file

    (tmp_path / "t.csv").write_text("name_a,name_b\n")
    with pytest.raises(DataError, match="no such file"):
        score_file(tmp_path / "none.parquet", tmp_path / "s.parquet")
    with pytest.raises(DataError, match="not Parquet"):
        score_file(tmp_path / "t.csv", tmp_path / "s.parquet")
    pairs = written(tmp_path / "p.parquet", name_a=["x"], name_b=["y"])
    with pytest.raises(DataError, match="file to read"):
        score_file(tmp_path / "p.parquet", tmp_path / "p.parquet")
    assert pq.read_table(pairs).num_rows == 1


# ---- the explanation


def rules(found):
    return {(r.rule, r.part_a, r.part_b) for r in (*found.aligned, *found.left, *found.against)}


def test_a_patronymic_on_one_side_is_told_as_no_conflict():
    found = explain_name_match("Əliyeva Leyla Rasim qızı", "Алиева, Лейла")
    assert found.same
    assert rules(found) == {("tables", "Əliyeva", "Алиева"), ("tables", "Leyla", "Лейла"), ("left_patronymic", "Rasim qızı", "")}
    assert "which is no conflict" in str(found)


def test_parts_that_disagree_are_named():
    found = explain_name_match("Məmmədov Elnur", "Мамедов Тофик")
    assert not found.same
    assert ("disagree", "Elnur", "Тофик") in rules(found)


def test_other_fathers_and_other_gender_are_named():
    found = explain_name_match("Əliyev Rəşad Kamil oğlu", "Алиева Рашад Вагиф кызы")
    assert {("other_father", "Kamil oğlu", "Вагиф кызы"), ("gender", "", "")} <= rules(found)


@pytest.mark.parametrize(("a", "b", "rule"), [
    ("Əliyeva Leyla", "ALIYEV LEYLA", "gender_ending"), ("A. Məmmədov", "Anar Məmmədov", "initial"), ("박근혜", "朴槿惠", "korean"), ("Abdul Rahman Karim", "Abdulrahman Karim", "joined"),
    ("KONSTANTINOPOULOS<<ALEXANDROS<GEO", "Konstantinopoulos Alexandros Georgios", "cut"),
    ("Əliyev Rəşad Kamil oğlu", "Алиев Рашад Камилович", "patronymic"), ("Əliyev Anar", "Əliyev Anar", "identical"),
])  # fmt: skip
def test_each_rule_is_told(a, b, rule):
    assert rule in {r.rule for r in explain_name_match(a, b).aligned}


@pytest.mark.parametrize("language", ["en", "az", "ru"])
def test_the_explanation_speaks_three_languages(language):
    found = explain_name_match("Əliyeva Leyla", "Алиева Лейла", language=language)
    assert {"en": "letter tables", "az": "hərf cədvəllərinə", "ru": "таблицам букв"}[language] in str(found)


@given(NAMES, NAMES)
def test_any_two_texts_are_explained(a, b):
    found = explain_name_match(a, b)
    assert str(found)
    assert found.score == compare_names([a], [b])[0]


def test_the_command_explains(tmp_path):
    done = CliRunner().invoke(karvan, ["names", "explain", "Əliyeva Leyla", "Алиева, Лейла", "--json"], catch_exceptions=False)
    assert json.loads(done.stdout)["same"] is True


# ---- compiled code


def test_compiled_code_older_than_any_source_is_forgotten(tmp_path):
    import os

    from karvan.linkage.names.stale import forget_stale

    kept = tmp_path / "__pycache__"
    kept.mkdir()
    for name, made in (("old.nbi", 100), ("new.nbi", 300), ("old.nbc", 100)):
        (kept / name).touch()
        os.utime(kept / name, (made, made))
    (tmp_path / "source.py").touch()
    os.utime(tmp_path / "source.py", (200, 200))
    forget_stale(tmp_path)
    assert {p.name for p in kept.iterdir()} == {"new.nbi", "old.nbc"}
