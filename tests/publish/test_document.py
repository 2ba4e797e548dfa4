"""A document binds its numbers to published cells; what was never computed is shown as a dash and reported."""

import pytest

from karvan.country import load
from karvan.errors import PackError
from karvan.publish.cells import Cells
from karvan.publish.document import assemble
from karvan.publish.profile import as_html, as_pdf
from karvan.tables import DIMENSIONS

WORDS = {
    k: {"az": k, "en": k, "ru": k}
    for k in ["contents", "annex", "annex_text", "how_to_read", "watermark", "synthetic", "no_figures", "vintage", "interval", "imputed", "unlinked", "quality", "explain", "basis_records", "basis_observations", "treatment_rounded", "treatment_public_source", "status_P", "status_B", "status_E", "quality_green", "citations"]
}


def said(text):
    return {"az": text, "en": text, "ru": text}


def cells(*rows):
    """Cells from short rows: indicator, period, dims, value, status."""
    read = {}
    for indicator, period, dims, value, status in rows:
        row = dict.fromkeys(DIMENSIONS) | dims
        row |= {"value": value, "unit": "person", "vintage": "2026-06-30", "basis": "records", "obs_status": status, "treatment": "rounded", "share_imputed": 0.01, "share_unlinked": None, "quality": "green"}
        read[(indicator, period, tuple(sorted(dims.items())))] = row
    return Cells(read)


IMMIGRANTS = [
    ("FLW-01", "2023", {}, 1200.0, "A"),
    ("FLW-01", "2024", {}, 1350.0, "A"),
    ("FLW-01", "2025", {}, 900.0, "P"),
    ("FLW-01", "2024", {"citizenship": "TUR"}, 700.0, "A"),
    ("FLW-01", "2024", {"citizenship": "RUS"}, 500.0, "A"),
]


def outline(*blocks, variables=None):
    return {"title": said("Profile"), "subtitle": said("of nowhere"), "words": WORDS, "variables": variables or {}, "chapters": [{"id": "a", "title": said("A"), "blocks": list(blocks)}]}


def text_of(document):
    return "".join(run["t"] for run in document.chapters[0]["blocks"][0]["runs"])


def made(*blocks, rows=IMMIGRANTS, lang="en", variables=None):
    return assemble(outline(*blocks, variables=variables), cells(*rows), load(["world"]), lang=lang, synthetic=False)


def test_a_bound_number_is_the_published_value_in_the_readers_language():
    assert text_of(made({"text": said("{{FLW-01 2024}} came")})) == "1,350 came"
    assert text_of(made({"text": said("{{FLW-01 2024}}")}, lang="ru")) == "1\u00a0350"


def test_the_last_final_year_is_found_in_the_cubes_not_typed_in():
    variables = {"year": {"indicator": "FLW-01", "status": "A"}, "before": {"indicator": "FLW-01", "status": "A", "back": 1}}
    assert text_of(made({"text": said("{{=before}} {{=year}} {{FLW-01 $year citizenship=TUR}}")}, variables=variables)) == "2023 2024 700"


def test_a_cell_that_was_never_computed_is_a_dash_and_reported():
    document = made({"text": said("{{FLW-01 1999}}")})
    assert text_of(document) == "–"
    assert document.missing == ["FLW-01 1999"]


def test_every_bound_cell_has_an_entry_that_says_how_to_explain_it():
    document = made({"text": said("{{FLW-01 2024 citizenship=TUR}} of {{FLW-01 2024}}, again {{FLW-01 2024}}")})
    assert [e["ask"] for e in document.cells] == ["karvan explain FLW-01 2024 citizenship=TUR", "karvan explain FLW-01 2024"]
    anchors = [run["cell"] for run in document.chapters[0]["blocks"][0]["runs"] if "cell" in run]
    assert anchors == ["cell-1", "cell-2", "cell-2"]


def test_the_largest_categories_come_first():
    document = made({"table": {"title": said("T"), "indicator": "FLW-01", "by": "citizenship", "periods": ["2024"]}})
    rows = document.chapters[0]["blocks"][0]["rows"]
    assert [(r["label"], r["cells"][0]["t"]) for r in rows] == [("Türkiye", "700"), ("Russia", "500")]


def test_a_preliminary_figure_carries_its_status():
    document = made({"text": said("{{FLW-01 2025}}")})
    assert document.chapters[0]["blocks"][0]["runs"][0]["status"] == "P"


@pytest.mark.parametrize(("block", "says"), [({"poem": "x"}, "no block 'poem'"), ({"text": said("{{=nothing}}")}, "no variable 'nothing'"), ({"text": said("{{FLW-01 2024 colour=red}}")}, "no dimension 'colour'")])
def test_a_mistake_in_the_outline_is_named(block, says):
    with pytest.raises(PackError, match=says):
        made(block)


def test_the_page_loads_nothing_and_escapes_what_it_shows(tmp_path):
    document = made(
        {"text": said("<script>x</script> {{FLW-01 2024}}")},
        {"line": {"title": said("Lines"), "indicators": ["FLW-01"]}},
        {"bars": {"title": said("Bars"), "indicator": "FLW-01", "by": "citizenship", "period": "2024"}},
        {"map": {"title": said("Map"), "indicator": "FLW-01", "by": "citizenship", "period": "2024", "over": "world"}},
    )
    page = as_html(document)
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "src=" not in page and "@import" not in page and 'href="http' not in page
    assert page.count("<svg") == 3
    as_pdf(document, tmp_path / "p.pdf")
    assert (tmp_path / "p.pdf").read_bytes().startswith(b"%PDF")


def test_a_number_carries_its_interval_to_the_facts_the_annex_and_the_pdf(tmp_path):
    found = cells(*IMMIGRANTS)
    found.rows["FLW-01", "2024", ()] |= {"low": 1310.0, "high": 1390.0}
    facts = {"facts": [{"label": said("2024"), "value": said("{{FLW-01 2024}}")}, {"label": said("2023"), "value": said("{{FLW-01 2023}}")}]}
    document = assemble(outline(facts), found, load(["world"]), lang="en", synthetic=False)
    assert [entry["range"] for entry in document.cells] == ["1,310 – 1,390", ""]
    assert as_html(document).count("interval 1,310 – 1,390") == 3      # on the number, under it, in the annex
    as_pdf(document, tmp_path / "profile.pdf")
    assert (tmp_path / "profile.pdf").read_bytes().startswith(b"%PDF")
