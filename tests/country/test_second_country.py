"""A second country, with other letters, another zone and another weekend, goes from its file to an explained figure; no code is touched."""

from datetime import date, datetime

import pytest

from karvan.country.skeleton import new_pack
from karvan.workspace import Workspace, run_step

CONTRACT = """apiVersion: v3.1.0
kind: DataContract
id: lowland.gate.crossings
version: 1.0.0
status: active
tenant: BORDER
schema:
  - name: crossings
    physicalType: csv
    properties:
      - {name: ნომერი, logicalType: string, primaryKey: true, required: true}
      - {name: მხარე, required: true, customProperties: [{property: field, value: direction}, {property: codes, value: {შემოსვლა: in, გასვლა: out}}]}
      - {name: დრო, logicalType: timestamp, required: true, customProperties: [{property: field, value: crossed_at}, {property: date, value: "%Y/%m/%d %H:%M"}]}
      - {name: ქვეყანა, logicalType: string, customProperties: [{property: field, value: citizenship}, {property: code_list, value: countries}]}
      - {name: პუნქტი, logicalType: string, customProperties: [{property: field, value: bcp}, {property: code_list, value: gates}]}
customProperties:
  - property: karvan
    value: {record: crossing, encoding: utf-8, delimiter: "|", period: month, file: "კვეთა_{period}.csv", person_key: none, observed_on: crossed_on}
"""
FILE = """ნომერი|მხარე|დრო|ქვეყანა|პუნქტი
1|შემოსვლა|2024/03/01 00:10|TUR|ჩრდ
2|შემოსვლა|2024/03/31 23:50|TUR|სამ
3|გასვლა|2024/03/15 12:00|TUR|ჩრდ
4|შემოსვლა|2024/03/20 12:00|UTO|ჩრდ
5|შემოსვლა|2024/03/20 12:00|ZZZ|ჩრდ
"""


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    from karvan import indicators, intake

    root = tmp_path_factory.mktemp("second")
    folder = new_pack("lowland", root / "packs", indicators_from="az").folder
    (folder / "contracts/border.crossings.yaml").unlink()
    (folder / "contracts/gate.crossings.yaml").write_text(CONTRACT, encoding="utf-8")
    (folder / "code_lists/gates.csv").write_text("code,name_en,maps_to\nჩრდ,North,N\nსამ,South,S\n", encoding="utf-8")
    about = (folder / "pack.yaml").read_text(encoding="utf-8")
    (folder / "pack.yaml").write_text(about.replace("zone: UTC", "zone: Pacific/Chatham"), encoding="utf-8")
    ws = Workspace.create(root / "ws", packs=["lowland"], packs_folder=root / "packs")
    (ws.extracts / "lowland.gate.crossings").mkdir(parents=True)
    (ws.extracts / "lowland.gate.crossings" / "კვეთა_2024-03.csv").write_text(FILE, encoding="utf-8")
    with ws.lock():
        run_step(ws, intake.STEP)
        run_step(ws, indicators.STEP)
    return ws


def test_its_days_are_those_of_its_own_zone(ws):
    rows = ws.connect().sql("select crossed_on, crossed_at, bcp from crossing where direction = 'in' and citizenship = 'TUR' order by crossed_at").fetchall()
    # Chatham is 13 h 45 min ahead of UTC in March.
    assert rows == [(date(2024, 3, 1), datetime(2024, 2, 29, 10, 25), "N"), (date(2024, 3, 31), datetime(2024, 3, 31, 10, 5), "S")]


def test_a_code_that_its_lists_do_not_know_is_remarked_upon_and_the_row_is_read(ws):
    assert ws.connect(identity="test").sql("select row_no, reason from quarantine").fetchall() == [(5, "not_understood")]


def test_its_figures_are_computed_and_explained(ws):
    from karvan import indicators

    explanation = indicators.explain(ws, "TMP-01", "2024-03", citizenship="TUR")
    assert ws.connect().sql(explanation.query.sql).fetchall()[0][0] == 2
    everybody = indicators.query_for_cell(ws, "TMP-01", "2024-03")
    assert ws.connect().sql(everybody.sql).fetchall()[0][0] == 3    # the one whose country was not understood was there too
