"""Every kind of update, through the webhook as Telegram sends it, whether it was asked for or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aftercare.channels.telegram_updates import HANDLED_UPDATES, read_update
from tests.channels.fake_bot_api import FakeBotApi
from tests.channels.telegram_limits import UPDATE_KINDS
from tests.channels.telegram_standin import PHONE, Server
from tests.channels.telegram_update_kinds import BOT, PAT, PRIVATE, UPDATES

pytest_plugins = ["tests.channels.telegram_fixtures"]

ANSWERS: dict[str, list[str]] = {
    "text": ["Soreness passes."],
    "only text": [f"Only text. {PHONE}"],
    "caption": ["Soreness passes.", f"Caption only. {PHONE}"],
    "private": ["Private only."],
    "expired": ["Button expired."],
    "nothing": [],
    "spinner": [],
}


def test_the_table_has_every_kind_of_update() -> None:
    assert {kind for _, kind, _, _ in UPDATES} > UPDATE_KINDS
    assert len(UPDATES) >= 40
    assert len({name for name, *_ in UPDATES}) == len(UPDATES)
    assert set(HANDLED_UPDATES) <= UPDATE_KINDS


@pytest.mark.parametrize(("name", "kind", "content", "answer"), UPDATES, ids=[row[0] for row in UPDATES])
async def test_each_kind_of_update(
    telegram: FakeBotApi, bot: Server, name: str, kind: str, content: dict[str, Any], answer: str
) -> None:
    telegram.webhook["allowed_updates"] = [kind, "message"]  # also what Telegram would not send us
    update = telegram.new_update(**{kind: content})
    assert await telegram.deliver(update) == 200
    assert await telegram.deliver(update) == 200
    await telegram.says("hello")  # the next message works
    await telegram.until(lambda: "Hello there." in telegram.texts())
    chat_id = content.get("chat", {}).get("id", 42)
    got = [sent.text for sent in telegram.sent if sent.text != "Hello there."]
    if answer == "start":
        assert got[0].startswith("Welcome")
    elif answer == "private":
        await telegram.until(lambda: telegram.texts(chat_id))
        assert telegram.texts(chat_id) == ANSWERS[answer]
    else:
        assert got == ANSWERS[answer]
    if kind == "callback_query":
        await telegram.until(lambda: any(method == "answerCallbackQuery" for method, _ in telegram.calls))
    heard = await bot.heard()
    assert heard[-1] == "hello"
    assert [text.split()[0] for text in heard[:-1]] == (["sore"] if answer in ("text", "caption") else [])


def _said(**fields: Any) -> dict[str, Any]:
    return {"update_id": 1, "message": {"message_id": 7, "from": PAT, "chat": PRIVATE, "date": 1, "text": "sore", **fields}}


FORGED: list[tuple[str, Any]] = [
    ("chat of another person", _said(chat={**PRIVATE, "id": 43})),
    ("chat id as a word", _said(chat={**PRIVATE, "id": "web:abc"}, **{"from": {**PAT, "id": "web:abc"}})),
    ("chat id as a number in quotes", _said(chat={**PRIVATE, "id": "42"}, **{"from": {**PAT, "id": "42"}})),
    ("chat id true", _said(chat={**PRIVATE, "id": True}, **{"from": {**PAT, "id": True}})),
    ("chat id with a fraction", _said(chat={**PRIVATE, "id": 42.0}, **{"from": {**PAT, "id": 42.0}})),
    ("chat id beyond Telegram's", _said(chat={**PRIVATE, "id": 2**60}, **{"from": {**PAT, "id": 2**60}})),
    ("chat id zero", _said(chat={**PRIVATE, "id": 0}, **{"from": {**PAT, "id": 0}})),
    ("a group that says it is private", _said(chat={**PRIVATE, "id": -5}, **{"from": {**PAT, "id": -5}})),
    ("no sender", {"update_id": 1, "message": {"message_id": 7, "chat": PRIVATE, "date": 1, "text": "sore"}}),
    ("a bot", _said(**{"from": {**BOT, "id": 42}})),
    ("no update id", {**_said(), "update_id": None}),
    ("update id as a word", {**_said(), "update_id": "1"}),
    ("no message id", _said(message_id=None)),
    ("text in a list", _said(text=["sore"])),
]


@pytest.mark.parametrize(("name", "body"), FORGED, ids=[name for name, _ in FORGED])
def test_a_chat_is_only_what_telegram_says_it_is(name: str, body: Any) -> None:
    update = read_update(body)
    assert update is None or not getattr(update, "words", "")


WORDS: list[tuple[str, Callable[[Any], bool]]] = [
    ("  sore  ", lambda said: said.words == "sore"),
    ("so\x00re\x07", lambda said: said.words == "sore"),
    ("sore \ud83d", lambda said: said.words == "sore"),
    ("\u202eesrever", lambda said: said.words == "esrever"),
    ("😱😱", lambda said: said.words == "😱😱" and not said.unreadable),
    ("\u200b\u2060\ufeff", lambda said: not said.words and said.unreadable),
    ("", lambda said: not said.words and said.unreadable),
    ("شعور بالألم", lambda said: said.words == "شعور بالألم"),
    ("/start", lambda said: said.command == "start" and not said.words),
    ("/start a b", lambda said: not said.command and said.words == "start a b"),
    ("/startle", lambda said: not said.command and said.words == "startle"),
    ("/DELETE@Any_Bot", lambda said: said.command == "delete"),
    ("/ delete", lambda said: not said.command and said.words == "delete"),
    ('/inform{"slot": "x"}', lambda said: said.command == "help" and not said.words),
    ('/inform {"slot": "x"}', lambda said: said.command == "help" and not said.words),
    ('/inform{"a":' + '{"a":' * 50_000, lambda said: not said.command and said.words.startswith("inform")),
    ("/my chest {hurts}", lambda said: said.words == "my chest {hurts}"),
    ('/it hurts {"really": 1}', lambda said: said.words == 'it hurts {"really": 1}'),
    ("/stop.", lambda said: not said.command and said.words == "stop."),
    ("1/2 of my back", lambda said: said.words == "1/2 of my back"),
]


@pytest.mark.parametrize(("text", "check"), WORDS, ids=[repr(text) for text, _ in WORDS])
def test_words_and_commands(text: str, check: Callable[[Any], bool]) -> None:
    assert check(read_update(_said(text=text)))
