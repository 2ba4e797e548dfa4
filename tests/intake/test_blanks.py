"""Cells of files without blanks at their edges are not trimmed: that is quicker, and may change nothing."""

from __future__ import annotations

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from karvan.intake.readers.lines import spaced
from karvan.workspace import new_connection

BLANKS = [chr(c) for c in range(0x3100) if unicodedata.category(chr(c)) == "Zs"]
CELL = st.text(st.sampled_from(["a", "Ə", "ш", "-", "\t", *BLANKS]), max_size=4)


@given(st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=4), st.sampled_from(["\n", "\r\n"]), st.booleans())
@example([["NEW YORK", "x"]], "\n", False)
def test_where_no_blank_is_seen_trimming_changes_no_cell(rows, line_end, closed):
    text = line_end.join(";".join(row) for row in rows) + (line_end if closed else "")
    if not spaced(text.encode(), ";"):
        con = new_connection()
        cells = [cell for row in rows for cell in row]
        assert [con.execute("select trim(?)", [cell]).fetchall()[0][0] for cell in cells] == cells
        con.close()


def test_blanks_inside_a_cell_are_no_blanks_at_its_edges():
    assert not spaced("J2 017;NEW YORK;Ələt\r\n".encode(), ";")
    assert all(spaced(f"a;{blank}b;c\n".encode(), ";") for blank in BLANKS)
    assert spaced(b'a;"b ";c\n', ";") and spaced(b"a;b \n", ";") and spaced(b" a;b\n", ";") and spaced(b"a ;b\n", ";")
