"""The conversation in a terminal: `make chat`, and stock `rasa shell` beside stock `rasa run actions`."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from server.checks import free_port
from tests.faults.terminal import Terminal
from tests.running import MODEL, ROOT, START_SECONDS, need_model, own_endpoints

PROMPT = "Your input ->"


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[Terminal]:
    need_model()
    terminal = Terminal([sys.executable, "-m", "server", "chat", "--endpoints", str(own_endpoints(tmp_path))], ROOT)
    yield terminal
    terminal.close()


def test_a_conversation_with_a_menu_of_buttons(chat: Terminal) -> None:
    chat.wait_for(PROMPT)
    chat.type("it hurts when I breathe in\r")
    chat.wait_for("Please call 911 now")
    chat.wait_for("I have called")
    chat.wait_for("Type out your own message")
    chat.type("\r")
    chat.wait_for("Thank you for telling me")
    chat.wait_for(PROMPT)
    chat.type("/stop\r")
    assert chat.end() == 0
    assert "Traceback" not in chat.screen
    assert "ERROR" not in chat.screen


@pytest.mark.parametrize("in_a_menu", [False, True], ids=["at the prompt", "in a menu"])
def test_ctrl_c_ends_it(chat: Terminal, in_a_menu: bool) -> None:
    chat.wait_for(PROMPT)
    if in_a_menu:
        chat.type("it hurts when I breathe in\r")
        chat.wait_for("Type out your own message")
    chat.type("\x03")
    assert chat.end() == 0
    assert "Traceback" not in chat.screen


def test_stock_rasa_shell_beside_stock_rasa_run_actions(tmp_path: Path) -> None:
    need_model()
    rasa = [sys.executable, "-m", "rasa"]
    port = free_port("127.0.0.1")
    endpoints = own_endpoints(tmp_path)
    endpoints.write_text(endpoints.read_text().replace(":5055", f":{port}"))
    with (tmp_path / "actions.log").open("wb") as log:
        actions = subprocess.Popen(
            [*rasa, "run", "actions", "--port", str(port)],
            cwd=ROOT,
            env={"PATH": "", "SANIC_HOST": "127.0.0.1", "RASA_TELEMETRY_ENABLED": "false"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    shell = Terminal(
        [*rasa, "shell", "--model", str(MODEL), "--endpoints", str(endpoints), "--port", str(free_port("127.0.0.1"))],
        ROOT,
        RASA_TELEMETRY_ENABLED="false",
    )
    try:
        _wait_for_actions(port)
        shell.wait_for(PROMPT)
        shell.type("my shoulder is a bit sore since yesterday\r")
        shell.wait_for("soreness")
        shell.type("/stop\r")
        assert shell.end() == 0
    finally:
        shell.close()
        actions.terminate()
        actions.wait(30)


def _wait_for_actions(port: int) -> None:
    patience = time.monotonic() + START_SECONDS
    while time.monotonic() < patience:
        try:
            requests.get(f"http://127.0.0.1:{port}/health", timeout=START_SECONDS)
        except requests.ConnectionError:
            time.sleep(0.5)
        else:
            return
    pytest.fail("`rasa run actions` did not start")
