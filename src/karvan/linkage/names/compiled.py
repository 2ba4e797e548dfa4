"""How the code of this folder is compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

# Counting references to arrays took a third of the time of comparing two names: every slice is an atomic step. Whoever allocates an array holds it
# until the call is over, so what only reads and fills arrays need not count; such a function cannot allocate.
compiled: Callable[..., Any] = njit(cache=True, nogil=True, _nrt=False)  # type: ignore[call-overload]
compiled_maker: Callable[..., Any] = njit(cache=True, nogil=True)
