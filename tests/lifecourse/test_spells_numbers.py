"""Numbers of persons that are text: sorted as whole numbers where they can be, and as text where not; the stays are the same."""

from datetime import date, datetime

import pyarrow as pa
import pytest

from karvan.lifecourse.engine import engine
from karvan.lifecourse.numbers import numbers_of
from karvan.lifecourse.people import offer
from karvan.lifecourse.spells import presence

LIKE = {    # numbers of persons, and whether they are carried as whole numbers
    "word and digits": ([f"P{person:09}" for person in (7, 1, 99_999_999, 12)], True),
    "eight bytes": (["99999999", "00000000", "zzzzzzzz", "AAAAAAAA"], True),
    "fewer than eight bytes": (["b", "a", "Z", "0"], True),
    "sixteen bytes": ([f"2026-AZ-{person:08}" for person in (3, 1, 2)], True),
    "letters of more than a byte": (["Ə-00001", "Ş-00001", "Ə-00000"], True),
    "seventeen bytes": ([f"2026-AZ-{person:09}" for person in (3, 1, 2)], False),
    "differing in the ninth byte from the end": (["AZ1234567", "BZ1234567"], False),
    "of several lengths": (["P1", "P10", "P2"], False),
    "empty text": (["", "a"], False),
}


@pytest.mark.parametrize("kind", LIKE)
def test_people_come_out_in_order_of_their_text(kind):
    names, as_numbers = LIKE[kind]
    crossings = pa.table({
        "person_id": [*names, *names, None],
        "crossed_at": [datetime(2026, 1, 1 + place % 20) for place in range(2 * len(names) + 1)],
        "direction": ["in"] * len(names) + ["out"] * len(names) + ["in"],
    })  # fmt: skip
    with engine() as con:
        offer(con, "given", crossings)
        assert (numbers_of(con) is not None) == as_numbers
    made = presence(crossings, observed_until=date(2026, 3, 31))
    assert made.table.column("person_id").to_pylist() == sorted(names, key=str.encode)
    assert made.table.column("left_on").null_count == 0 and made.aside.column("reason").to_pylist() == ["no_person"]
