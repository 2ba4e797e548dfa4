"""`karvan pack check` says every mistake at once, each with its file and line."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from karvan.cli.pack import pack as command
from karvan.country import packs_folder
from karvan.country.checking import check_pack
from karvan.country.pack import find_pack
from karvan.country.skeleton import new_pack
from karvan.errors import PackError


def found(root: Path, code: str = "newland") -> list[tuple[str, int, str]]:
    return [(m.path.name, m.line, m.what) for m in check_pack(find_pack(code, root), root)]


@pytest.fixture()
def newland(tmp_path):
    new_pack("newland", tmp_path)
    return tmp_path


def changed(root: Path, name: str, old: str, new: str) -> int:
    """Replace a text in a file of the pack; the number of the line where it stands."""
    path = root / "newland" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize("name", sorted(p.parent.name for p in packs_folder().glob("*/pack.yaml")))
def test_every_committed_pack_passes(name):
    assert [str(m) for m in check_pack(find_pack(name))] == []


def test_a_new_pack_passes_as_it_is_written(newland):
    assert found(newland) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("pack.yaml", "zone: UTC", "zone: Mars/Olympus", "'Mars/Olympus' is no time zone."),
        ("pack.yaml", "zone: UTC", "reviewers: {BORDER: [senor]}\nzone: UTC", "'senor' is no role of a reviewer."),
        ("pack.yaml", "zone: UTC", "reviewers: {BODER: [senior]}\nzone: UTC", "The institution 'BODER' is not in institutions.yaml."),
        ("pack.yaml", "zone: UTC", "reviewers: {BORDER: senior}\nzone: UTC", "The roles of BORDER are no list."),
        ("pack.yaml", "citizenship: UTO", "citizenship: UTP", "'UTP' is not in the code list `countries`."),
        ("pack.yaml", "languages: [en]", "langauges: [en]", "Nobody reads the key 'langauges'."),
        ("contracts/border.crossings.yaml", "value: direction}", "value: directon}", "Column 'DIRECTION': the record type has no column 'directon'."),
        ("contracts/border.crossings.yaml", "code_list, value: bcp", "code_list, value: bpc", "Column 'POINT': there is no code list 'bpc'."),
        ("contracts/border.crossings.yaml", "{E: in, X: out}", "{E: in, X: away}", "Column 'DIRECTION': 'X' becomes 'away', which `direction` does not allow."),
        ("contracts/border.crossings.yaml", "record: crossing ", "record: crosing ", "There is no record type 'crosing'."),
        ("contracts/border.crossings.yaml", "tenant: BORDER", "tenant: BODER", "The institution 'BODER' is not in institutions.yaml."),
        ("contracts/border.crossings.yaml", "encoding: utf-8", "encoding: utf-88", "'utf-88' is no encoding."),
        ("contracts/border.crossings.yaml", "period: day", "period: daily", "'daily' is no period."),
        ("code_lists/bcp.csv", "BRIDGE,Bridge,,,road,", "BRIDGE,Bridge,,road,", "The line has 5 values, the header 6."),
        ("code_lists/bcp.csv", "BRIDGE,Bridge,,,road,", "AIRPORT,Bridge,,,road,", "The code 'AIRPORT' has two meanings at once."),
        ("code_lists/bcp.csv", "BRIDGE,Bridge,,,road,", "BRIDGE,Bridge,2024-05-01,2024-04-30,road,", "The code 'BRIDGE' ends before it begins."),
        ("texts/words.yaml", "label.country: {en: newland}", "label.country: {fr: newland}", "The text has no 'en'."),
        ("texts/words.yaml", "label.country: {en: newland}", "label.country: {en: new, land}", "The text for 'land' is no text: None."),
        ("rules/registration.yaml", 'source: "to be filled from the law"', 'from: "the law"', "A value needs `value` and `source`."),
        (
            "texts/words.yaml",
            "label.country: {",
            "label.country: {en: x}\nlabel.country: {",
            "The key 'label.country' stands twice; only the second would be read.",
        ),
        ("rules/registration.yaml", "status: draft", "status: signed", "Rule R02 is signed by nobody."),
        ("calendar/days_off.yaml", "years: [2024, 2027], name", "years: [2024, 2028], name", "The year 2028 is not among the calendar's `years`."),
    ],
)
def test_a_mistake_is_told_with_file_and_line(newland, file, old, new, said):
    line = changed(newland, file, old, new)
    told = [(name, at) for name, at, what in found(newland) if what == said]
    # What is missing is told at the entry it is missing from, a few lines above.
    assert [name for name, _ in told] == [Path(file).name]
    assert line - told[0][1] in (-1, 0, 1, 2, 3, 4)


def test_all_mistakes_of_all_files_are_told_at_once(newland):
    changed(newland, "pack.yaml", "zone: UTC", "zone: Mars/Olympus")
    changed(newland, "contracts/border.crossings.yaml", "value: direction}", "value: directon}")
    changed(newland, "code_lists/bcp.csv", "code,name_en", "kode,name_en")
    changed(newland, "texts/words.yaml", "label.country: {", "label.country: {{")
    assert {name for name, _, _ in found(newland)} == {"pack.yaml", "border.crossings.yaml", "bcp.csv", "words.yaml"}


def test_what_the_contract_standard_does_not_allow_is_told(newland):
    changed(newland, "contracts/border.crossings.yaml", "tenant: BORDER", "tenant: BORDER\nowner: BORDER")
    assert any("contract standard does not allow" in what for _, _, what in found(newland))


def test_an_expression_outside_the_language_is_told(newland):
    changed(newland, "contracts/border.crossings.yaml", "      completeness_by: bcp", '      checks: [{expression: "TIMES is not null", text: {en: no time}}]')
    assert [what for _, _, what in found(newland) if "TIMES" in what]


def test_a_sample_without_licence_or_contract_is_told(newland):
    folder = newland / "newland/samples/newland.border.crossing"
    folder.mkdir(parents=True)
    (folder / "crossings_2024-01-01.csv").write_text("ID\n", encoding="utf-8")
    told = [what for _, _, what in found(newland)]
    assert "No contract has the id 'newland.border.crossing'." in told
    assert "The files come without their licence." in told


def test_the_command_ends_with_the_exit_code_of_packs(newland):
    line = changed(newland, "pack.yaml", "zone: UTC", "zone: Mars/Olympus")
    result = CliRunner().invoke(command, ["check", "newland", "--packs-folder", str(newland)])
    assert f"pack.yaml:{line}: 'Mars/Olympus' is no time zone." in result.output
    assert isinstance(result.exception, PackError)
    assert result.exception.exit_code == 4


def test_the_command_takes_the_folder_of_a_pack_too(newland):
    result = CliRunner().invoke(command, ["check", str(newland / "newland")])
    assert result.exit_code == 0
    assert result.output.startswith("newland: 1 contracts, 2 code lists")


def test_a_new_pack_never_writes_over_another(newland):
    with pytest.raises(PackError, match="already"):
        new_pack("newland", newland)


def test_a_new_pack_can_begin_with_the_indicators_of_another(tmp_path, newland):
    (newland / "newland/indicators/X-01.yaml").write_text("id: X-01\nname: {en: Figure}\n", encoding="utf-8")
    made = new_pack("other", newland, indicators_from="newland")
    assert [p.name for p in made.files("indicators")] == ["X-01.yaml"]


def test_a_definition_lacks_no_language_of_its_pack(newland):
    path = newland / "newland/indicators/X-01.yaml"
    said = "{en: a, ru: а}"
    covers = "{population: {ru: все}, leaves_out: [{en: crew}]}"
    text = f"id: X-01\nname: {said}\nsays: {said}\ncovers: {covers}\ncount: crossing\non: crossed_on\nby: []\nunit: crossings\nperiod: year\n"
    path.write_text(text, encoding="utf-8")
    told = CliRunner().invoke(command, ["check", "newland", "--packs-folder", str(newland)])
    assert "`covers.population` has no text in `en`, one of the pack's languages" in told.output
    path.write_text(text.replace("{ru: все}", "{en: all}"), encoding="utf-8")
    assert "nothing to mend" in CliRunner().invoke(command, ["check", "newland", "--packs-folder", str(newland)]).output


def test_the_command_tells_what_only_the_rooms_see(newland):
    path = newland / "newland/indicators/X-01.yaml"
    names = "{az: a, en: a, ru: a}"
    covers = "{population: {en: all, ru: все}, leaves_out: []}"
    path.write_text(
        f"id: X-01\nname: {names}\nsays: {names}\ncovers: {covers}\ncount: crossing\non: crossed_on\nby: [citizenshp]\nunit: x\nperiod: year\n",
        encoding="utf-8",
    )
    result = CliRunner().invoke(command, ["check", "newland", "--packs-folder", str(newland)])
    assert "did you mean 'citizenship'" in result.output
    assert isinstance(result.exception, PackError)


def test_a_pair_of_mirrors_names_known_indicators_a_dimension_and_a_rule(newland):
    (newland / "newland" / "quality").mkdir(exist_ok=True)
    (newland / "newland" / "quality" / "mirrors.yaml").write_text(
        "out:\n  own: NOWHERE-01\n  mirror: NOWHERE-02\n  by: {own: next_contry, mirror: area}\n  take: biggest\n  why: {en: Departures against arrivals}\n", encoding="utf-8"
    )
    said = {(line, what.split("'")[1]) for name, line, what in found(newland) if name == "mirrors.yaml"}
    assert said == {(2, "NOWHERE-01"), (3, "NOWHERE-02"), (4, "next_contry"), (5, "biggest")}
