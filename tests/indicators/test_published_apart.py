"""Series that count the same in two tables: told where they would be rounded apart."""

import pytest

from karvan.country import load
from karvan.indicators import dictionary, read_definition
from karvan.indicators.alike import published_apart

TEXT = {"en": "text"}


def definition(name, disclosure="counts", period="year", by=("sex",), **said):
    whole = {"id": name, "name": TEXT, "says": TEXT, "covers": {"population": TEXT}, "count": "crossing", "on": "crossed_on", "by": list(by), "unit": "persons", "period": period, "disclosure": disclosure}
    return read_definition(whole | said)


def faults(*definitions):
    return [(name, what) for name, what, _ in published_apart(definitions)]


ENTRIES = {"where": "direction = 'in'"}
BOTH = {"series": {"entries": {"where": "direction = 'in'"}, "exits": {"where": "direction = 'out'"}}}


def test_two_tables_of_one_count_are_told_until_they_name_their_cells_alike():
    assert faults(definition("A", **ENTRIES), definition("B", by=["mode"], where="direction  =  'in'")) == [("B", "B counts the same as A, and would be rounded apart from it.")]
    assert faults(definition("A", **BOTH), definition("B", **ENTRIES)) == [("B", "B counts the same as A/entries, and would be rounded apart from it.")]
    named = {"policy": "counts", "cells": "entries"}
    assert faults(definition("A", named, **ENTRIES), definition("B", named, **ENTRIES)) == []
    assert faults(definition("A", {"policy": "counts", "cells": {"entries": "entries"}}, **BOTH), definition("B", named, **ENTRIES)) == []


def test_tables_that_count_different_things_need_no_name():
    assert faults(definition("A", **ENTRIES), definition("B", where="direction = 'out'"), definition("C", **ENTRIES, measure="2")) == []


@pytest.mark.parametrize(
    ("disclosure", "what"),
    [
        ({"policy": "counts", "cells": "entrees"}, "Nothing else has cells called 'entrees'."),
        ({"policy": "protected", "cells": "entries"}, "B and A share cells under two policies, `protected` and `counts`."),
        ({"policy": "counts", "cells": {"entry": "entries"}}, "`cells` names the series `entry`, which B does not have."),
        ({"policy": "counts", "cells": "entries", "fixed": {"bcp": "X"}}, "`fixed` names `bcp`, which is no dimension of A or C."),
        ({"policy": "counts", "cells": "entries", "fixed": {"sex": "F"}}, "`fixed` names `sex`, which is a dimension of its own."),
    ],
)
def test_a_wrong_name_of_cells_is_told(disclosure, what):
    shared = {"policy": "counts", "cells": "entries"}
    assert ("B", what) in faults(definition("A", shared, **ENTRIES), definition("C", shared, **ENTRIES), definition("B", disclosure, where="direction = 'in' and true"))


def test_tables_that_share_no_period_share_no_cell():
    shared = {"policy": "counts", "cells": "entries"}
    assert faults(definition("A", shared, **ENTRIES), definition("B", shared, period="month", **ENTRIES))[0] == ("A", "A and B have no period in common: year; month.")


@pytest.mark.parametrize("packs", [["az"], ["world"], ["open_us"]])
def test_the_packs_that_come_with_karvan_publish_nothing_apart(packs):
    assert faults(*dictionary(load(packs)).values()) == []
