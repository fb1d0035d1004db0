"""A real Chromium on the demo page of the stand-in assistant.

Chromium is Debian's (`apt-get install chromium`, or CHROMIUM names another); axe-core comes from npm into var/, once. Where one
of them is missing the tests are skipped with a word, except in CI, where they must run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.chat import Chat
from tests.channels.widget_standin import GENEROUS, REPOSITORY, Server, standin

SCREENSHOTS = REPOSITORY / "var" / "screenshots"
AXE = "axe-core@4.14.1"
AXE_FOLDER = REPOSITORY / "var" / "browser"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _missing(what: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def server() -> Server:
    return standin(GENEROUS)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        _missing("Chromium is not installed (apt-get install chromium)")
    browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, an accessibility checker."""
    file = AXE_FOLDER / "node_modules" / "axe-core" / "axe.min.js"
    if not file.exists():
        if not shutil.which("npm"):
            _missing("npm is not installed, so axe-core cannot be fetched")
        AXE_FOLDER.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--prefix", str(AXE_FOLDER), "--no-audit", "--no-fund", "--ignore-scripts", AXE]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            _missing(f"axe-core could not be fetched: {done.stderr[-500:]}")
    return file.read_text(encoding="utf-8")


expect.set_options(timeout=20_000)  # a busy machine is slow, and slow is no failure here

NewChat = Callable[..., Chat]


@pytest.fixture
def new_chat(browser: Browser, server: Server) -> Iterator[NewChat]:
    """Makes a chat on a page of its own browser context; what goes wrong in any of its pages fails the test."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def make(width: int = 1280, height: int = 800, url: str | None = None, wait: bool = True, **options: Any) -> Chat:
        options = {"reduced_motion": "reduce", **options}  # nothing is measured while it still moves
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(30_000)
        contexts.append(context)
        context.on("page", lambda page: page.on("pageerror", lambda error: problems.append(str(error))))
        context.on(
            "console", lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None
        )
        chat = Chat(context.new_page(), server, problems)
        if wait:
            chat.page.goto(url or server.url + "/")
        return chat

    yield make
    for context in contexts:
        context.close()
    assert not problems


Host = Callable[..., str]


@pytest.fixture
def host() -> Iterator[Host]:
    """Serves a clinic's page, and files by their path, on a port of its own: another site than the assistant's."""
    servers: list[ThreadingHTTPServer] = []

    def serve(page: str, headers: dict[str, str] | None = None, **files: str) -> str:
        class Clinic(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                kind = "text/javascript" if self.path.endswith(".js") else "text/html"
                for name, value in {"Content-Type": f"{kind}; charset=utf-8", **(headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(files.get(self.path.rpartition("/")[2].partition(".")[0], page).encode())

            def log_message(self, *args: Any) -> None:
                pass

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Clinic))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://localhost:{servers[-1].server_port}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def chat(new_chat: NewChat) -> Chat:
    return new_chat()


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return lambda page, name: page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")
