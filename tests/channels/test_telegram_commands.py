"""/start, /help, /restart, /stop and /delete."""

from __future__ import annotations

import asyncio
import functools
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from rasa.core import jobs
from rasa.shared.core.events import ReminderScheduled

from aftercare.clinic import load_clinic
from tests.channels.fake_bot_api import FakeBotApi
from tests.channels.telegram_standin import PHONE, Server

pytest_plugins = ["tests.channels.telegram_fixtures"]

COMMANDS = [
    ("/start", f"Welcome to {load_clinic().name}."),
    ("/start qr-code_17", f"Welcome to {load_clinic().name}."),
    ("/START", f"Welcome to {load_clinic().name}."),
    ("/help", f"Help: {PHONE}."),
    ("/help@aftercare_test_bot", f"Help: {PHONE}."),
    (" /help ", f"Help: {PHONE}."),
    ("/restart", "Restarted."),
    ("/stop", "Stopped."),
    ("/delete", "Deleted."),
]


@pytest.mark.parametrize(("text", "reply"), COMMANDS)
async def test_a_command_has_its_own_answer_and_is_no_message(telegram: FakeBotApi, bot: Server, text: str, reply: str) -> None:
    await telegram.says(text)
    await telegram.until(lambda: telegram.texts() == [reply])
    assert await bot.heard() == []


async def test_start_offers_buttons_that_work(telegram: FakeBotApi, bot: Server) -> None:
    await telegram.says("/start")
    await telegram.until(lambda: telegram.sent)
    await telegram.presses(telegram.sent[0], "I am sore")
    await telegram.until(lambda: "Hello there." in telegram.texts())


async def test_restart_forgets_what_is_known_of_the_treatment(telegram: FakeBotApi, bot: Server) -> None:
    await telegram.says("yesterday")
    await telegram.says("sore")
    await telegram.until(lambda: "Soreness passes." in telegram.texts())
    assert (await bot.slots())["treated_at"]
    await telegram.says("/restart")
    await telegram.says("hello")
    await telegram.until(lambda: "Hello there." in telegram.texts())
    assert (await bot.slots())["treated_at"] is None
    assert (await bot.slots())["urgency"] == "none"
    await telegram.says("sore")
    await telegram.until(lambda: telegram.texts()[-1] == "Soreness passes.")
    assert (await bot.slots())["urgency"] == "self_care"


def found_on_disk(folder: Path, words: bytes) -> list[str]:
    """The database's files, its log too, that hold those words."""
    return [path.name for path in folder.glob("tracker.db*") if words in path.read_bytes()]


async def test_delete_leaves_no_word_in_the_database_and_touches_nobody_else(
    telegram: FakeBotApi, bot: Server, tmp_path: Path
) -> None:
    await telegram.says("sore and my name is Xanthippe")
    await telegram.says("sore and my name is Ptolemy", 43)
    await telegram.until(lambda: telegram.texts() and telegram.texts(43))
    on_disk = functools.partial(found_on_disk, tmp_path)
    assert on_disk(b"Xanthippe")
    await telegram.says("/delete")
    await telegram.until(lambda: telegram.texts()[-1] == "Deleted.")
    assert not on_disk(b"Xanthippe")
    assert not on_disk(b"telegram:42")
    assert await bot.heard(43) == ["sore and my name is Ptolemy"]
    await telegram.says("hello")  # and life goes on
    await telegram.until(lambda: telegram.texts()[-1] == "Hello there.")
    assert await bot.heard() == ["hello"]


async def test_delete_waits_for_the_turn_before_it(telegram: FakeBotApi, bot: Server, monkeypatch: Any) -> None:
    release, handle = asyncio.Event(), bot.agent.handle_message

    async def slow(message: Any) -> Any:
        await release.wait()
        return await handle(message)

    monkeypatch.setattr(bot.agent, "handle_message", slow)
    await telegram.says("sore")
    await telegram.says("/delete")
    release.set()
    await telegram.until(lambda: telegram.texts() == ["Soreness passes.", "Deleted."])
    assert list(await bot.agent.tracker_store.keys()) == []


async def test_a_delete_that_failed_is_not_called_done(telegram: FakeBotApi, bot: Server, monkeypatch: Any) -> None:
    await telegram.says("sore")
    await telegram.until(telegram.texts)

    def broken(*_: Any, **__: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("aftercare.channels.stores._delete_rows", broken)
    await telegram.says("/delete")
    await telegram.until(lambda: telegram.texts()[-1] == f"Not deleted. {PHONE}")
    assert await bot.heard() == ["sore"]


@pytest.mark.parametrize("command", ["/stop", "/restart", "/delete"])
async def test_afterwards_nothing_is_said_unasked_to_this_patient(telegram: FakeBotApi, bot: Server, command: str) -> None:
    soon = datetime.now(timezone.utc) + timedelta(hours=1)
    for chat_id in (42, 43):
        await telegram.says("sore", chat_id)
        await telegram.until(lambda chat=chat_id: telegram.texts(chat))
        tracker = await bot.agent.tracker_store.retrieve(f"telegram:{chat_id}")
        reminder = ReminderScheduled("topic_0", soon, name=f"follow-up of {chat_id}")
        output = bot.channel.get_output_channel()
        await bot.agent.processor.execute_side_effects([reminder], tracker, output)
    await telegram.says(command)
    await telegram.until(lambda: len(telegram.texts()) == 2)
    scheduler = await jobs.scheduler()
    assert [job.id for job in scheduler.get_jobs()] == ["follow-up of 43"]
    scheduler.remove_all_jobs()


async def test_the_menu_of_commands_is_set_from_the_domain(telegram: FakeBotApi, bot: Server) -> None:
    assert telegram.commands == [
        {"command": "start", "description": "Begin"},
        {"command": "help", "description": "Phone numbers"},
        {"command": "stop", "description": "No more"},
        {"command": "delete", "description": "Forget"},
    ]
    assert telegram.description == "Aftercare, not for emergencies: 911"
