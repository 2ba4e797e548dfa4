"""Packs are read as one country; a second country is another folder, with its own zone, letters and calendar."""

from datetime import date

import pytest

from karvan.country import for_workspace, load
from karvan.country.checking import check_pack
from karvan.country.pack import find_pack
from karvan.errors import PackError
from karvan.workspace import Workspace


@pytest.fixture()
def lowland(tmp_path):
    """A tiny invented country: another zone, another alphabet, a weekend on Friday and Saturday."""
    files = {
        "pack.yaml": """id: lowland
names: {ka: დაბლობი, en: Lowland}
zone: Pacific/Chatham
languages: [ka, en]
citizenship: UTO
uses: [world]
indicators: all
""",
        "institutions.yaml": "GATE:\n  name: {ka: კარიბჭე, en: Gate office}\n  status: confirmed\n",
        "contracts/gate.stays.yaml": """apiVersion: v3.1.0
kind: DataContract
id: lowland.gate.stays
version: 1.0.0
status: active
tenant: GATE
schema:
  - name: stays
    physicalType: csv
    properties:
      - {name: ნომერი, logicalType: string, primaryKey: true, required: true}
      - {name: შემოსვლა, logicalType: date, customProperties: [{property: field, value: entered_on}, {property: date, value: "%Y/%m/%d"}]}
      - {name: პუნქტი, logicalType: string, customProperties: [{property: field, value: bcp}, {property: code_list, value: gates}]}
      - {name: მოქალაქეობა, logicalType: string, customProperties: [{property: field, value: citizenship}, {property: code_list, value: countries}]}
customProperties:
  - property: karvan
    value: {record: stay, encoding: utf-8, delimiter: ";", period: month, file: "stays_{period}.csv", person_key: none}
""",
        "code_lists/gates.csv": "code,name_ka,name_en\nჩრდ,ჩრდილოეთი,North\n",
        "calendar/days.yaml": "years: [2024]\nweekend: [fri, sat]\noff:\n  - {on: 2024-05-26, name: day}\n",
        "texts/words.yaml": "word.total: {ka: სულ, en: All in all}\n",
        "rules/registration.yaml": """R02:
  title: {ka: ვადა, en: Deadline}
  source: {act: Gate Act, article: "4"}
  status: unverified
  values:
    limit_days: {unit: day, since: {2020-01-01: {value: 7, source: Gate Act 4}}}
""",
    }
    for name, text in files.items():
        path = tmp_path / "lowland" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_an_invented_country_loads_without_a_change_of_code(lowland):
    country = load(["lowland"], lowland)
    assert (country.national, country.zone.key, country.languages, country.name("ka")) == ("UTO", "Pacific/Chatham", ["ka", "en"], "დაბლობი")
    assert country.code_list("gates").name("ჩრდ", "ka") == "ჩრდილოეთი"
    assert country.contracts["lowland.gate.stays"].fields[1].column == "შემოსვლა"
    assert [country.is_working_day(date(2024, 5, d)) for d in (23, 24, 25, 26, 27)] == [True, False, False, False, True]


def test_an_invented_country_passes_the_check(lowland):
    assert check_pack(find_pack("lowland", lowland), lowland) == []


def test_a_pack_that_is_used_lends_lists_and_words_but_no_contracts(lowland):
    country = load(["lowland"], lowland)
    assert country.code_list("countries").find("TUR") is not None
    assert list(country.contracts) == ["lowland.gate.stays"]
    assert country.ids == ["lowland"]


def test_its_rules_are_asked_as_any_other(lowland):
    from karvan import rules

    assert rules.value("R02", on=date(2024, 1, 1), country=load(["lowland"], lowland)).value == 7


def test_where_two_packs_say_the_same_the_first_holds(lowland):
    assert load(["lowland", "az"], lowland).text("word.total", "en") == "All in all"
    assert load(["az", "lowland"], lowland).text("word.total", "en") == "Total"


