"""Fixtures of the Telegram tests: a fake Bot API, and the assistant's server beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.channels.fake_bot_api import FakeBotApi
from tests.channels.telegram_standin import Server, server


@pytest_asyncio.fixture
async def telegram(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeBotApi]:
    """Telegram, empty."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("RASA_TELEMETRY_ENABLED", "false")
    fake = FakeBotApi()
    await fake.start()
    yield fake
    await fake.stop()


@pytest_asyncio.fixture
async def bot(telegram: FakeBotApi, tmp_path: Path) -> AsyncIterator[Server]:
    """The assistant, its webhook set."""
    async with server(telegram, tmp_path) as running:
        yield running
