"""The reference page of indicators, made from their definitions. Run as a module, it writes the page."""


from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from karvan.indicators.compute import dictionary
from karvan.indicators.definition import Definition, in_language
from karvan.indicators.wording import formula_of

if TYPE_CHECKING:
    from karvan.country import Country

HEAD = """<!-- Made from the definitions in packs/*/indicators by `karvan reference`; do not edit. -->
# Indicators

Every indicator that the packs define. `karvan indicators list -w WORKSPACE` says which of them a country's sources can carry.
"""


def page(countries: Sequence[Country]) -> str:
    """The page of all indicators of some countries, in Markdown; those that two packs share stand once."""
    known: dict[str, Definition] = {}
    for country in countries:
        known = {**dictionary(country), **known}
    lines = [HEAD, "| id | name | unit | period | dimensions |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| [{d.id}](#{d.id.lower()}) | {d.title('en')} | {d.unit} | {', '.join(d.periods)} | {', '.join(d.dimensions) or 'none'} |"
        for d in sorted(known.values(), key=lambda d: d.id)
    ]
    for definition in sorted(known.values(), key=lambda d: d.id):
        lines += ["", *_section(definition)]
    return "\n".join(lines) + "\n"


def _section(d: Definition) -> list[str]:
    def english(text: str | Mapping[str, str]) -> str:
        return in_language(text, "en")

    others = "; ".join(text for lang, text in d.name.items() if lang != "en")
    facts = [
        ("Covers", english(d.population)), ("Leaves out", "; ".join(map(english, d.leaves_out))), ("Made as", f"`{formula_of(d)}`"),
        ("Counted by", f"final {d.final}, preliminary {d.preliminary}, ready {d.ready_after} days after the period" if d.final else ""),
        ("Needs", "; ".join(f"rule {said['rule']} on `{said['on']}`" for said in d.needs.values())), ("Quality", ", ".join(d.quality)),
        ("Disclosure", str(d.disclosure.get("policy", "counts"))), ("Must hold", ", ".join(d.must_hold).replace("_", " ")), ("Standard", ", ".join(map(english, d.source.values()))), ("Waits for", english(d.waits_for)),
    ]  # fmt: skip
    return [
        f"## {d.id}",
        "",
        f"**{d.title('en')}** ({others}). {english(d.says)}",
        "",
        *(f"- {word}: {text}" for word, text in facts if text),
    ]


def every_page() -> str:
    """The page of all packs that come with karvan, each with the packs it uses."""
    from karvan.country import find_pack, load, packs_folder

    names = sorted(path.parent.name for path in packs_folder().glob("*/pack.yaml"))
    return page([load([name, *find_pack(name).about.get("uses", [])]) for name in names])


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(every_page(), encoding="utf-8")
