"""Telegram or the assistant fails: the turn is kept, the patient is answered, and nothing is tried for ever."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from aftercare.channels.telegram_api import MOST_ATTEMPTS, BotApi, BotApiError
from aftercare.channels.telegram_buttons import OfferedButtons
from aftercare.channels.telegram_output import Outbox, TelegramOutput
from tests.channels.fake_bot_api import TOKEN, FakeBotApi, Fault
from tests.channels.telegram_standin import PHONE, Server, server

pytest_plugins = ["tests.channels.telegram_fixtures"]


@pytest.mark.parametrize(
    "fault",
    [Fault(429, times=2, retry_after=0.01), Fault(502, times=3), Fault(500, times=MOST_ATTEMPTS - 1), Fault(0, times=2)],
    ids=["429", "502", "500", "cut"],
)
async def test_what_passes_is_tried_again_until_it_has(telegram: FakeBotApi, bot: Server, fault: Fault) -> None:
    fault.method = "sendMessage"
    telegram.faults.append(fault)
    await telegram.says("sore")
    await telegram.says("hello")
    await telegram.until(lambda: telegram.texts() == ["Soreness passes.", "Hello there."])


@pytest.mark.parametrize(
    ("fault", "tries"),
    [
        (Fault(403, times=1000), 1),
        (Fault(400, times=1000), 1),
        (Fault(502, times=1000), MOST_ATTEMPTS),
        (Fault(429, times=1000, retry_after=0.01), MOST_ATTEMPTS),
        (Fault(429, times=1000, retry_after=86_400), 1),
        (Fault(0, times=1000), MOST_ATTEMPTS),
    ],
    ids=["403", "400", "502", "429", "429 for a day", "cut"],
)
async def test_what_does_not_pass_is_given_up_and_the_turn_is_kept(
    telegram: FakeBotApi, bot: Server, fault: Fault, tries: int
) -> None:
    fault.method = "sendMessage"
    telegram.faults.append(fault)
    await telegram.says("breathe")
    await telegram.until(lambda: [method for method, _ in telegram.calls].count("sendMessage") == tries)
    telegram.faults.clear()
    await telegram.says("hello")
    await telegram.until(lambda: telegram.texts() == ["Hello there."])
    assert await bot.heard() == ["breathe", "hello"]
    assert [method for method, _ in telegram.calls].count("sendMessage") == tries + 1


async def test_each_wait_is_longer_and_as_long_as_telegram_asks(telegram: FakeBotApi) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    api = BotApi(telegram.base, TOKEN, retry_s=0.5, sleep=sleep)
    telegram.faults += [Fault(502, times=3), Fault(429, retry_after=17)]
    assert (await api.call("getMe", {}))["username"] == "aftercare_test_bot"
    assert waits == [0.5, 1, 2, 17]
    await api.close()


async def test_an_error_never_shows_the_token(telegram: FakeBotApi, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    nobody = BotApi("http://127.0.0.1:9", TOKEN, retry_s=0)
    for api, faults in ((nobody, []), (BotApi(telegram.base, TOKEN, retry_s=0), [Fault(0, times=99)])):
        telegram.faults = faults
        with pytest.raises(BotApiError) as failure:
            await api.call("sendMessage", {"chat_id": 1, "text": "x"})
        assert failure.value.code == 0
        assert TOKEN not in str(failure.value)
        await api.close()
    assert TOKEN not in caplog.text


async def test_a_turn_that_raises_is_answered(telegram: FakeBotApi, bot: Server, monkeypatch: Any) -> None:
    async def broken(_: Any) -> None:
        raise RuntimeError("sore and secret")

    with monkeypatch.context() as patch:
        patch.setattr(bot.agent, "handle_message", broken)
        await telegram.says("sore")
        await telegram.until(lambda: telegram.texts() == [f"Problem. {PHONE} 911"])
    await telegram.says("sore")
    await telegram.until(lambda: telegram.texts()[1:] == ["Soreness passes."])


async def test_a_turn_without_a_word_is_answered(telegram: FakeBotApi, bot: Server) -> None:
    await telegram.says("nothing")
    await telegram.until(lambda: telegram.texts() == [f"Problem. {PHONE} 911"])


async def test_a_slow_turn_is_said_to_be_slow_and_still_answered(telegram: FakeBotApi, bot: Server, monkeypatch: Any) -> None:
    monkeypatch.setattr("aftercare.channels.telegram_turns.PATIENCE_S", 0.05)
    monkeypatch.setattr("aftercare.channels.telegram_turns.TYPING_AFTER_S", 0.01)
    release, handle = asyncio.Event(), bot.agent.handle_message

    async def slow(message: Any) -> Any:
        await release.wait()
        return await handle(message)

    monkeypatch.setattr(bot.agent, "handle_message", slow)
    await telegram.says("sore")
    await telegram.until(lambda: telegram.texts() == ["Still working."])
    assert ("sendChatAction", {"chat_id": 42, "action": "typing"}) in telegram.calls
    release.set()
    await telegram.until(lambda: telegram.texts() == ["Still working.", "Soreness passes."])


async def test_a_flood_from_one_chat_is_bounded_and_said_once(telegram: FakeBotApi, bot: Server, monkeypatch: Any) -> None:
    release, handle = asyncio.Event(), bot.agent.handle_message

    async def slow(message: Any) -> Any:
        await release.wait()
        return await handle(message)

    monkeypatch.setattr(bot.agent, "handle_message", slow)
    for _ in range(60):
        await telegram.says("sore")
    await telegram.says("sore", 43)
    release.set()
    await telegram.until(lambda: telegram.texts(43) == ["Soreness passes."])
    await telegram.until(lambda: telegram.texts().count("Soreness passes.") == 31)
    assert telegram.texts().count("Too many.") == 1


async def test_a_database_that_fails_is_not_silence(telegram: FakeBotApi, bot: Server, monkeypatch: Any) -> None:
    store = bot.agent.tracker_store._tracker_store

    async def broken(*_: Any) -> None:
        raise OSError("no database")

    monkeypatch.setattr(store, "retrieve", broken)
    monkeypatch.setattr(store, "save", broken)
    await telegram.says("sore")
    await telegram.until(lambda: telegram.texts() == ["Soreness passes."])


async def test_a_response_that_the_domain_lacks_is_not_silence(telegram: FakeBotApi, bot: Server, monkeypatch: Any) -> None:
    responses = {name: found for name, found in bot.agent.domain.responses.items() if name != "utter_help"}
    monkeypatch.setattr(bot.agent.domain, "responses", responses)
    await telegram.says("/help")
    await telegram.until(lambda: telegram.texts() == [f"Problem. {PHONE} 911"])
    monkeypatch.setattr(bot.agent.domain, "responses", {})
    await telegram.says("/help")
    await telegram.until(lambda: len(telegram.texts()) == 2)
    assert PHONE in telegram.texts()[1]
    assert "911" in telegram.texts()[1]


ODD_MESSAGES: list[Any] = [
    {}, {"text": ""}, {"text": None}, {"text": 5}, {"text": "   "}, {"buttons": [{"title": "A"}]}, {"text": "x", "buttons": None},
    {"text": "x", "buttons": [None, 1, {}, {"title": None}, {"payload": "p"}, {"title": "A", "payload": 7}]},
    {"image": 5}, {"image": ""}, {"attachment": {"type": "video"}}, {"custom": {"a": 1}}, {"custom": None},
    {"quick_replies": [{"title": "A", "payload": "b"}], "text": "x"}, {"elements": [{"title": "t"}]}, {"text": "\ud83d"},
    {"text": "x" * 100_000}, {"text": "x", "buttons": [{"title": "t" * 5_000, "payload": "p" * 5_000}] * 300}, None, "x", 5,
]  # fmt: skip


@pytest.mark.parametrize("message", ODD_MESSAGES, ids=lambda message: str(message)[:40])
async def test_nothing_ever_leaves_the_output_channel(telegram: FakeBotApi, message: Any) -> None:
    api = BotApi(telegram.base, TOKEN, retry_s=0)
    outbox = Outbox(api, OfferedButtons())
    output = TelegramOutput(outbox)
    for recipient in ("telegram:42", "telegram:", "telegram:x", "web:42", "", "42", None):
        await output.send_response(recipient, message)  # type: ignore[arg-type]
    await outbox.sent(42)
    await api.close()
    assert {sent.chat_id for sent in telegram.sent} <= {42}


async def test_what_was_taken_is_finished_when_the_server_stops(telegram: FakeBotApi, tmp_path: Path, monkeypatch: Any) -> None:
    async with server(telegram, tmp_path) as bot:
        release, handle = asyncio.Event(), bot.agent.handle_message

        async def slow(message: Any) -> Any:
            await release.wait()
            return await handle(message)

        monkeypatch.setattr(bot.agent, "handle_message", slow)
        telegram.faults.append(Fault(502, times=2, method="sendMessage"))
        await telegram.says("breathe")  # 200: Telegram will not send it again
        asyncio.get_running_loop().call_later(0.2, release.set)
    assert telegram.texts() == ["Call 911 now."]
