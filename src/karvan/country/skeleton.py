"""A first pack for a new country: commented files that pass the check, to be filled in."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from karvan.country.pack import Pack, find_pack
from karvan.errors import PackError

TEMPLATE = Path(__file__).parent / "skeleton"


def new_pack(code: str, folder: Path, *, indicators_from: str | None = None) -> Pack:
    """Write the skeleton of a pack to `folder/code`.

    Parameters
    ----------
    code
        Id of the pack: small letters, digits and underscores.
    folder
        Where packs are kept; made if it is not there.
    indicators_from
        A pack whose indicator definitions are copied; they name no country.

    Raises
    ------
    PackError
        The code is not one, or the folder holds such a pack already.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,19}", code):
        raise PackError(f"'{code}' is no id of a pack.", fix="use 2 to 20 small letters, digits and underscores, as in `md` or `new_land`")
    root = Path(folder) / code
    if root.exists():
        raise PackError(f"There is something at {root} already.", fix="choose another folder or code; nothing was written")
    source = find_pack(indicators_from, folder) if indicators_from else None
    for path in sorted(p for p in TEMPLATE.rglob("*") if p.is_file() and p.suffix in (".yaml", ".csv", ".md")):
        target = root / path.relative_to(TEMPLATE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text(encoding="utf-8").replace("@CODE@", code), encoding="utf-8")
    for path in source.files("indicators") if source else []:
        shutil.copyfile(path, root / "indicators" / path.name)
    return find_pack(code, folder)
