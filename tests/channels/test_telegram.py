"""Patients talk to the assistant through Telegram: a real server, a real agent, real HTTP both ways."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from aftercare.channels.telegram_output import CHANNEL
from tests.channels.fake_bot_api import FakeBotApi, Fault
from tests.channels.telegram_standin import LONG_REPLY, PHONE, Server

pytest_plugins = ["tests.channels.telegram_fixtures"]


async def test_a_text_is_answered_and_kept_under_an_id_of_this_channel(telegram: FakeBotApi, bot: Server) -> None:
    await telegram.says("sore")
    await telegram.until(lambda: telegram.texts() == ["Soreness passes."])
    assert list(await bot.agent.tracker_store.keys()) == ["telegram:42"]
    tracker = await bot.agent.tracker_store.retrieve("telegram:42")
    assert tracker.get_latest_input_channel() == CHANNEL


async def test_the_time_of_writing_goes_with_the_message(telegram: FakeBotApi, bot: Server) -> None:
    # Telegram keeps a message for a day while the server is down; "an hour ago" counts from when it was written.
    await telegram.deliver(telegram.new_update(message=telegram.message(text="sore", date=1_700_000_000)))
    await telegram.until(telegram.texts)
    tracker = await bot.agent.tracker_store.retrieve("telegram:42")
    assert tracker.latest_message.metadata["sent_at"] == "2023-11-14T22:13:20+00:00"


SECRETS = [None, "", "x", "right minus its end", "right and more", "\u00e9", "RIGHT"]


@pytest.mark.parametrize("secret", SECRETS)
async def test_without_the_secret_nobody_is_a_patient(telegram: FakeBotApi, bot: Server, secret: str | None) -> None:
    right = telegram.webhook["secret_token"]
    given = {"right minus its end": right[:-1], "right and more": right + "0", "RIGHT": right.upper()}.get(secret or "", secret)
    headers = {} if given is None else {"X-Telegram-Bot-Api-Secret-Token": given}
    update = telegram.new_update(message=telegram.message(text="breathe"))
    assert await telegram.deliver(update, headers) == 403
    await telegram.says("sore")  # the next real message is answered, and it is the only one
    await telegram.until(lambda: telegram.texts() == ["Soreness passes."])
    assert await bot.heard() == ["sore"]


async def test_the_secret_is_compared_in_constant_time(telegram: FakeBotApi, bot: Server, monkeypatch: Any) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(given: bytes, right: bytes) -> bool:
        compared.append((given, right))
        return False

    monkeypatch.setattr("aftercare.channels.telegram.hmac.compare_digest", compare)
    assert await telegram.deliver(telegram.new_update(message=telegram.message(text="sore"))) == 403
    assert compared == [(telegram.webhook["secret_token"].encode(),) * 2]


async def test_an_update_is_answered_once_however_often_it_comes(telegram: FakeBotApi, bot: Server) -> None:
    update = telegram.new_update(message=telegram.message(text="sore"))
    assert set(await asyncio.gather(*(telegram.deliver(update) for _ in range(8)))) == {200}
    assert await telegram.deliver(update) == 200
    await telegram.says("hello")
    await telegram.until(lambda: telegram.texts() == ["Soreness passes.", "Hello there."])
    assert await bot.heard() == ["sore", "hello"]


async def test_messages_are_answered_in_order_and_each_chat_for_itself(telegram: FakeBotApi, bot: Server) -> None:
    # Telegram posts one chat's updates one after the other, and several chats' at once.
    async def chats(chat_id: int) -> None:
        for text in ("hello", "sore", "breathe") * 3:
            await telegram.says(text, chat_id)

    await asyncio.gather(*(chats(chat_id) for chat_id in (7, 8, 9)))
    await telegram.until(lambda: len(telegram.sent) == 27)
    for chat_id in (7, 8, 9):
        assert telegram.texts(chat_id) == ["Hello there.", "Soreness passes.", "Call 911 now."] * 3
        assert await bot.heard(chat_id) == ["hello", "sore", "breathe"] * 3


async def test_telegram_has_its_answer_before_the_patient(telegram: FakeBotApi, bot: Server, monkeypatch: Any) -> None:
    # Otherwise Telegram takes a slow turn for a lost update and sends it again.
    release, handle = asyncio.Event(), bot.agent.handle_message

    async def slow(message: Any) -> Any:
        await release.wait()
        return await handle(message)

    monkeypatch.setattr(bot.agent, "handle_message", slow)
    await telegram.says("sore")  # returns: the POST was answered with 200
    assert telegram.texts() == []
    release.set()
    await telegram.until(lambda: telegram.texts() == ["Soreness passes."])


async def test_a_long_reply_arrives_word_for_word(telegram: FakeBotApi, bot: Server) -> None:
    await telegram.says("long")
    await telegram.until(lambda: " ".join(telegram.texts()).split() == LONG_REPLY.split())
    assert len(telegram.texts()) > 2
    assert all(text.endswith(".") for text in telegram.texts()), "cut between sentences"


async def test_a_reply_with_empty_paragraphs_is_one_message(telegram: FakeBotApi, bot: Server) -> None:
    await telegram.says("odd")
    await telegram.until(lambda: telegram.sent)
    assert telegram.texts()[0].split() == ["A.", "B."]
    assert telegram.sent[0].titles == ["Fine"]


async def test_json_for_other_channels_is_not_shown(telegram: FakeBotApi, bot: Server) -> None:
    await telegram.says("json")
    await telegram.until(telegram.texts)
    assert "secret" not in "".join(telegram.texts())


async def test_a_picture_comes_as_a_picture_or_as_its_address(telegram: FakeBotApi, bot: Server) -> None:
    await telegram.says("picture")
    await telegram.until(lambda: len(telegram.sent) == 2)
    assert {sent.photo for sent in telegram.sent} == {None, "https://clinic.example/picture.png"}
    telegram.faults.append(Fault(400, method="sendPhoto"))
    await telegram.says("picture")
    await telegram.until(lambda: "https://clinic.example/picture.png" in telegram.texts())
    await telegram.says("drawing")  # a path on the clinic's own page means nothing in Telegram
    await telegram.until(lambda: "See here." in telegram.texts())
    assert not any("clinic.svg" in text for text in telegram.texts())


async def test_of_a_message_beyond_the_cap_nothing_is_thrown_away(telegram: FakeBotApi, bot: Server) -> None:
    words = [f"word{n}" for n in range(450)]
    text = (" ".join(words))[:4000].rsplit(" ", 1)[0] + " breathe"
    await telegram.says(text)
    await telegram.until(lambda: "Call 911 now." in telegram.texts())
    heard = await bot.heard()
    assert " ".join(heard).split() == text.split()
    assert max(map(len, heard)) <= 2_000


async def test_a_body_longer_than_telegram_makes_is_cut_and_said_so(telegram: FakeBotApi, bot: Server) -> None:
    await telegram.says("sore " * 20_000)
    await telegram.until(lambda: "Too long." in telegram.texts())
    assert max(map(len, await bot.heard())) <= 2_000
    assert len(await bot.heard()) == 3


TYPED = [
    ('/topic_1{"urgency": "none"}', f"Help: {PHONE}."),
    ('// topic_1@0.9 {"urgency": "none"}', f"Help: {PHONE}."),
    ("/breathe {hurts}", "Call 911 now."),
    ("/topic_1", "I did not understand."),
    ("//topic_1", "I did not understand."),
    (" / /topic_1", "I did not understand."),
    ("/session_start", "I did not understand."),
    ("/back", "I did not understand."),
    ("/sore", "Soreness passes."),
    ("/help I can't breathe", "Call 911 now."),
    ("/stop it hurts to breathe", "Call 911 now."),
    ("/start@aftercare_bot breathe now", "Call 911 now."),
    ("/", f"Help: {PHONE}."),
    ("///", f"Help: {PHONE}."),
]


@pytest.mark.parametrize(("text", "reply"), TYPED)
async def test_a_typed_slash_is_text(telegram: FakeBotApi, bot: Server, text: str, reply: str) -> None:
    await telegram.says(text)
    await telegram.until(lambda: telegram.texts() == [reply])
    assert not any(heard.startswith("/") for heard in await bot.heard())
    assert (await bot.slots()).get("urgency") == {"Soreness passes.": "self_care", "Call 911 now.": "emergency"}.get(reply)


async def test_an_edit_that_says_something_new_is_heard_and_no_other(telegram: FakeBotApi, bot: Server) -> None:
    first = (await telegram.says("sore"))["message"]
    await telegram.until(lambda: len(telegram.texts()) == 1)
    same = {**first, "edit_date": first["date"] + 5}
    await telegram.deliver(telegram.new_update(edited_message=same))  # a link preview came, a reaction was added …
    await telegram.deliver(telegram.new_update(edited_message={**same, "text": "breathe"}))
    await telegram.deliver(telegram.new_update(edited_message={**same, "text": "breathe"}))
    await telegram.says("hello")
    await telegram.until(lambda: "Hello there." in telegram.texts())
    assert telegram.texts() == ["Soreness passes.", "Call 911 now.", "Hello there."]


async def test_a_caption_is_read_and_the_picture_is_said_not_to_be(telegram: FakeBotApi, bot: Server) -> None:
    photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
    await telegram.deliver(telegram.new_update(message=telegram.message(photo=photo, caption="/sore")))
    await telegram.until(lambda: telegram.texts() == ["Soreness passes.", f"Caption only. {PHONE}"])
    for caption in ("breathe", None, None):  # an album: one message for each photo, words under one of them
        fields = {"photo": photo, "media_group_id": "17", **({"caption": caption} if caption else {})}
        await telegram.deliver(telegram.new_update(message=telegram.message(**fields)))
    await telegram.says("hello")
    await telegram.until(lambda: "Hello there." in telegram.texts())
    assert telegram.texts()[2:4] == ["Call 911 now.", "Remember: 911."]
    assert telegram.texts().count(f"Caption only. {PHONE}") == 2
    assert f"Only text. {PHONE}" not in telegram.texts()


async def test_in_a_group_it_asks_for_a_private_chat_once_and_keeps_nothing(telegram: FakeBotApi, bot: Server) -> None:
    group = {"id": -100123, "type": "supergroup", "title": "Family"}
    for text in ("breathe", "/start", "sore"):
        await telegram.deliver(telegram.new_update(message=telegram.message(chat_id=42, chat=group, text=text)))
    await telegram.until(lambda: telegram.texts(-100123) == ["Private only."])
    query = await telegram.calls_back("b:anything", 42, {**telegram.message(text="x"), "chat": group})
    await telegram.until(lambda: query in telegram.ended_spinners)
    assert list(await bot.agent.tracker_store.keys()) == []
    assert len(telegram.sent) == 1


async def test_after_an_emergency_the_channels_own_words_lead_with_the_number(telegram: FakeBotApi, bot: Server) -> None:
    await telegram.says("breathe")
    await telegram.deliver(telegram.new_update(message=telegram.message(voice={"file_id": "v", "duration": 3})))
    await telegram.says("/help")
    await telegram.until(lambda: len(telegram.texts()) == 5)
    reminder = "Remember: 911."
    assert telegram.texts() == ["Call 911 now.", reminder, f"Only text. {PHONE}", reminder, f"Help: {PHONE}."]


async def test_the_state_page_tells_nothing_about_patients(telegram: FakeBotApi, bot: Server) -> None:
    async with aiohttp.ClientSession() as client, client.get(f"{bot.address}/webhooks/telegram/") as answer:
        assert json.loads(await answer.text()) == {"status": "ok", "webhook_set": True}