def test_words_that_a_language_lacks_are_given_in_another_of_the_country(lowland):
    assert load(["lowland"], lowland).text("word.total", "ru") == "სულ"


def test_a_missing_pack_is_named_with_those_there_are(tmp_path):
    with pytest.raises(PackError) as told:
        load(["wrold"])
    assert "did you mean 'world'?" in told.value.fix


def test_the_hash_changes_with_the_part_that_changed(lowland):
    before = load(["lowland"], lowland)
    contracts, lists = before.pack_hash("contracts"), before.pack_hash("code_lists")
    with (lowland / "lowland/code_lists/gates.csv").open("a", encoding="utf-8") as file:
        file.write("სამ,სამხრეთი,South\n")
    after = load(["lowland"], lowland)
    assert after.pack_hash("contracts") == contracts
    assert after.pack_hash("code_lists") != lists


def test_the_packs_of_a_workspace_are_read_again_only_when_a_file_changed(lowland, tmp_path):
    ws = Workspace.create(tmp_path / "ws", packs=["lowland"], packs_folder=lowland)
    before = for_workspace(ws)
    assert for_workspace(Workspace.open(ws.root)) is before and before.name("en") == "Lowland"
    about = lowland / "lowland" / "pack.yaml"
    about.write_text(about.read_text(encoding="utf-8").replace("Lowland", "Highland"), encoding="utf-8")
    assert for_workspace(ws).name("en") == "Highland" and before.name("en") == "Lowland"


def test_the_committed_packs_say_what_the_rooms_need():
    country = load(["az", "world", "open_us"])
    assert (country.national, country.zone.utcoffset(None) is None, country.languages) == ("AZE", True, ["az", "en", "ru"])
    ten = {"SMS", "SBS", "MFA", "MIA", "MLSPP", "DOST", "SCWD", "OMB", "SCC", "ASAN"}
    assert ten <= set(country.institutions)
    assert {"countries", "bcp", "regions", "permit_grounds", "MEASURE"} <= set(country.code_lists)
    assert {"admin1", "world"} <= set(country.geography.files)
    assert country.geography.note("en")
    assert {"world.un.migrant_stock_2024", "open_us.cbp.i94", "az.official.permanent_migration"} <= set(country.samples)


def test_every_region_of_the_map_is_in_the_list_of_regions():
    country = load(["az"])
    drawn = {f["properties"]["code"] for f in country.geography.geojson("admin1")["features"]}
    assert drawn <= {c.code for c in country.code_list("regions")}
    assert len(drawn) == 75


def test_every_ground_of_a_permit_has_a_reason_of_european_statistics():
    assert {c.more.get("reason") for c in load(["az"]).code_list("permit_grounds")} == {"family", "education", "work", "other"}


def test_every_measure_that_a_contract_gives_is_documented():
    country = load(["az", "world"])
    measures = country.code_list("MEASURE")
    for contract in country.contracts.values():
        if contract.record == "observation":
            spec = contract.field_of("measure")
            given = {c["measure"] for c in (contract.constants, *(p.constants for p in contract.records)) if "measure" in c}
            given |= set((spec.codes or {}).values()) if spec else set()
            assert given or (spec and spec.code_list == "MEASURE"), contract.id
            assert {m for m in given if m not in measures} == set(), contract.id


def test_the_published_files_of_the_packs_go_to_their_feeds(tmp_path):
    from click.testing import CliRunner

    from karvan.cli.pack import pack
    from karvan.workspace import Workspace

    ws = Workspace.create(tmp_path / "ws", packs=["az"])
    result = CliRunner().invoke(pack, ["samples", "-w", str(ws.root)])
    assert result.exit_code == 0, result.output
    assert sorted(p.parent.name for p in ws.extracts.glob("*/*")) == ["az.official.permanent_migration", "az.official.reported_figures"]
