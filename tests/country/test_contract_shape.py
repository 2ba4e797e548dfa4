"""A stranger's slips in a pack end in words, with file, line and what to do: each row is one slip in the skeleton of a pack."""

from __future__ import annotations

import pytest

from karvan.country.checking import check_pack
from karvan.country.skeleton import new_pack

CONTRACT = "contracts/border.crossings.yaml"


@pytest.mark.parametrize(
    ("file", "there", "instead", "said"),
    [
        ("pack.yaml", "languages: [en]", "languages: en", "`languages` is no list."),
        ("pack.yaml", "uses: [world]", "uses: world", "`uses` is no list."),
        ("pack.yaml", "zone: UTC", "zone: Asia/Tashkentt", "'Asia/Tashkentt' is no time zone."),
        ("calendar/days_off.yaml", "weekend: [sat, sun]", "weekend: sat", "`weekend` is no list."),
        ("calendar/days_off.yaml", "years: [2024, 2025, 2026, 2027]", "years: 2024-2027", "`years` is no list."),
        ("code_lists/bcp.csv", "code,name_en,valid_from,valid_to,mode,neighbour", "code;name_en", "The list has no column `code`."),
        (CONTRACT, "value: {E: in, X: out}", "value: E", "Column 'DIRECTION': `codes` is no list of values with what they become."),
        (CONTRACT, "{name: POINT,", "{nme: POINT,", "The column has no `name`."),
        (CONTRACT, "customProperties: [{property: field, value: direction}", "customProperties: [field: direction", "Column 'DIRECTION': `customProperties` is no list of properties with values."),
        (CONTRACT, '"%d.%m.%Y %H:%M:%S"', '"%Q.%m.%Y"', "Column 'TIME': '%Q' is no part of a date."),
        (CONTRACT, "      encoding: utf-8", "      constants: {direction: TODO}", "The constant `direction` is 'TODO', which crossing does not allow."),
        (CONTRACT, "      encoding: utf-8", "      constants: [direction]", "`constants` is no list of keys with values."),
        (CONTRACT, "      encoding: utf-8", '      where: "x > 1"', "`where` is no list of entries with `keep` and `because`."),
        (CONTRACT, "      encoding: utf-8", "      skip_rows: two", "`skip_rows` is not a whole number."),
        (CONTRACT, 'delimiter: ";"', "delimiter: semicolon", "'semicolon' is not one character."),
        (CONTRACT, "crossings_{period}.csv", "crossings.csv", "The name of the file does not hold `{period}`, so no file could be told from another."),
        (CONTRACT, "rows: [0, 1000000]", "rows: 5", "`rows` is not the least and the most rows."),
        (CONTRACT, "fill_drop_points: 5", "fill_drop: 5", "There is no gate 'fill_drop'."),
        (CONTRACT, "classification: P1, description", "classification: P9, description", "'P9' is no class of sensitivity."),
        (CONTRACT, "record: crossing  ", "records: crossing  ", "`records` is no list of entries with `record`."),
    ],
)  # fmt: skip
def test_a_slip_is_said_with_its_line(tmp_path, file, there, instead, said):
    pack = new_pack("low", tmp_path)
    text = (pack.folder / file).read_text(encoding="utf-8")
    assert there in text
    (pack.folder / file).write_text(text.replace(there, instead), encoding="utf-8")
    pack = type(pack)(pack.id, pack.folder)
    found = [m for m in check_pack(pack, tmp_path) if m.what == said]
    assert found and found[0].fix, [m.what for m in check_pack(pack, tmp_path)]


def test_a_list_saved_by_a_spreadsheet_with_a_byte_order_mark_is_read(tmp_path):
    pack = new_pack("low", tmp_path)
    path = pack.folder / "code_lists/bcp.csv"
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert check_pack(pack, tmp_path) == []
