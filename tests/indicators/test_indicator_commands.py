"""The commands `indicators`, `explain` and `disclosure` on the drawn country."""
# ruff: noqa: F811

from __future__ import annotations

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from karvan.cli.disclosure import disclosure
from karvan.cli.explain import explain
from karvan.cli.indicators import indicators
from karvan.errors import DataError
from karvan.indicators.export import write, write_csv
from small_country import drawn_country, drawn_workspace  # noqa: F401


def run(command, *words, ws):
    found = CliRunner().invoke(command, [*words, "-w", str(ws.root)], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.output


def test_the_list_names_every_indicator_and_why_one_is_refused(drawn_workspace, drawn_country):
    rows = json.loads(run(indicators, "list", "--json", ws=drawn_workspace))
    assert {row["id"] for row in rows} == set(drawn_country.indicators)
    waiting = {name for name, raw in drawn_country.indicators.items() if "waits_for" in raw}
    assert all((row["cells"] > 0 and not row["refused"]) or (row["id"] in waiting and row["refused"].startswith("it waits for")) for row in rows)


def test_show_gives_totals_then_the_categories_of_a_dimension(drawn_workspace):
    totals = json.loads(run(indicators, "show", "FLW-01", "--json", ws=drawn_workspace))
    assert [row["period"] for row in totals] == ["2021", "2022", "2023", "2024", "2025"] and {row["obs_status"] for row in totals} == {"A", "P"}
    by = json.loads(run(indicators, "show", "FLW-01", "2024", "--by", "citizenship", "--json", ws=drawn_workspace))
    assert {"AZE", "TUR", "unknown"} <= {row["citizenship"] for row in by} and all(row["value"] % 5 == 0 for row in by)
    assert json.loads(run(indicators, "show", "ADM-01", "2024", "kind=received", "--by", "procedure", "--json", ws=drawn_workspace))
    with pytest.raises(DataError, match="no dimension `citizen`"):
        run(indicators, "show", "FLW-01", "--by", "citizen", ws=drawn_workspace)


def test_cells_go_to_csv_and_parquet(drawn_workspace, tmp_path):
    run(indicators, "show", "FLW-01", "-o", str(tmp_path / "a.csv"), ws=drawn_workspace)
    run(indicators, "show", "FLW-01", "-o", str(tmp_path / "a.parquet"), ws=drawn_workspace)
    rows = list(csv.DictReader((tmp_path / "a.csv").open(encoding="utf-8")))
    assert len(rows) == pq.read_table(tmp_path / "a.parquet").num_rows > 50
    with pytest.raises(DataError, match=r"\.xls"):
        run(indicators, "show", "FLW-01", "-o", str(tmp_path / "a.xls"), ws=drawn_workspace)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_a_spreadsheet_would_run_is_written_as_text(text, tmp_path):
    table = pa.table({"indicator": ["X"], "citizenship": [text], "value": [-3.0]})
    out = io.StringIO(newline="")
    write_csv(table, out)
    row = next(csv.DictReader(io.StringIO(out.getvalue(), newline="")))
    assert row["citizenship"] == "'" + text.replace("\t", " ").replace("\r", " ") and row["value"] == "-3"
    write(table, tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_bytes().decode() == out.getvalue()


def test_an_untreated_cube_is_computed_only_for_a_purpose(drawn_workspace, tmp_path):
    assert CliRunner().invoke(indicators, ["compute", "FLW-01", "-w", str(drawn_workspace.root)]).exit_code == 2
    run(indicators, "compute", "FLW-01", "--inside", "try", "-o", str(tmp_path / "x.parquet"), ws=drawn_workspace)
    assert pq.read_table(tmp_path / "x.parquet").num_rows > 50
    assert '"purpose": "try"' in drawn_workspace.audit_log.read_text(encoding="utf-8")


def test_explain_prints_a_page_and_json(drawn_workspace):
    page = run(explain, "FLW-01", "2024", "citizenship=TUR", ws=drawn_workspace)
    assert page.startswith("FLW-01  Immigrants\n") and "Untreated" not in page and "select coalesce(sum(weight), 0) as value" in page
    found = json.loads(run(explain, "FLW-01", "2024", "citizenship=TUR", "--json", "--inside", "check", ws=drawn_workspace))
    assert found["untreated"] is not None and found["dims"]["citizenship"] == "TUR"
    with pytest.raises(DataError, match="is not a dimension"):
        run(explain, "FLW-01", "2024", "citizenship", ws=drawn_workspace)


def test_the_audit_says_how_much_it_looked_at(drawn_workspace):
    assert json.loads(run(disclosure, "audit", "--json", ws=drawn_workspace).split("too small.\n")[-1]) == []
