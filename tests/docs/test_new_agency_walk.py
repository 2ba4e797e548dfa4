"""What a stranger does who has only the documentation: a file that no contract knows becomes an explained figure, by commands alone.

The second walk is a country with its own letters, zone, weekend and calendar, made from the skeleton of a pack.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

HEADER = ["No.", "Permit number", "Surname", "Given names", "Date of birth", "Nationality", "Sex", "Passport", "Employer TIN", "Occupation (ISCO)", "Decided", "Valid to", "Decision"]
HOW = {
    "No.": {"drop": True}, "Permit number": {"field": "work_permit_no"}, "Employer TIN": {"field": "employer", "pseudonym": "employer"}, "Nationality": {"field": "citizenship", "identity": "citizenship", "code_list": "countries"},
    "Decision": {"field": "decision", "codes": {"G": "granted", "R": "refused"}},
}  # fmt: skip


def karvan(folder: Path, *words: object, expect: int = 0) -> str:
    """Run a command in a folder as a person would; a traceback is never an answer."""
    code = "from karvan.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True, cwd=folder, env=os.environ | {"NO_COLOR": "1"}, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == expect, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def permits(path: Path) -> None:
    """A labour inspectorate's workbook: two rows of title, date cells, numbers as numbers, one code that nobody agreed."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    sheet, day = book.add_worksheet("Permits"), book.add_format({"num_format": "dd.mm.yyyy"})
    sheet.write(0, 0, "Labour inspectorate")
    sheet.write(1, 0, "Permits decided in March 2026")
    sheet.write_row(2, 0, HEADER)
    for i in range(60):
        said = [i + 1, f"WP-{i:05d}", f"Surname {i}", "Given", date(1980, 1, 1) + timedelta(i), ("TUR", "IND", "GEO")[i % 3], "MF"[i % 2], f"P{i:07d}", 1400000000 + i % 7, 7112, date(2026, 3, 1 + i % 31), date(2027, 3, 1), "R" if i % 6 == 5 else "G"]
        for column, value in enumerate("Utopia" if i == 59 and column == 5 else v for column, v in enumerate(said)):
            sheet.write_datetime(3 + i, column, datetime(value.year, value.month, value.day), day) if isinstance(value, date) else sheet.write(3 + i, column, value)
    book.close()


