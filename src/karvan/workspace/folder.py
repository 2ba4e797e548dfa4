"""The workspace: the folder that a deployment lives in."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import secrets
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from karvan.errors import BusyError, DataError, SetupError, nearest
from karvan.tables import RECORD_TYPES, TABLES
from karvan.workspace import audit
from karvan.workspace.manifest import Commit, TableVersion, commit_text, read_commit, read_version, write_atomically

if TYPE_CHECKING:
    import duckdb

    from karvan.workspace.transaction import Transaction

FORMAT = 1
ZONES = {"intake": "records", "linkage": "persons", "lifecourse": "lifecourse", "households": "lifecourse", "indicators": "indicators", "disclosure": "publications", "seasonal": "publications", "revisions": "publications", "quality": "quality"}


class Workspace:
    """A folder with the tables of one deployment, their versions, and the agencies' extracts.

    Open one with `Workspace.open(path)`, make one with `Workspace.create(path, packs=["az", "world"])`. Reading never needs the
    lock: a reader sees the last commit. Writing goes through `transaction()`, under `lock()`.
    """

    def __init__(self, root: Path, *, packs: list[str], packs_folder: Path | None = None) -> None:
        self.root = root
        self.packs = packs
        self.packs_folder = packs_folder

    # -- making and opening ------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, root: Path | str, *, packs: list[str], packs_folder: Path | str | None = None) -> Workspace:
        """Make an empty workspace. Raises SetupError if the folder already holds one."""
        root = Path(root)
        if (root / "karvan.toml").exists():
            raise SetupError("There is a workspace here already.", where=str(root), fix="open it, or choose another folder")
        for folder in ("identity/extracts", "identity/vault", "identity/quarantine", "commits", *ZONES.values()):
            (root / folder).mkdir(parents=True, exist_ok=True)
        key = root / "identity" / "key"
        key.write_text(secrets.token_hex(32), encoding="ascii")
        key.chmod(0o600)
        write_atomically(root / "commits" / "000000.json", commit_text(Commit(0, {}, {})))
        write_atomically(root / "HEAD", "000000")
        lines = [f"format = {FORMAT}", f"packs = {json.dumps(packs)}"]
        if packs_folder:
            lines.append(f"packs_folder = {json.dumps(str(Path(packs_folder).resolve()))}")
        write_atomically(root / "karvan.toml", "\n".join(lines) + "\n")
        return cls.open(root)

    @classmethod
    def open(cls, root: Path | str) -> Workspace:
        """Open a workspace. Raises SetupError if there is none, or it was written by another version."""
        root = Path(root)
        settings_file = root / "karvan.toml"
        if not settings_file.exists():
            raise SetupError("There is no workspace here.", where=str(root), fix="make one with `karvan init FOLDER`, or pass -w FOLDER")
        try:
            settings = tomllib.loads(settings_file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
            raise SetupError(f"The settings cannot be read: {wrong}", where=str(settings_file), fix="mend the file") from None
        if settings.get("format") != FORMAT:
            raise SetupError(
                f"The workspace has format {settings.get('format')}, this version of karvan reads format {FORMAT}.",
                where=str(settings_file),
                fix="use the version of karvan that wrote it, or make a new workspace and load the extracts again",
            )
        folder = settings.get("packs_folder")
        return cls(root, packs=list(settings.get("packs", [])), packs_folder=Path(folder) if folder else None)

    # -- places ------------------------------------------------------------------------------------------------------

    @property
    def extracts(self) -> Path:
        """Where agencies' files are put: one folder per feed."""
        return self.root / "identity" / "extracts"

    def folder(self, table: str) -> Path:
        """Folder of one table's versions and data."""
        declared = declared_table(table)
        if table == "quarantine":
            return self.root / "identity" / "quarantine" / table
        if declared.kind == "identity":
            return self.root / "identity" / "vault" / table
        return self.root / ZONES[declared.room] / table

    def pseudonym_key(self) -> bytes:
        """Key of the pseudonyms; whoever holds it can recompute them."""
        return bytes.fromhex((self.root / "identity" / "key").read_text(encoding="ascii").strip())

    # -- versions ----------------------------------------------------------------------------------------------------

    def head(self) -> Commit:
        """The commit in force."""
        said = (self.root / "HEAD").read_text(encoding="ascii", errors="replace").strip()
        if not said.isdecimal():
            raise SetupError("HEAD does not name a commit.", where=str(self.root / "HEAD"), fix="write the number of the newest file of commits/ into it, as in 000012")
        return self.commit(said)

    def commit(self, number: int | str) -> Commit:
        path = self.root / "commits" / f"{int(number):06d}.json"
        if not path.exists():
            raise DataError(f"There is no commit {number}.", where=str(self.root), fix="see `karvan runs` for the commits there are")
        return read_commit(path)

    def version(self, table: str, number: int | None = None, *, at: Commit | None = None) -> TableVersion:
        """A version of a table; the one in force if no number is given. A table never written is version 0, empty."""
        folder = self.folder(table)
        if number is None:
            number = (at or self.head()).tables.get(table, 0)
        if number == 0:
            return TableVersion(table, 0)
        return read_version(folder / f"v{number:06d}.json")

    def paths(self, version: TableVersion) -> list[str]:
        """The Parquet files of a version."""
        return [str(self.folder(version.table) / "data" / part.file) for part in version.parts]

    # -- reading -----------------------------------------------------------------------------------------------------

    def connect(
        self, *, identity: str | None = None, actor: str = "karvan", at: Commit | None = None, threads: int | None = None, memory: str = "4GB"
    ) -> duckdb.DuckDBPyConnection:
        """A DuckDB connection with a view of every table at one commit (the one in force by default).

        Tables of the identity zone are there only when `identity` gives the purpose; opening them is written to the audit log.
        A table that was never written is an empty view.
        """
        con = new_connection(threads=threads, memory=memory, temp=self.root / ".tmp")
        at = at or self.head()
        for name, declared in TABLES.items():
            if declared.kind == "identity" and identity is None:
                continue
            self.view(con, name, self.version(name, at=at))
        if identity is not None:
            names = ", ".join(n for n, t in TABLES.items() if t.kind == "identity")
            audit.append(self.audit_log, actor=actor, act="open", subject=names, purpose=identity)
        return con

    def memory(self, least: int, *, at: Commit | None = None) -> str:
        """What an engine may hold that reads the country's records, as text with a unit; more goes to disk.

        `least` (MB) is enough for two million records; for more it grows with them, up to six tenths of the machine.
        """
        at = at or self.head()
        records = sum(self.version(name, at=at).rows for name in RECORD_TYPES)
        of_machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1_000_000 * 6 // 10
        return f"{max(least, min(least * records // 2_000_000, of_machine))} MB"

    def view(self, con: duckdb.DuckDBPyConnection, name: str, version: TableVersion, *, as_name: str | None = None) -> None:
        """Make a view of one version of a table on a connection. A column declared since the version was written is null."""
        source = self.source(version)
        con.execute(f'create or replace view "{as_name or name}" as select * from {source}')
        there = {row[0] for row in con.execute(f'describe "{as_name or name}"').fetchall()}
        later = "".join(f", cast(null as {c.duckdb_type}) as {c.name}" for c in TABLES[version.table].columns if c.name not in there)
        if later:
            con.execute(f'create or replace view "{as_name or name}" as select *{later} from {source}')

    def source(self, version: TableVersion) -> str:
        """The rows of a version, as SQL to select from."""
        if not version.parts:
            return f"({TABLES[version.table].empty_select()})"
        later = next((part for part in version.parts if part.replaces), None)
        if later is None:
            return scan(self.paths(version))
        data = self.folder(version.table) / "data"
        stands = scan([str(data / part.file) for part in version.parts if part is not later])
        return f"(select * from {stands} stands anti join {scan([str(data / str(later.replaces))])} gone using (person_id) union all select * from {scan([str(data / later.file)])})"

    @property
    def audit_log(self) -> Path:
        return self.root / "identity" / "audit.jsonl"

    # -- writing -----------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the workspace for one run. Raises BusyError if another run holds it; a killed run leaves no lock behind."""
        with open(self.root / "lock", "a+", encoding="ascii") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held.seek(0)
                raise BusyError(
                    f"Another run holds this workspace (process {held.read().strip() or 'unknown'}).",
                    where=str(self.root),
                    fix="wait until it ends, then run again; what it commits will be there",
                ) from None
            held.truncate(0)
            held.write(str(os.getpid()))
            held.flush()
            yield

    def sweep(self) -> int:
        """Remove what a killed run left behind: drafts that no version names. Call it under `lock()`; returns files removed."""
        left = [path for path in self.root.rglob("*.draft") if path.is_file()]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def transaction(self) -> Transaction:
        """Write tables, then commit them together. Use it as a context manager, under `lock()`."""
        from karvan.workspace.transaction import Transaction

        return Transaction(self)


