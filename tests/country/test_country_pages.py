"""Every key that a contract may hold is on its page."""

import re
from pathlib import Path

import pytest

from karvan.country.contract import CONTRACT_KEYS, FIELD_KEYS

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("key", [*FIELD_KEYS, *CONTRACT_KEYS])
def test_a_key_of_a_contract_is_explained(key):
    page = (DOCS / "reference/contracts.md").read_text(encoding="utf-8")
    assert re.search(rf"^\|[^|]*`{key}`[^|]*\|", page, flags=re.M), f"docs/reference/contracts.md does not explain `{key}`"