def finish(path: Path, how: dict[str, dict[str, object]], **karvan_says: object) -> None:
    """Decide what the draft leaves to a person: what each column is, what codes mean, what kind of record a row is."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for spec in content["schema"][0]["properties"]:
        if spec["name"] in how:
            kept = {p["property"]: p["value"] for p in spec.get("customProperties", []) if p["property"] in ("path", "date", "partial")}
            spec["customProperties"] = [{"property": k, "value": v} for k, v in (kept | how[spec["name"]]).items()]
            if spec["name"] != "No." and not spec.get("primaryKey") and "code_list" in how[spec["name"]]:
                spec.pop("required", None)
    content["status"] = "active"
    next(p for p in content["customProperties"] if p["property"] == "karvan")["value"].update(karvan_says)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def test_a_workbook_that_no_contract_knows_becomes_an_explained_figure(tmp_path):
    permits(tmp_path / "permits_2026_03.xlsx")
    karvan(tmp_path, "pack", "new", "mine", "-o", "packs", "--from", "az")
    contract = Path("packs/mine/contracts/labour.permits.yaml")
    said = karvan(tmp_path, "contract", "draft", "permits_2026_03.xlsx", "--id", "mine.labour.permits", "--institution", "BORDER", "--pack", "mine", "--packs-folder", "packs", "-o", contract)
    assert "places to decide" in said
    drafted = yaml.safe_load((tmp_path / contract).read_text(encoding="utf-8"))
    own = next(p for p in drafted["customProperties"] if p["property"] == "karvan")["value"]
    assert (own["sheet"], own["skip_rows"], own["period"], own["person_key"]) == ("Permits", 2, "month", "document")
    assert [p["name"] for p in drafted["schema"][0]["properties"]] == HEADER
    karvan(tmp_path, "contract", "draft", "permits_2026_03.xlsx", "-o", contract, expect=6)    # what is there is not written over

    finish(tmp_path / contract, HOW, record="work_permit", constants={}, derive={"quota_year": "year(\"Decided\")"}, gates={"rows": [1, 1000], "code_miss_share": 0.05})
    karvan(tmp_path, "pack", "check", "mine", "--packs-folder", "packs")
    tested = karvan(tmp_path, "contract", "test", contract, "permits_2026_03.xlsx")
    assert "60 rows -> 60 records, 0 rows set aside" in tested and "'Utopia' read, but this value was not understood" in tested

    karvan(tmp_path, "init", "work", "--pack", "mine", "--pack", "world", "--packs-folder", "packs")
    karvan(tmp_path, "feed", "check", "mine.labour.permits", "permits_2026_03.xlsx", "-w", "work")
    karvan(tmp_path, "feed", "load", "mine.labour.permits", "permits_2026_03.xlsx", "-w", "work")
    karvan(tmp_path, "run", "-w", "work")
    rows = json.loads(karvan(tmp_path, "feed", "list", "mine.labour.permits", "--json", "-w", "work"))
    assert [(r["rows"], r["rows_read"], r["rows_quarantined"]) for r in rows] == [(60, 60, 0)]
    assert karvan(tmp_path, "indicators", "show", "LAB-01C", "-w", "work")
    told = karvan(tmp_path, "explain", "LAB-01C", "2026-03", "-w", "work")
    assert re.search(r"\b50\b", told) and "mine.labour.permits" in told    # ten of sixty are refused


CROSSED = "\n".join(
    json.dumps({"ቁጥር": f"{i:04d}", "መንገድ": "ገቢ" if i % 3 else "ወጪ", "ሰዓት": f"2026-03-{1 + i % 31:02d}T00:{i % 60:02d}:00+05:45", "ኬላ": "ኬ1" if i % 2 else "ኬ2", "ሰው": {"ስም": f"ሰው {i}", "ፓስፖርት": f"E{i:07d}", "ዜግነት": ("KEN", "IND", "NPL")[i % 3]}}, ensure_ascii=False)
    for i in range(1, 121)
)  # fmt: skip


def test_a_second_country_with_its_own_letters_zone_and_weekend_needs_no_code(tmp_path):
    (tmp_path / "crossings_2026-03.jsonl").write_text(CROSSED + "\n", encoding="utf-8")
    karvan(tmp_path, "pack", "new", "alta", "-o", "packs", "--from", "az")
    pack = tmp_path / "packs" / "alta"
    about = (pack / "pack.yaml").read_text(encoding="utf-8")
    (pack / "pack.yaml").write_text(about.replace("names: {en: alta}", "names: {en: Alta}").replace("zone: UTC", "zone: Asia/Kathmandu").replace("citizenship: UTO", "citizenship: NPL"), encoding="utf-8")
    calendar = (pack / "calendar/days_off.yaml").read_text(encoding="utf-8")
    (pack / "calendar/days_off.yaml").write_text(calendar.replace("weekend: [sat, sun]", "weekend: [sat]"), encoding="utf-8")
    (pack / "code_lists/bcp.csv").write_text("code,name_en,maps_to\nኬ1,North gate,N\nኬ2,South gate,S\n", encoding="utf-8")
    (pack / "contracts/border.crossings.yaml").unlink()
    contract = "packs/alta/contracts/border.crossings.yaml"
    karvan(tmp_path, "contract", "draft", "crossings_2026-03.jsonl", "--id", "alta.border.crossings", "--institution", "BORDER", "--pack", "alta", "--packs-folder", "packs", "-o", contract)
    finish(
        tmp_path / contract,
        {
            "መንገድ": {"field": "direction", "codes": {"ገቢ": "in", "ወጪ": "out"}}, "ሰዓት": {"field": "crossed_at", "date": "iso"}, "ኬላ": {"field": "bcp", "code_list": "bcp"},
            "ሰው_ስም": {"identity": "full_name"}, "ሰው_ፓስፖርት": {"identity": "doc_no"}, "ሰው_ዜግነት": {"field": "citizenship", "identity": "citizenship", "code_list": "countries"},
        },
        record="crossing", person_key="document", observed_on="crossed_on",
    )  # fmt: skip
    karvan(tmp_path, "pack", "check", "alta", "--packs-folder", "packs")
    assert "120 rows -> 120 records, 0 rows set aside" in karvan(tmp_path, "contract", "test", contract, "crossings_2026-03.jsonl")
    karvan(tmp_path, "init", "work", "--pack", "alta", "--pack", "world", "--packs-folder", "packs")
    karvan(tmp_path, "feed", "load", "alta.border.crossings", "crossings_2026-03.jsonl", "-w", "work")
    karvan(tmp_path, "run", "-w", "work")
    told = karvan(tmp_path, "explain", "TMP-01", "2026-03", "-w", "work")
    # 80 go in, of them 40 of the country's own; a minute past midnight is the new day there, the day before in UTC
    assert re.search(r"\b40\b", told) and "alta.border.crossings" in told


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["contract", "draft", "nowhere.csv"], 6), (["contract", "draft", "."], 6), (["contract", "draft", "noise.bin"], 3), (["contract", "draft", "empty.csv"], 3), (["contract", "draft", "broken.parquet"], 3),
        (["contract", "draft", "list.csv", "-o", "no/such/folder.yaml"], 6), (["contract", "draft", "list.csv", "--pack", "nowhere"], 4), (["contract", "test", "empty.csv", "list.csv"], 4),
        (["contract", "test", "list.csv", "list.csv"], 4), (["contract", "test", "odd.yaml", "list.csv"], 4), (["init", "list.csv", "--pack", "world"], 6), (["init", "new", "--pack", "nowhere"], 4), (["run", "-w", "nowhere"], 6), (["run", "-w", "list.csv"], 6),
        (["run", "--nothing"], 2), (["run", "-w", "later"], 6), (["run", "-w", "packless"], 4), (["feed", "check", "x.y", "list.csv", "-w", "fine"], 3), (["feed", "load", "x.y", "list.csv", "-w", "fine"], 3), (["explain", "NONE-01", "2024", "-w", "fine"], 3),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)  # fmt: skip
def test_a_mistake_ends_in_words_and_an_exit_code(broken, words, code):
    said = karvan(broken, *words, expect=code)
    if code != 2:
        assert said.startswith("karvan: ") and "\ndo: " in said, said


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    from karvan.workspace import Workspace

    root = tmp_path_factory.mktemp("broken")
    (root / "noise.bin").write_bytes(bytes(range(256)) * 20)
    (root / "empty.csv").write_bytes(b"")
    (root / "broken.parquet").write_bytes(b"PAR1abcd")
    (root / "list.csv").write_text("No;What\n1;a\n2;b\n", encoding="utf-8")
    (root / "odd.yaml").write_text("schema: here\nslaProperties: [1]\n", encoding="utf-8")
    for name, change in (("fine", ("", "")), ("later", ("format = 1", "format = 99")), ("packless", ('"world"', '"gone"'))):
        settings = Workspace.create(root / name, packs=["world"]).root / "karvan.toml"
        settings.write_text(settings.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    return root
