"""A disk that is really full: a small file system in memory, where this machine lets us mount one."""

import subprocess
import sys

import pytest

from karvan.workspace import Workspace


def karvan(*words):
    return subprocess.run([sys.executable, "-m", "karvan", *map(str, words)], capture_output=True, text=True)


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=14M", "tmpfs", str(folder)], capture_output=True).returncode:
        pytest.skip("this user may not mount a file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_said_and_the_run_goes_on_once_there_is_space(small_disk):
    ws = small_disk / "ws"
    assert karvan("init", ws, "--pack", "az").returncode == 0
    contracts = ws / "identity" / "extracts" / "az.official.permanent_migration"
    contracts.mkdir()
    (contracts / "ssc_permanent_migration_1991_2022.csv").write_text("year,arrived_for_permanent_residence,departed_for_permanent_residence,net\n2021,2400,600,1800\n2022,2900,1100,1800\n")
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(bytes(4096))
        except OSError:
            pass

    full = karvan("run", "-w", ws, "--through", "intake")
    assert full.returncode == 6, full.stderr
    assert "disk is full" in full.stderr and "Traceback" not in full.stderr

    filler.unlink()
    again = karvan("run", "-w", ws, "--through", "intake")
    assert again.returncode == 0, again.stderr
    assert Workspace.open(ws).connect().execute("select count(*) from observation").fetchone() == (6,)
