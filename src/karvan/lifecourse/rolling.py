"""n days in any m days: how many of a stay's days count against a limit that looks back over a moving window.

The day of entry and the day of exit both count, a day counts once. Unlike in the residence rules, a departure is a day inside.

Source: Regulation (EU) 2016/399 (Schengen Borders Code), Art. 6(1) and (2), where it is 90 days in any 180.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from karvan.lifecourse import kernel
from karvan.lifecourse.stays import Stays, day


def rolling_table(stays: Stays, *, days: int, window: int, until: int) -> tuple[pa.Table, int]:
    """`person_id`, `max_days`, `first_exceeded_on` (null: never), one row per person; and the stays that begin later than `until`."""
    most, exceeded, late = kernel.most_days(stays.starts, stays.entered, stays.left, days, window, np.int32(until))
    return pa.table({"person_id": stays.names, "max_days": pa.array(most), "first_exceeded_on": day(exceeded, kernel.NEVER)}), int(late)
