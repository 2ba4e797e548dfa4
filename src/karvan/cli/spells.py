"""`karvan spells`: the rules of the life course by themselves, on files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from karvan.cli.terminal import json_option, progress, show

if TYPE_CHECKING:
    from karvan.lifecourse.spells import Made, Repair


@click.group()
def spells() -> None:
    """Stays, usual residence and days in a moving window, from files of crossings; no workspace is needed."""


class Day(click.ParamType):
    name = "day"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is no day; write it as 2026-03-31.", param, ctx)


DAY = Day()
PATH = click.Path(path_type=Path)
out_file = click.option("-o", "--out", required=True, type=PATH, help="What comes out: Parquet, or CSV where the name ends in .csv.")
aside_file = click.option("--aside", type=PATH, help="Also write who was set aside, with the reason, to this file.")


def engine_options(command: Callable[..., None]) -> Callable[..., None]:
    """`--engine` and `--spark-master`."""
    for option in (
        click.option("--spark-master", default="", envvar="KARVAN_SPARK_MASTER", help="Address of a Spark cluster, as in spark://host:7077; without one, the processors of this machine."),
        click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True, help="spark: bucket by bucket of persons on a cluster, from Parquet to folders of Parquet files; the rows are the same."),
    ):
        command = option(command)
    return command


@spells.command()
@click.argument("crossings", type=PATH)
@click.option("--observed-until", required=True, type=DAY, help="Last day that is complete. Later crossings count for nothing.")
@click.option("--zone", help="Where the day of a crossing counts, as Etc/GMT-4; needed where times are instants.")
@click.option("--repair", type=click.Choice(["none", "pack"]), default="none", show_default=True, help="none: people whose crossings do not alternate are set aside; pack: missing ends are put in, flagged and counted, as `karvan run` does.")
@click.option("--pack", help="With --repair pack: the country's pack, which says who is a national.")
@click.option("--repairs", type=PATH, help="With --repair pack: also write what was put in, by stratum, to this file.")
@out_file
@aside_file
@engine_options
@json_option
def presence(
    crossings: Path, observed_until: date, zone: str | None, repair: Repair, pack: str | None, repairs: Path | None,
    out: Path, aside: Path | None, engine: str, spark_master: str, as_json: bool,
) -> None:  # fmt: skip
    """Pair crossings into stays.

    CROSSINGS is Parquet, CSV or a folder of Parquet files: person_id, crossed_at, direction (in, out), optional record_id, in any order. A person whose crossings
    do not alternate is set aside whole. Comes out: the columns of presence_spells, in order of person and stay.

    \b
    Examples:
      karvan spells presence crossings.parquet --observed-until 2026-03-31 -o stays.parquet
      karvan spells presence crossings.parquet --observed-until 2026-03-31 --repair pack --pack az -o stays.parquet
      karvan spells presence crossings.csv --observed-until 2026-03-31 --zone Etc/GMT-4 --aside aside.csv -o stays.parquet
    """
    from karvan.lifecourse.files import writing
    from karvan.lifecourse.spells import presence_into

    if engine == "spark":
        if repair != "none":
            raise click.UsageError("--repair pack needs the stays of everybody at once; leave out --engine spark.")
        from karvan.lifecourse.spark import presence_on_spark

        with progress("presence") as report:
            return tell(presence_on_spark(crossings, out, aside, observed_until=observed_until, zone=zone, master=spark_master, progress=report), out, as_json)
    with progress("presence") as report, writing(out) as table, writing(aside) as others:
        made = presence_into(table, others, crossings, observed_until=observed_until, zone=zone, repair=repair, pack=pack, progress=report)
    with writing(repairs) as strata:
        if made.repairs is not None:
            strata.write(made.repairs)
    tell(made, out, as_json)


@spells.command()
@click.argument("stays", metavar="SPELLS", type=PATH)
@click.option("--rule", default="UR-12/16", show_default=True, help="UR-12/16, UR-12/12, UR-6/12, or UR-m/w for m months of w.")
@click.option("--observed-until", type=DAY, help="Last day that is complete; what it cannot decide is undecided. Without it the last stay is taken to last.")
@click.option("--initial", type=PATH, help="Status before the first crossing: person_id, resident (yes or no), optional known_on.")
@click.option("--per-crossing", type=PATH, help="Also write each crossing with the status before and after, whether it is a migration, and when that was final.")
@out_file
@aside_file
@engine_options
@json_option
def residence(
    stays: Path, rule: str, observed_until: date | None, initial: Path | None, per_crossing: Path | None,
    out: Path, aside: Path | None, engine: str, spark_master: str, as_json: bool,
) -> None:  # fmt: skip
    """Decide when people were usually resident, from their stays.

    SPELLS has the columns of presence_spells (person_id, entered_on, left_on at least). Comes out: residence_spells. A person resident
    before the first crossing has no from_on; what the data cannot decide yet has the basis undecided.

    \b
    Examples:
      karvan spells residence stays.parquet --rule UR-12/16 --observed-until 2026-03-31 -o residence.parquet
      karvan spells residence stays.parquet --rule UR-9/12 --per-crossing decisions.csv -o residence.parquet
    """
    from karvan.lifecourse.files import writing
    from karvan.lifecourse.spells import residence_into

    if engine == "spark":
        from karvan.lifecourse.spark import residence_on_spark

        with progress("residence") as report:
            made = residence_on_spark(stays, out, aside, per_crossing, rule=rule, observed_until=observed_until, initial=initial, master=spark_master, progress=report)
        return tell(made, out, as_json)
    with progress("residence") as report, writing(out) as table, writing(aside) as others, writing(per_crossing) as each:
        made = residence_into(table, others, each, stays, rule=rule, observed_until=observed_until, initial=initial, progress=report)
    tell(made, out, as_json)


@spells.command()
@click.argument("stays", metavar="SPELLS", type=PATH)
@click.option("--days", required=True, type=click.IntRange(min=0), help="Days allowed.")
@click.option("--window", required=True, type=click.IntRange(min=1), help="Days over which they are counted, each day looking back.")
@click.option("--observed-until", type=DAY, help="Day to which an open stay counts (default: that of `karvan spells presence`, where it made SPELLS).")
@out_file
@engine_options
@json_option
def rolling(stays: Path, days: int, window: int, observed_until: date | None, out: Path, engine: str, spark_master: str, as_json: bool) -> None:
    """Count the most days of stay in any window of days, and when a limit was first passed.

    SPELLS has the columns of presence_spells (person_id, entered_on, left_on at least). The days of entry and exit both count. Comes
    out, for each person: max_days, and first_exceeded_on (empty: never).

    \b
    Example:
      karvan spells rolling stays.parquet --days 90 --window 180 --observed-until 2026-03-31 -o over.parquet
    """
    from karvan.lifecourse.files import writing
    from karvan.lifecourse.spells import rolling_into

    if engine == "spark":
        from karvan.lifecourse.spark import rolling_on_spark

        with progress("rolling") as report:
            return tell(rolling_on_spark(stays, out, days=days, window=window, observed_until=observed_until, master=spark_master, progress=report), out, as_json)
    with progress("rolling") as report, writing(out) as table:
        made = rolling_into(table, stays, days=days, window=window, observed_until=observed_until, progress=report)
    tell(made, out, as_json)


@spells.command("all")
@click.argument("crossings", type=PATH)
@click.option("--observed-until", required=True, type=DAY, help="Last day that is complete.")
@click.option("--zone", help="Where the day of a crossing counts; needed where times are instants.")
@click.option("--rule", default="UR-12/16", show_default=True, help="Rule of residence.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(min=0), help="Days allowed in the window.")
@click.option("--window", default=180, show_default=True, type=click.IntRange(min=1), help="Days of the window.")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder, made where it is not there.")
@click.option("--new-only", is_flag=True, help="Decide anew only for people whom files added to CROSSINGS since the last full run concern, or the days since; writes the folder delta.")
@engine_options
@json_option
def all_rules(
    crossings: Path, observed_until: date, zone: str | None, rule: str, days: int, window: int,
    out: Path, new_only: bool, engine: str, spark_master: str, as_json: bool,
) -> None:  # fmt: skip
    """Stays, residence and days in a window in one pass: read and sorted once.

    Writes stays, residence, over and aside, each .parquet, equal to what the single commands write one after the other; and due: of
    whom more may be known on a day to come although no crossing is added, and on which.

    CROSSINGS may be a folder to which a file is added each day. With --new-only the tables of the last full run stay as they are, and the
    folder delta beside them has the rows of the people concerned, and these people.

    \b
    Examples:
      karvan spells all crossings.parquet --observed-until 2026-03-31 -o out
      karvan spells all crossings --observed-until 2026-04-01 --new-only -o out
    """
    from karvan.lifecourse.daily import run_all, run_new

    if new_only and engine == "spark":
        raise click.UsageError("--new-only decides for few people and does so on this machine; leave out --engine spark.")
    with progress("spells") as report:
        if engine == "spark":
            from karvan.lifecourse.spark import all_on_spark

            out.mkdir(parents=True, exist_ok=True)
            made = all_on_spark(crossings, out, observed_until=observed_until, zone=zone, rule=rule, days=days, window=window, master=spark_master, progress=report)
        else:
            made = (run_new if new_only else run_all)(crossings, out, observed_until=observed_until, zone=zone, rule=rule, days=days, window=window, progress=report)
    tell(made, out, as_json)


@spells.command()
@click.argument("table", metavar="[FILE]", type=PATH, required=False)
@click.option("--person", required=True, help="Number of the person.")
@click.option("-w", "--workspace", type=PATH, help="Take the person from the tables of this workspace instead of a file.")
@click.option("--observed-until", type=DAY, help="Last day that is complete; needed with a file.")
@click.option("--zone", help="Where the day of a crossing counts; needed where times are instants.")
@click.option("--rule", "rules", multiple=True, help="Rules to show, each a line (default: UR-12/16, UR-12/12, UR-6/12).")
@click.option("--statuses", type=PATH, help="Statuses too: person_id, status, from_on, to_on.")
@click.option("--lang", type=click.Choice(["az", "en", "ru"]), default="en", show_default=True, help="Language of the picture.")
@click.option("-o", "--out", required=True, type=PATH, help="The picture, SVG.")
def picture(
    table: Path | None, person: str, workspace: Path | None, observed_until: date | None, zone: str | None,
    rules: tuple[str, ...], statuses: Path | None, lang: str, out: Path,
) -> None:  # fmt: skip
    """Draw one person's history: crossings, presence, statuses and residence under each rule, on one line of time.

    FILE holds crossings or presence spells.

    \b
    Examples:
      karvan spells picture crossings.parquet --person P17 --observed-until 2026-03-31 -o p17.svg
      karvan spells picture -w demo --person P0000017 --lang ru -o p17.svg
    """
    from karvan.lifecourse.history import RULES_SHOWN, history, history_in
    from karvan.workspace import Workspace

    if workspace:
        found = history_in(Workspace.open(workspace), person)
    elif table and observed_until:
        found = history(table, person, observed_until=observed_until, zone=zone, rules=rules or RULES_SHOWN, statuses=statuses)
    else:
        raise click.UsageError("a FILE with --observed-until, or a workspace with -w, needed.")
    out.write_text(found.drawn(title=person, lang=lang), encoding="utf-8")
    click.echo(f"written: {out}", err=True)


def tell(made: Made, out: Path, as_json: bool) -> None:
    """Counts, and who was set aside by reason."""
    rows = [{"what": what.replace("_", " "), "count": number} for what, number in made.counts.items()]
    rows += [{"what": f"aside: {reason}", "count": number} for reason, number in made.reasons.items()]
    rows += [{"what": f"repaired: {repair}", "count": number} for repair, number in made.repaired.items()]
    show(rows, ["what", "count"], as_json=as_json)
    if not as_json:
        click.echo(f"written: {out}", err=True)
