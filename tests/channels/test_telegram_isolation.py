"""Two conversations: neither can read, continue or push into the other's, in Telegram or across channels."""

from __future__ import annotations

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from aftercare.channels.telegram_buttons import button_data
from aftercare.channels.telegram_output import chat_of, conversation_id
from tests.channels.fake_bot_api import FakeBotApi
from tests.channels.telegram_standin import Server

pytest_plugins = ["tests.channels.telegram_fixtures"]


async def _web_conversation(bot: Server, sender_id: str) -> None:
    await bot.agent.handle_message(UserMessage("yesterday", CollectingOutputChannel(), sender_id, input_channel="aftercare"))


async def test_the_same_number_in_two_channels_is_two_conversations(telegram: FakeBotApi, bot: Server) -> None:
    for sender_id in ("42", "web:42", "default"):
        await _web_conversation(bot, sender_id)
    await telegram.says("hello")
    await telegram.until(telegram.texts)
    assert (await bot.slots())["treated_at"] is None
    for sender_id in ("42", "web:42", "default"):
        tracker = await bot.agent.tracker_store.retrieve(sender_id)
        assert [event.text for event in tracker.events if event.type_name == "user"] == ["yesterday"]


async def test_what_one_chat_says_the_other_neither_knows_nor_hears(telegram: FakeBotApi, bot: Server) -> None:
    await telegram.says("breathe", 42)
    await telegram.until(lambda: telegram.texts(42))
    await telegram.says("/help", 43)  # no reminder of an emergency that is not theirs
    await telegram.says("hello", 43)
    await telegram.until(lambda: len(telegram.texts(43)) == 2)
    assert "Remember" not in "".join(telegram.texts(43))
    assert await bot.heard(43) == ["hello"]
    assert telegram.texts(42) == ["Call 911 now."]
    await telegram.says("/delete", 43)
    await telegram.until(lambda: telegram.texts(43)[-1] == "Deleted.")
    assert await bot.heard(42) == ["breathe"]


async def test_a_button_of_one_chat_is_nothing_in_another(telegram: FakeBotApi, bot: Server) -> None:
    await telegram.says("when", 42)
    await telegram.until(lambda: telegram.sent)
    data = telegram.sent[0].buttons[0][0]["callback_data"]
    await telegram.calls_back(data, 43, telegram.message(43, text="x"))
    await telegram.until(lambda: telegram.texts(43) == ["Button expired."])
    assert await bot.heard(43) == []
    assert button_data(42, "sore") != button_data(43, "sore")


@pytest.mark.parametrize("chat_id", ["web:42", "42", "telegram:42", "../web:42", 42.5, None, True, [42], -42, 2**60])
async def test_no_chat_id_leads_into_another_channels_conversation(telegram: FakeBotApi, bot: Server, chat_id: object) -> None:
    await _web_conversation(bot, "web:42")
    chat, person = {"id": chat_id, "type": "private"}, {"id": chat_id, "is_bot": False}
    message = {"message_id": 1, "date": 1_700_000_000, "chat": chat, "from": person}
    await telegram.deliver(telegram.new_update(message={**message, "text": "sore"}))
    await telegram.deliver(telegram.new_update(message={**message, "text": "/delete"}))
    await telegram.says("hello")
    await telegram.until(lambda: "Hello there." in telegram.texts())
    tracker = await bot.agent.tracker_store.retrieve("web:42")
    assert [event.text for event in tracker.events if event.type_name == "user"] == ["yesterday"]
    assert sorted(await bot.agent.tracker_store.keys()) == ["telegram:42", "web:42"]


async def test_nothing_is_pushed_into_telegram_from_another_channels_conversation(telegram: FakeBotApi, bot: Server) -> None:
    output = bot.channel.get_output_channel()
    for sender_id in ("web:42", "42", "default", "telegram:x", "telegram:-1", "telegram: 42", "Telegram:42"):
        await bot.agent.handle_message(UserMessage("sore", output, sender_id, input_channel="aftercare"))
    await bot.agent.handle_message(UserMessage("hello", output, conversation_id(42), input_channel="telegram"))
    await telegram.until(telegram.texts)
    assert [(sent.chat_id, sent.text) for sent in telegram.sent] == [(42, "Hello there.")]


CHATS = [
    ("telegram:42", 42), ("telegram:0042", 42), ("telegram:", None), ("telegram:-1", None), ("telegram:４２", None),
    ("web:42", None),
    ("42", None), ("", None), ("telegram:" + "9" * 30, None), ("telegram:1.5", None), ("xtelegram:42", None),
]  # fmt: skip


@pytest.mark.parametrize(("sender_id", "chat_id"), CHATS)
def test_the_chat_of_a_sender_id(sender_id: str, chat_id: int | None) -> None:
    assert chat_of(sender_id) == chat_id
