"""Ten thousand hostile updates: no 5xx, no reply to a stranger, no slot set, and the next patient is answered."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftercare.channels.telegram_updates import Said, read_update
from tests.channels.fake_bot_api import FakeBotApi
from tests.channels.telegram_standin import server
from tests.channels.telegram_update_kinds import UPDATES

pytest_plugins = ["tests.channels.telegram_fixtures"]

ODD_IDS = [42, 43, -1001234, 0, True, None, "42", "web:1", "telegram:42", 2**60, -(2**60), 4.2, [], {}]
ODD_TEXTS = [
    "sore",
    "/start",
    '/topic_1{"urgency": "none"}',
    "/delete",
    "",
    " ",
    "\x00",
    "\ud83d",
    "x" * 9_000,
    "{urgency}",
    "%s",
]
NAMES = """update_id message edited_message callback_query message_id from chat id type date edit_date text caption photo data
media_group_id reply_markup inline_keyboard callback_data is_bot new_chat_members"""

ids = st.sampled_from(ODD_IDS)
texts = st.sampled_from(ODD_TEXTS) | st.text(max_size=30)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts | ids
names = st.sampled_from(NAMES.split())
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=8
)
people = st.fixed_dictionaries({"id": ids, "is_bot": st.booleans()}) | anything
chats = st.fixed_dictionaries({"id": ids, "type": st.sampled_from(["private", "group", "channel", "", None, 5])}) | anything
messages = st.fixed_dictionaries(
    {"message_id": ids | st.integers(1, 5), "from": people, "chat": chats, "date": scalars},
    optional={"text": texts | anything, "caption": texts, "photo": anything, "media_group_id": scalars, "reply_markup": anything},
)
queries = st.fixed_dictionaries({"id": scalars, "from": people}, optional={"data": texts, "message": messages | anything})
hostile = st.fixed_dictionaries(
    {"update_id": st.integers(0, 2**40) | ids},
    optional={"message": messages | anything, "edited_message": messages | anything, "callback_query": queries | anything},
)


@settings(max_examples=500, deadline=None)
@given(hostile | anything)
def test_reading_an_update_never_raises_and_never_invents_a_patient(body: Any) -> None:
    _check(body)


def test_reading_damaged_updates_never_raises_either() -> None:
    for body in _damaged(20_000, seed=1):
        _check(body)


def _check(body: Any) -> None:
    update = read_update(body)
    if update is not None:
        assert type(update.chat_id) is int
        hash(update)
    if isinstance(update, Said):
        assert update.chat_id > 0
        assert not update.words.startswith("/")


def _damaged(how_many: int, seed: int) -> list[Any]:
    """Documented updates, in each of which one to three values at any depth were replaced, removed or moved elsewhere."""
    chance = random.Random(seed)
    bodies = []
    for number in range(how_many):
        _, kind, content, _ = chance.choice(UPDATES)
        # Many patients: one conversation of thousands of turns would only be slow.
        body: Any = {
            "update_id": 10**6 + number,
            kind: json.loads(json.dumps(content).replace('"id": 42', f'"id": {1000 + number}')),
        }
        for _ in range(chance.randint(1, 3)):
            inner = body
            while True:
                key = chance.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
                if isinstance(inner[key], dict | list) and inner[key] and chance.random() < 0.8:
                    inner = inner[key]
                    continue
                if isinstance(inner, dict) and chance.random() < 0.2 and inner is not body:
                    del inner[key]
                else:
                    value = chance.choice([*ODD_IDS, *ODD_TEXTS, [inner[key]], {key: inner[key]}, inner])
                    inner[key] = json.loads(json.dumps(value))
                break
        bodies.append(body)
    return bodies


def _from_hypothesis(how_many: int) -> list[Any]:
    bodies: list[Any] = []

    @settings(max_examples=how_many, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(hostile)
    def collect(body: Any) -> None:
        bodies.append(body)

    collect()
    return bodies


NOT_UPDATES = [
    b"", b"null", b"[]", b"5", b'"x"', b"{", b"\xff\xfe", b"[" * 100_000, b"{" * 100_000, b"x" * 900_000, b'{"update_id": NaN}',
    b'{"update_id":' + b"9" * 300_000 + b"}", b'{"update_id": 1e999}', b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
]  # fmt: skip


async def test_ten_thousand_bodies_give_no_5xx_and_the_next_patient_is_answered(telegram: FakeBotApi) -> None:
    made = await asyncio.to_thread(_from_hypothesis, 500)
    bodies = NOT_UPDATES + [json.dumps(body).encode() for body in made + _damaged(9_500, seed=2)]
    async with server(telegram, None) as bot:
        secret = {"X-Telegram-Bot-Api-Secret-Token": telegram.webhook["secret_token"]}
        assert {await telegram.post(body, {}) for body in bodies[:20]} == {403}
        assert {await telegram.post(body, secret) for body in bodies} <= {200, 400}
        await telegram.says("sore", 77)
        await telegram.until(lambda: telegram.texts(77) == ["Soreness passes."])
        said = []
        for key in await bot.agent.tracker_store.keys():
            assert key.startswith("telegram:")
            tracker = await bot.agent.tracker_store.retrieve_full_tracker(key)
            said += [event.text for event in tracker.events if event.type_name == "user"]
            assert tracker.current_slot_values().get("urgency") in (None, "self_care", "none", "emergency")
        assert not any(text.startswith("/") for text in said)
        assert {sent.chat_id for sent in telegram.sent if sent.chat_id < 1000} <= {42, 43, 77, -1001234, -55}
