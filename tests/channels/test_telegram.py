"""Whole conversations through the Telegram channel: a real server, a real agent, real HTTP both ways."""

from __future__ import annotations

import asyncio

import pytest

from tests.channels.fake_bot_api import FakeBotApi
from tests.channels.telegram_fixtures import *  # noqa: F403
from tests.channels.telegram_standin import LONG_PAYLOAD, LONG_REPLY, PHONE, Server


async def test_a_text_is_answered(telegram: FakeBotApi, bot: Server) -> None:
    await telegram.says("sore")
    await telegram.until(lambda: telegram.texts() == ["Soreness passes."])
    assert await bot.heard() == ["sore"]
