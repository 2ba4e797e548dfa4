"""Every key that a contract may hold is on its page, and the how-to shows commands that there are."""

import re
import shlex
from pathlib import Path

import pytest

from karvan.country.checking import check_pack
from karvan.country.contract import CONTRACT_KEYS, FIELD_KEYS
from karvan.country.pack import find_pack

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("key", [*FIELD_KEYS, *CONTRACT_KEYS])
def test_a_key_of_a_contract_is_explained(key):
    page = (DOCS / "reference/contracts.md").read_text(encoding="utf-8")
    assert re.search(rf"^\|[^|]*`{key}`[^|]*\|", page, flags=re.M), f"docs/reference/contracts.md does not explain `{key}`"


def test_the_commands_that_begin_a_pack_run_as_the_page_shows_them(tmp_path, monkeypatch):
    from click.testing import CliRunner

    from karvan.cli import karvan

    page = (DOCS / "how-to/new-country.md").read_text(encoding="utf-8")
    shown = [shlex.split(line.strip()) for line in page.splitlines() if line.startswith(("    karvan pack new", "    karvan pack check"))]
    assert [words[:3] for words in shown] == [["karvan", "pack", "new"], ["karvan", "pack", "check"]]
    monkeypatch.chdir(tmp_path)
    for words in shown:
        result = CliRunner().invoke(karvan, words[1:])
        assert result.exit_code == 0, result.output
    pack = find_pack("lowland", tmp_path / "my-packs")
    assert check_pack(pack, tmp_path / "my-packs") == []
    assert len(pack.files("indicators")) == len(find_pack("az").files("indicators"))