def declared_table(name: str):
    if name not in TABLES:
        raise DataError(f"There is no table '{name}'.", fix=nearest(name, list(TABLES)) or "see docs/reference/tables.md")
    return TABLES[name]


def scan(paths: list[str]) -> str:
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{listed}], union_by_name=false)"


def new_connection(*, threads: int | None = None, memory: str = "4GB", temp: Path | None = None) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that never downloads anything."""
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {"autoinstall_known_extensions": False, "memory_limit": memory}
    if threads:
        config["threads"] = threads
    if temp:
        config["temp_directory"] = str(temp)
    con = duckdb.connect(":memory:", config=config)
    con.execute("set enable_progress_bar = false")
    return con


@contextlib.contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn a full or unwritable disk into a message that says so."""
    import duckdb

    try:
        yield
    except OSError as wrong:
        if wrong.errno in (errno.ENOSPC, errno.EDQUOT):
            raise SetupError("The disk is full; nothing was changed.", where=str(path), fix="free some space and run again") from None
        if wrong.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise SetupError("The folder cannot be written.", where=str(path), fix="give this user the right to write there") from None
        raise
    except duckdb.IOException as wrong:
        if "No space left" in str(wrong):
            raise SetupError("The disk is full; nothing was changed.", where=str(path), fix="free some space and run again") from None
        raise
