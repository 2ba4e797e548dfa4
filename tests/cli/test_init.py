"""`karvan init`: one country to a workspace, and what to do next."""

import pytest
from click.testing import CliRunner

from karvan.cli.init import init
from karvan.errors import PackError

PACK = "id: {id}\nnames: {{en: {id}}}\nlanguages: [en]\n{more}"
CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: {id}.stays
name: Stays
version: 1.0.0
status: active
customProperties:
  - property: karvan
    value: {{record: stay, person_key: none}}
"""


def run(*args):
    found = CliRunner().invoke(init, list(map(str, args)))
    if isinstance(found.exception, PackError):
        raise found.exception
    assert found.exit_code == 0, found.output
    return found.output


def test_packs_of_two_countries_need_a_workspace_each(tmp_path):
    with pytest.raises(PackError) as told:
        run(tmp_path / "ws", "--pack", "az", "--pack", "open_us")
    assert "az (AZE), open_us (USA)" in told.value.what and "karvan init open_us-workspace --pack open_us" in told.value.fix
    assert not (tmp_path / "ws").exists()


def test_the_next_step_is_what_the_pack_can_do(tmp_path):
    open_records = run(tmp_path / "us", "--pack", "open_us")
    assert "karvan pack samples" in open_records and "synth make" not in open_records
    assert "karvan synth make" in run(tmp_path / "az", "--pack", "az", "--pack", "world")


def test_packs_that_send_the_same_records_are_named(tmp_path):
    for name, more in (("land", "citizenship: XLA\n"), ("port", "")):
        (tmp_path / "packs" / name / "contracts").mkdir(parents=True)
        (tmp_path / "packs" / name / "pack.yaml").write_text(PACK.format(id=name, more=more), encoding="utf-8")
        (tmp_path / "packs" / name / "contracts" / "stays.yaml").write_text(CONTRACT.format(id=name), encoding="utf-8")
    said = run(tmp_path / "ws", "--pack", "land", "--pack", "port", "--packs-folder", tmp_path / "packs")
    assert "note: land and port both send records of type stay: figures are given only for the days that all of them cover" in said
