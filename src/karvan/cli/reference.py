"""karvan reference: the reference pages that are made from the declarations."""

from pathlib import Path

import click

from karvan.cli.terminal import out_option


@click.command()
@out_option
@click.option("--check", is_flag=True, help="Write nothing; fail if a page is out of date.")
def reference(out: Path | None, check: bool) -> None:
    """Write the reference pages (commands, tables, indicators, quality indicators) from their declarations.

    Example: karvan reference -o docs/reference
    """
    from karvan.errors import DataError

    out = out or Path("docs/reference")
    stale = []
    for name, text in pages().items():
        path = out / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            out.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if check and stale:
        raise DataError(f"{len(stale)} reference pages are out of date: {', '.join(stale)}.", where=str(out), fix="run `karvan reference`")
    click.echo(f"{len(stale)} pages {'are out of date' if check else 'written'} in {out}")


def pages() -> dict[str, str]:
    """File name -> text of every generated page."""
    return {"commands.md": commands_page(), "tables.md": tables_page(), "exit-codes.md": exit_codes_page(), "indicators.md": indicators_page(), "quality.md": quality_page()}


def commands_page() -> str:
    from karvan.cli import karvan

    lines = ["<!-- Made by `karvan reference`; do not edit. -->", "", "# Commands", ""]

    def add(command: click.Command, name: str, depth: int, parent: click.Context | None) -> None:
        names = (command.context_settings if parent is None else {}).get("help_option_names")    # else they depend on what ran before
        ctx = click.Context(command, info_name=name.split()[-1], parent=parent, max_content_width=100, terminal_width=100, help_option_names=names)
        lines.extend([f"{'#' * depth} {name}", "", "```text", command.get_help(ctx), "```", ""])
        if isinstance(command, click.Group):
            for verb in command.list_commands(ctx):
                found = command.get_command(ctx, verb)
                if found:
                    add(found, f"{name} {verb}", min(depth + 1, 4), ctx)

    add(karvan, "karvan", 2, None)
    return "\n".join(lines)


def indicators_page() -> str:
    from karvan.indicators.reference import every_page

    return every_page()


def quality_page() -> str:
    from karvan.quality.reference import page

    return page()


def tables_page() -> str:
    from karvan.tables import TABLES

    lines = ["<!-- Made by `karvan reference`; do not edit. -->", "", "# Tables", "", "Every table, as declared in `karvan.tables`. A day column ends in `_on`, an instant (UTC) in `_at`.", ""]
    for table in TABLES.values():
        lines += [f"## {table.name}", "", table.meaning, "", f"Kind: {table.kind}. Made by: `{table.room}`. One row: {table.grain}. Key: {', '.join(f'`{k}`' for k in table.key)}.", ""]
        lines += ["| column | type | meaning | unit or values | null means | class |", "| --- | --- | --- | --- | --- | --- |"]
        lines += [f"| `{c.name}` | {c.type} | {c.meaning} | {', '.join(c.values) or c.unit} | {c.null} | {c.sensitivity} |" for c in table.columns]
        lines.append("")
    return "\n".join(lines)


def exit_codes_page() -> str:
    from karvan.errors import KarvanError

    lines = ["<!-- Made by `karvan reference`; do not edit. -->", "", "# Exit codes", "", "| code | kind | meaning |", "| --- | --- | --- |", "| 0 | | done |", "| 2 | usage | the command was written wrong; see its `--help` |"]
    for kind in sorted(KarvanError.__subclasses__(), key=lambda k: k.exit_code):
        lines.append(f"| {kind.exit_code} | {kind.kind} | {(kind.__doc__ or '').strip().splitlines()[0]} |")
    lines += ["| 130 | stopped | stopped by the person; what was committed before is untouched |", ""]
    return "\n".join(lines)
