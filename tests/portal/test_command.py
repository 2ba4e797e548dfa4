"""`karvan portal`: messages of a person's mistakes, accounts of a workspace whose people are real."""

import os
import re
import socket
import subprocess
import sys

import workspace as made


def karvan(*arguments):
    clean = {k: v for k, v in os.environ.items() if k not in ("DJANGO_SETTINGS_MODULE", "KARVAN_WORKSPACE")}
    return subprocess.run(
        [sys.executable, "-c", "from karvan.cli import main; main()", *map(str, arguments)], capture_output=True, text=True, timeout=60, env=clean
    )


def test_a_port_in_use_is_a_message_with_a_way_out(tmp_path):
    ws = made.empty(tmp_path / "ws")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        told = karvan("portal", "-w", ws.root, "--port", port)
    assert told.returncode == 6
    assert f"127.0.0.1:{port}" in told.stderr and "--port" in told.stderr and "Traceback" not in told.stderr


def test_where_people_are_real_an_account_is_made_by_hand_and_only_for_an_institution_of_the_pack(tmp_path):
    ws = made.empty(tmp_path / "ws")
    told = karvan("portal", "-w", ws.root, "--add-account", "b.keeper", "--institution", "bor")
    assert re.fullmatch(r"account b\.keeper, password \S{12,}\n", told.stdout)
    refused = karvan("portal", "-w", ws.root, "--add-account", "someone")
    assert refused.returncode == 6 and "bor, mig" in refused.stderr
    assert (ws.root / "portal" / "secret").stat().st_mode & 0o077 == 0
