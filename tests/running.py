"""Runs the real assistant in a process of its own, for tests that talk to it as a client does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest
import requests
import yaml

from server.checks import free_port

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "aftercare.tar.gz"
OURS = (sys.executable, "-m", "server", "api")
STOCK = (sys.executable, "-m", "rasa", "run", "--enable-api", "--connector", "rest", "--interface", "127.0.0.1")

START_SECONDS = 180  # on a machine that does much else
ANSWER_SECONDS = 60


def unavailable(what: str) -> NoReturn:
    """Skip the test for want of a program or a folder; in CI, where all of them have to be there, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} has to be there in CI")
    pytest.skip(f"without {what}")


def need_model() -> None:
    """Fail, saying what to do, when no model has been trained."""
    assert MODEL.is_file(), "models/aftercare.tar.gz is missing: run `make train`"


@dataclass
class Server:
    """A running assistant with Rasa's REST channel and HTTP API."""

    url: str
    process: subprocess.Popen[bytes]
    log_file: Path

    def post(self, body: Any, **options: Any) -> requests.Response:
        """POST to the REST channel: `body` as JSON, bytes as they are."""
        data = {"data": body, "headers": {"content-type": "application/json"}} if isinstance(body, bytes) else {"json": body}
        return requests.post(f"{self.url}/webhooks/rest/webhook", timeout=ANSWER_SECONDS, **data, **options)

    def say(self, sender: str, text: str) -> list[dict[str, Any]]:
        """The messages that the assistant answers `text` with."""
        answer = self.post({"sender": sender, "message": text})
        assert answer.status_code == 200, answer.text
        return list(answer.json())

    def tracker(self, sender: str) -> dict[str, Any]:
        """The conversation as Rasa's API tells it."""
        return dict(requests.get(f"{self.url}/conversations/{sender}/tracker", timeout=ANSWER_SECONDS).json())

    def answers(self) -> bool:
        """Whether it takes requests yet."""
        try:
            return requests.get(self.url, timeout=ANSWER_SECONDS).ok
        except requests.ConnectionError:
            return False

    def slots(self, sender: str) -> dict[str, Any]:
        """The slots of a conversation."""
        return dict(self.tracker(sender)["slots"])

    def log(self) -> str:
        """All that the process has printed."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> int:
        """End it as Ctrl-C does and return the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def own_endpoints(folder: Path) -> Path:
    """A copy of endpoints.yml that keeps the conversations in `folder`."""
    endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    endpoints["tracker_store"]["db"] = str(folder / "conversations.db")
    path = folder / "endpoints.yml"
    path.write_text(yaml.safe_dump(endpoints), encoding="utf-8")
    return path


def start(folder: Path, command: tuple[str, ...] = OURS) -> Server:
    """Start `command`, OURS or STOCK, keeping its conversations in `folder`, and wait until it answers."""
    need_model()
    port = free_port("127.0.0.1")
    log_file = folder / "server.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [*command, "--model", str(MODEL), "--port", str(port), "--endpoints", str(own_endpoints(folder))],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "RASA_TELEMETRY_ENABLED": "false"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log_file)
    patience = time.monotonic() + START_SECONDS
    while not server.answers():
        if process.poll() is not None or time.monotonic() > patience:
            server.stop()
            pytest.fail(f"the server did not start:\n{server.log()}")
        time.sleep(0.2)
    return server
