"""Match keys of a pack: read as written, refused where nobody would understand them."""

from __future__ import annotations

import pytest

from karvan.country.match_keys import MatchKeys, read_match_keys
from karvan.errors import PackError


def written(tmp_path, text: str):
    path = tmp_path / "keys.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_a_file_leaves_out_is_as_the_platform_has_it(tmp_path):
    assert read_match_keys(written(tmp_path, "")) == MatchKeys()
    assert read_match_keys(written(tmp_path, "threshold: 0.95\nnumbers: {register_no: feed}")) == MatchKeys(threshold=0.95, numbers=(("register_no", "feed"),))


@pytest.mark.parametrize(("text", "what"), [
    ("thresh: 0.9", "Nobody reads the key 'thresh'"), ("threshold: 1.0", "The threshold is 1.0"), ("threshold: high", "The threshold is 'high'"),
    ("numbers: [personal_no]", "no list of keys with values"), ("numbers: {passport: issuer}", "There is no number 'passport'"),
    ("numbers: {personal_no: office}", "not unique within 'office'"), ("unknown_days: [13-01]", "no list of months and days"), ("- a", "not a list of keys"),
])  # fmt: skip
def test_what_nobody_understands_is_refused(tmp_path, text, what):
    with pytest.raises(PackError, match=what):
        read_match_keys(written(tmp_path, text))
