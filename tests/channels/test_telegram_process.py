"""The whole program as a clinic starts it, `python -m server run` with credentials-telegram.yml, in a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from aftercare.clinic import load_clinic
from tests.channels.fake_bot_api import TOKEN, FakeBotApi

pytest_plugins = ["tests.channels.telegram_fixtures"]

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models" / "aftercare.tar.gz"
LIMIT_S = 180  # for a start on a busy machine; nothing is measured


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def _program(folder: Path, port: int, **variables: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Starts it on a database of its own, and stops it as an init system does."""
    endpoints = (ROOT / "endpoints.yml").read_text(encoding="utf-8").replace("var/conversations.db", str(folder / "tracker.db"))
    (folder / "endpoints.yml").write_text(endpoints, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TELEGRAM_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "run", "--port", str(port)),
        *("--credentials", "credentials-telegram.yml", "--endpoints", str(folder / "endpoints.yml")),
        cwd=ROOT,
        env={**environment, **variables, "AFTERCARE_SECRET": "only for this test, forty characters or so"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 60)


async def _output_until(process: asyncio.subprocess.Process, words: str) -> str:
    assert process.stdout is not None
    output = ""
    while words not in output:
        line = await asyncio.wait_for(process.stdout.readline(), LIMIT_S)
        assert line, f"it ended without {words!r}: {output}"
        output += line.decode()
    return output


async def test_it_starts_without_network_and_answers_once_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MODEL.exists(), "models/aftercare.tar.gz is missing: run `make train`"
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    telegram_port, port = _free_port(), _free_port()
    variables = {
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{port}",
        "TELEGRAM_API_BASE": f"http://127.0.0.1:{telegram_port}",
        "TELEGRAM_RETRY_S": "0.2",
    }
    telegram = FakeBotApi()
    async with _program(tmp_path, port, **variables) as process:
        output = await _output_until(process, "The assistant is ready")
        if "cannot be set up yet" not in output:
            output += await _output_until(process, "cannot be set up yet")
        await telegram.start(telegram_port)
        try:
            output += await _output_until(process, "@aftercare_test_bot is ready")
            await telegram.says("it hurts when I breathe in")
            await telegram.until(lambda: any(load_clinic().emergency_number in text for text in telegram.texts()))
            await telegram.says("thank you")
            await telegram.until(lambda: load_clinic().emergency_number in telegram.texts()[-1], seconds=60)
        finally:
            await telegram.stop()
    assert process.returncode == 0
    assert process.stdout is not None
    output += (await process.stdout.read()).decode()
    assert TOKEN not in output
    assert "breathe" not in output


async def test_without_a_token_it_says_which_variable_to_set(tmp_path: Path) -> None:
    async with _program(tmp_path, _free_port()) as process:
        output = await _output_until(process, "TELEGRAM_TOKEN")
        await asyncio.wait_for(process.wait(), LIMIT_S)
    assert process.returncode == 2
    assert "Traceback" not in output


async def test_with_a_wrong_address_it_says_so_in_one_line(tmp_path: Path) -> None:
    variables = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_WEBHOOK_URL": "aftercare.clinic.example"}
    async with _program(tmp_path, _free_port(), **variables) as process:
        output = await _output_until(process, "TELEGRAM_WEBHOOK_URL")
        await asyncio.wait_for(process.wait(), LIMIT_S)
    assert process.returncode == 2
    assert "Traceback" not in output
    assert TOKEN not in output
