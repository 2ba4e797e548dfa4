"""The command line: `karvan <noun> <verb>`. Each noun is a file here; a noun is loaded only when it is used."""

from __future__ import annotations

import errno
import importlib
import pkgutil
import sys

import click

from karvan.errors import KarvanError, SetupError

NOT_NOUNS = {"terminal", "link_review"}


class Nouns(click.Group):
    """A group whose commands are the modules of this package."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name not in NOT_NOUNS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        module = name.replace("-", "_")
        if module not in self.list_commands(ctx):
            return None
        return getattr(importlib.import_module(f"karvan.cli.{module}"), module)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, command.get_short_help_str(90)) for name in self.list_commands(ctx) if (command := self.get_command(ctx, name))]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


@click.command(cls=Nouns, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="karvan")
def karvan() -> None:
    """Turn a country's migration data into figures that can be explained.

    \b
    A first walk:
      karvan init demo --pack az --pack world     make a workspace
      karvan synth make -w demo                   give it a synthetic country's files
      karvan run -w demo                          extracts -> records -> persons -> life courses -> indicators
      karvan indicators show FLW-01 -w demo       read a figure
      karvan explain FLW-01 2024 citizenship=TUR -w demo    walk it back to its deliveries

    \b
    Exit codes: 0 done, 2 wrong use, 3 data, 4 pack, 5 access, 6 setup, 7 workspace busy.
    """


def main() -> None:
    """Run `karvan`; a person's mistake ends in a message and an exit code, never in a traceback."""
    try:
        sys.exit(karvan.main(standalone_mode=False) or 0)
    except KarvanError as wrong:
        click.echo(f"karvan: {wrong}", err=True)
        sys.exit(wrong.exit_code)
    except click.exceptions.Abort:
        click.echo("karvan: stopped; what was committed before is untouched.", err=True)
        sys.exit(130)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as wrong:    # a path that is not there, is a folder, may not be written, lies on a full disk
        said = of_the_machine(wrong)
        click.echo(f"karvan: {said}", err=True)
        sys.exit(said.exit_code)
    except Exception as wrong:    # the engine says a full disk in errors of several kinds
        if "No space left on device" not in str(wrong):
            raise
        click.echo(f"karvan: {disk_full()}", err=True)
        sys.exit(SetupError.exit_code)


def disk_full(where: str = "") -> SetupError:
    return SetupError("The disk is full; what was committed before is untouched.", where=where, fix="free some space and run again")


def of_the_machine(wrong: OSError) -> SetupError:
    """What the operating system refused, in the three parts of every message.

    >>> print(of_the_machine(NotADirectoryError(20, "Not a directory", "notes.txt/mine")))
    Not a directory.
    where: notes.txt/mine
    do: choose a path that exists and that this user may read and write
    """
    where = " -> ".join(str(name) for name in (wrong.filename, wrong.filename2) if name is not None)
    if wrong.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(where)
    return SetupError(f"{wrong.strerror or type(wrong).__name__}.", where=where, fix="choose a path that exists and that this user may read and write")
