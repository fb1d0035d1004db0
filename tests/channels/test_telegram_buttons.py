"""Buttons in Telegram: one a row, of any length, counted only in the chat where they were offered and while they are true."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from aftercare.channels.telegram_buttons import button_data
from tests.channels.fake_bot_api import FakeBotApi, Fault, Sent
from tests.channels.telegram_standin import LONG_PAYLOAD, Server, server

pytest_plugins = ["tests.channels.telegram_fixtures"]


async def _asked(telegram: FakeBotApi, chat_id: int = 42) -> Sent:
    await telegram.says("when", chat_id)
    await telegram.until(lambda: telegram.texts(chat_id)[-1:] == ["When?"])
    return telegram.sent[-1]


async def test_there_is_one_button_a_row(telegram: FakeBotApi, bot: Server) -> None:
    asked = await _asked(telegram)
    assert [[button["text"] for button in row] for row in asked.buttons] == [["Night"], ["Now"]]


async def test_a_payload_of_any_length_is_said_and_the_spinner_ends(telegram: FakeBotApi, bot: Server) -> None:
    assert len(LONG_PAYLOAD.encode()) > 64
    query = await telegram.presses(await _asked(telegram), "Night")
    await telegram.until(lambda: "Noted." in telegram.texts())
    await telegram.until(lambda: telegram.ended_spinners == [query])
    assert await bot.heard() == ["when", LONG_PAYLOAD]


async def test_the_spinner_ends_before_the_answer_is_there(telegram: FakeBotApi, bot: Server) -> None:
    asked = await _asked(telegram)
    telegram.faults.append(Fault(502, times=2, method="sendMessage"))
    query = await telegram.presses(asked, "Now")
    await telegram.until(lambda: query in telegram.ended_spinners)
    await telegram.until(lambda: "Soreness passes." in telegram.texts())


async def test_a_button_outlives_a_restart_of_the_server(telegram: FakeBotApi, tmp_path: Path) -> None:
    async with server(telegram, tmp_path):
        asked = await _asked(telegram)
        await telegram.says("/start")  # its button stands in no tracker
        await telegram.until(lambda: telegram.texts()[-1].startswith("Welcome"))
        welcome = telegram.sent[-1]
    async with server(telegram, tmp_path) as bot:
        await telegram.presses(asked, "Night")
        await telegram.until(lambda: "Noted." in telegram.texts())
        await telegram.presses(welcome, "I am sore")
        await telegram.until(lambda: "Soreness passes." in telegram.texts())
        assert await bot.heard() == ["when", LONG_PAYLOAD, "I am sore"]


async def test_a_button_that_telegram_no_longer_shows_us_is_too_old(telegram: FakeBotApi, bot: Server) -> None:
    asked = await _asked(telegram)
    data = asked.buttons[0][0]["callback_data"]
    chat = {"id": 42, "type": "private", "first_name": "Pat"}
    query = await telegram.calls_back(data, 42, {"chat": chat, "message_id": asked.message_id, "date": 0})
    await telegram.until(lambda: telegram.texts()[-1] == "Button expired.")
    await telegram.until(lambda: query in telegram.ended_spinners)
    assert await bot.heard() == ["when"]


async def test_yesterday_on_a_button_of_last_week_is_not_believed(telegram: FakeBotApi, bot: Server) -> None:
    asked = await _asked(telegram)
    await telegram.presses(asked, "Night", date=int(time.time()) - 7 * 24 * 3600)
    await telegram.until(lambda: telegram.texts()[-1] == "Button expired.")
    assert await bot.heard() == ["when"]


@pytest.mark.parametrize(
    "data", ["", "x", "/topic_1", '/topic_1{"urgency": "none"}', "b:", button_data(43, "sore"), button_data(42, "breathe")]
)
async def test_data_that_was_not_offered_here_says_nothing(telegram: FakeBotApi, bot: Server, data: str) -> None:
    await _asked(telegram, 43)  # "sore" was offered to somebody else
    query = await telegram.calls_back(data, 42, telegram.message(42, text="a message without buttons"))
    await telegram.until(lambda: telegram.texts() == ["Button expired."])
    await telegram.until(lambda: query in telegram.ended_spinners)
    assert await bot.heard() == []


async def test_an_impatient_second_tap_is_one_answer(telegram: FakeBotApi, bot: Server, monkeypatch: Any) -> None:
    asked = await _asked(telegram)
    release, handle = asyncio.Event(), bot.agent.handle_message

    async def slow(message: Any) -> Any:
        await release.wait()
        return await handle(message)

    monkeypatch.setattr(bot.agent, "handle_message", slow)
    queries = [await telegram.presses(asked, "Now") for _ in range(3)]
    await telegram.until(lambda: sorted(telegram.ended_spinners) == sorted(queries))
    release.set()
    await telegram.says("hello")
    await telegram.until(lambda: "Hello there." in telegram.texts())
    assert telegram.texts().count("Soreness passes.") == 1
    await telegram.presses(asked, "Now")  # later it is a new answer
    await telegram.until(lambda: telegram.texts()[-1] == "Soreness passes.")


async def test_buttons_that_telegram_refuses_become_lines(telegram: FakeBotApi, bot: Server) -> None:
    telegram.faults.append(Fault(400, method="sendMessage"))
    await telegram.says("when")
    await telegram.until(lambda: telegram.sent)
    assert telegram.texts() == ["When?\n• Night\n• Now"]
