"""A portal over a small invented country: in this process for pages, as a real server for the browser."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import workspace as made
from karvan.workspace import Workspace

QUIET_BROWSER = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.fixture(scope="session")
def tinyland(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The invented country with figures, deliveries, quarantine; Django is set up on it, once per process."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser of other tests leaves an event loop running in this thread
    ws = made.tinyland(tmp_path_factory.mktemp("portal") / "tinyland")
    from karvan_portal import server

    server.prepare(ws)
    return ws


@pytest.fixture
def empty(tinyland: Workspace, tmp_path: Path) -> Iterator[Workspace]:
    """The same portal over a workspace in which nothing has happened yet."""
    from django.test import override_settings

    ws = made.empty(tmp_path / "empty")
    with override_settings(WORKSPACE=ws.root.resolve()):
        yield ws


@pytest.fixture(scope="session")
def linked_once(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The invented country with people about whom the model is not sure, linked once."""
    return made.with_uncertain_pairs(tmp_path_factory.mktemp("linked") / "linked")


@pytest.fixture
def linked(tinyland: Workspace, linked_once: Workspace, tmp_path: Path) -> Iterator[Workspace]:
    """The portal over people about whom the model is not sure; every test has its own copy and its own audit lines."""
    from django.test import override_settings

    root = tmp_path / "linked"
    shutil.copytree(linked_once.root, root)
    with override_settings(WORKSPACE=root.resolve()):
        yield Workspace.open(root)


@pytest.fixture
def visit(tinyland: Workspace) -> Iterator[Any]:
    """Signed-in clients by account name: `visit("mig").get("/")`. The language of the last page does not outlast the test."""
    from django.test import Client
    from django.utils import translation

    def client(username: str, language: str = "en") -> Client:
        from karvan_portal.accounts.models import Account

        made_client = Client(headers={"host": "127.0.0.1", "accept-language": language})
        made_client.force_login(Account.objects.get(username=username))
        return made_client

    yield client
    translation.deactivate()


def chromium_path() -> str:
    """A Chromium of this machine, or a failure that says what to install."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        own = play.chromium.executable_path
    if Path(own).exists():
        return own
    pytest.fail(
        "The browser tests need a Chromium: install the system's package (Debian: apt-get install chromium), or run `.venv/bin/playwright install chromium`.",
        pytrace=False,
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = chromium_path()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=path, args=QUIET_BROWSER)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server over the invented country."""
    with served(made.tinyland(tmp_path_factory.mktemp("served") / "tinyland")) as at:
        yield at


@contextmanager
def served(ws: Workspace) -> Iterator[str]:
    """A real server, started as a user would: `karvan portal -w FOLDER --port PORT`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    clean = {k: v for k, v in os.environ.items() if k not in ("DJANGO_SETTINGS_MODULE", "KARVAN_WORKSPACE")}
    process = subprocess.Popen(
        [sys.executable, "-c", "from karvan.cli import main; main()", "portal", "-w", str(ws.root), "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=clean,
    )
    assert process.stdout is not None
    said = process.stdout.readline()
    ready = re.fullmatch(r"ready (http://127\.0\.0\.1:\d+)\n", said)
    if ready is None:
        process.kill()
        pytest.fail(f"the portal did not start: {said}{process.stdout.read()}")
    yield ready[1]
    process.send_signal(signal.SIGINT)
    process.wait(timeout=20)


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """A fresh page in English, which fails the test if the page asks anything of another origin or a script breaks."""
    context = browser.new_context(viewport={"width": 1200, "height": 900}, locale="en-GB", base_url=address)
    opened = context.new_page()
    elsewhere: list[str] = []
    broken: list[str] = []
    opened.on("request", lambda request: elsewhere.append(request.url) if not request.url.startswith((address, "data:", "blob:")) else None)
    opened.on("pageerror", lambda wrong: broken.append(str(wrong)))
    opened.on("console", lambda message: broken.append(message.text) if message.type == "error" and "Content Security Policy" in message.text else None)
    yield opened
    context.close()
    assert elsewhere == [], "a page asked something of another origin"
    assert broken == [], "a script of a page broke"


@pytest.fixture
def signed_in(page: Any) -> Any:
    """A page signed in as the operator's demo account."""
    return sign_in(page, "mig")


def sign_in(page: Any, username: str) -> Any:
    page.goto("/sign-in/")
    page.fill("#username", username)
    page.fill("#password", "karvan-demo")
    page.press("#password", "Enter")
    page.wait_for_url(re.compile(r"//[^/]+/$"))  # the home page: another address asked for now would cut the sign-in short
    return page
