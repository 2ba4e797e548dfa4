"""Starting the portal: its own folder in the workspace, its database, the demo accounts, the server."""

from __future__ import annotations

import os
import secrets
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from karvan.errors import SetupError
from karvan.workspace import Workspace


def prepare(ws: Workspace) -> None:
    """Make the portal ready to serve a workspace: secret, database, demo accounts. Safe to call again."""
    import django
    from django.core.management import call_command

    configure(ws)
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    from karvan_portal.accounts import demo

    demo.keep_accounts()


def configure(ws: Workspace) -> None:
    """Point Django's settings at a workspace."""
    folder = ws.root.resolve() / "portal"
    try:
        folder.mkdir(exist_ok=True)
        secret = folder / "secret"
        if not secret.exists():
            secret.touch(mode=0o600)
            secret.write_text(secrets.token_urlsafe(48), encoding="ascii")
    except OSError as wrong:
        raise SetupError(
            f"The portal cannot write its folder: {wrong.strerror}.", where=str(folder), fix="give the account that runs the portal the right to write there"
        ) from None
    os.environ["KARVAN_WORKSPACE"] = str(ws.root.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "karvan_portal.settings"


def add_account(ws: Workspace, username: str, *, institution: str | None = None, linkage_role: str = "") -> str:
    """Make an account, or give it a new password; returns the password, which is kept nowhere. `linkage_role`: one that the pack gives the institution."""
    prepare(ws)
    from karvan_portal import source
    from karvan_portal.accounts import audit
    from karvan_portal.accounts.models import Account

    known = {i.id.casefold(): i for i in source.institutions()}
    wanted = known.get((institution or username).casefold())
    if wanted is None:
        raise SetupError(
            f"The pack has no institution '{institution or username}'.", where=", ".join(sorted(known)), fix="name one of these with --institution"
        )
    roles = source.linkage_roles().get(wanted.id.casefold(), ())
    if linkage_role and linkage_role not in roles:
        raise SetupError(
            f"The pack gives {wanted.id} no role '{linkage_role}' at the linkage desk.",
            where=", ".join(roles),
            fix="name one of these, or add it under `reviewers` in pack.yaml",
        )
    password = secrets.token_urlsafe(12)
    account = Account.objects.filter(username=username.casefold()).first()
    if account is None:
        account = Account.objects.make(username.casefold(), institution=wanted.id, password=password, operator=wanted.operator)
    account.institution, account.operator, account.is_demo, account.is_active = wanted.id, wanted.operator, False, True
    account.linkage_role = linkage_role
    account.set_password(password)
    account.save()
    audit.write("command line", "account_made", username.casefold())
    return password


def at_once(text: str) -> None:
    """Print a line now, also into a file or a pipe."""
    print(text, flush=True)


def serve(ws: Workspace | Path, *, host: str = "127.0.0.1", port: int = 8000, say: Callable[[str], None] = at_once) -> None:
    """Serve in the foreground until interrupted; says `ready http://...` once a page is really answered."""
    ws = ws if isinstance(ws, Workspace) else Workspace.open(ws)
    require_free(host, port)
    prepare(ws)
    from django.db import connections
    from granian import Granian

    connections.close_all()
    if host not in ("127.0.0.1", "localhost"):
        os.environ["KARVAN_PORTAL_HOSTS"] = ",".join(filter(None, [os.environ.get("KARVAN_PORTAL_HOSTS", ""), host]))
    address = f"http://{host}:{port}"
    threading.Thread(target=_say_when_ready, args=(address, say), daemon=True).start()
    server = Granian(
        "karvan_portal.wsgi:application",
        address=host,
        port=port,
        interface="wsgi",
        workers=1,
        blocking_threads=4,
        websockets=False,
        log_enabled=False,
        working_dir=Path.cwd(),
    )
    server.serve()


def require_free(host: str, port: int) -> None:
    """Raise SetupError if something listens at the address already."""
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as wrong:
            raise SetupError(
                f"The address {host}:{port} cannot be used: {wrong.strerror}.", fix="stop what listens there, or choose another port with --port"
            ) from None


def _say_when_ready(address: str, say: Callable[[str], None]) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{address}/ready/", timeout=2):
                say(f"ready {address}")
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
