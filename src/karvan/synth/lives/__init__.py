"""Lives of the synthetic country: `simulate` gives every truth table, deterministic by seed.

>>> from karvan.synth.lives import simulate                                            # doctest: +SKIP
>>> truth = simulate(settings, seed=1, residents=50_000)                                # doctest: +SKIP
>>> truth["crossing"].num_rows > 400_000                                                # doctest: +SKIP
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["simulate"]


def simulate(settings: dict[str, Any], *, seed: int, residents: int) -> dict[str, pa.Table]:
    """Simulate the lives of a country of about `residents` inhabitants (visitors come on top).

    Parameters
    ----------
    settings
        `synth/lives.yaml` of a pack, read: time, density, compositions, rates. Nothing of a country is in the code.
    seed
        Same settings, seed, size and library versions give the same tables.
    residents
        People usually resident on the first delivered day, roughly.

    Returns
    -------
    One Arrow table per entry of `karvan.synth.truth.TRUTH`, with the declared columns. Days after the last day of the simulation do not
    occur: what is not over by then is null.

    Raises
    ------
    DataError
        If a section of the settings is missing.
    """
    from karvan.synth.lives.story import tell

    return dict(tell(settings, seed=seed, residents=residents))
