"""What the widget's channel gives back: hours, messages, history, and which buttons were offered."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.shared.core.events import BotUttered, UserUttered

from aftercare.channels import envelope

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("treated_at", "hours"),
    [
        ((NOW - timedelta(hours=30)).isoformat(), 30),
        ("2026-02-28T12:00:00Z", 24),
        ("2026-02-28T13:00:00+01:00", 24),
        ("2026-02-28T12:00:00", 24),
        (NOW.isoformat(), 0),
        ((NOW + timedelta(hours=1)).isoformat(), None),
        ((NOW - timedelta(days=31)).isoformat(), None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (36, None),
    ],
)
def test_hours_since_treatment(treated_at: object, hours: float | None) -> None:
    assert envelope._hours(treated_at, NOW) == hours


B = {"title": "B", "payload": "b"}


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ({"text": "a"}, [{"text": "a"}]),
        ({"text": " a\n\nb "}, [{"text": "a\n\nb"}]),
        ({"text": ""}, []),
        ({"text": None}, []),
        ({"text": 7}, []),
        ({}, []),
        (None, []),
        ("a", []),
        ({"custom": {"a": 1}}, []),
        ({"image": "/a.png"}, [{"image": "/a.png"}]),
        ({"image": "/a.png", "attachment": "/a.png"}, [{"image": "/a.png"}]),
        ({"text": "see", "attachment": "https://a.example/b.pdf"}, [{"text": "see\nhttps://a.example/b.pdf"}]),
        ({"text": "a", "buttons": [{"title": "B", "payload": "b"}]}, [{"text": "a", "buttons": [B]}]),
        ({"text": "a", "buttons": [{"title": "B"}]}, [{"text": "a", "buttons": [{"title": "B", "payload": "B"}]}]),
        ({"text": "a", "buttons": [{"payload": "b"}, 7, None, {"title": 7}, {"title": "B", "payload": 7}]}, [{"text": "a"}]),
        ({"text": "a", "buttons": "b", "quick_replies": None}, [{"text": "a"}]),
        ({"text": "a", "quick_replies": [{"title": "Q"}]}, [{"text": "a", "buttons": [{"title": "Q", "payload": "Q"}]}]),
    ],
)  # fmt: skip
def test_bot_messages_keep_what_is_well_formed(message: object, kept: list[object]) -> None:
    assert envelope.bot_messages(message) == kept


fields = st.sampled_from(["text", "buttons", "quick_replies", "title", "payload", "image", "attachment", "custom"])
scalars = st.none() | st.booleans() | st.floats() | st.text()


@given(st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(fields, inner)))
def test_no_bot_message_breaks_the_output(message: object) -> None:
    for kept in envelope.bot_messages(message):
        assert kept.get("text") or kept.get("buttons") or kept.get("image")


BUTTONS = {"buttons": [{"title": "Yesterday", "payload": "It was yesterday"}, {"title": "More", "payload": "/more"}]}
EVENTS = [
    UserUttered("hello", message_id="one"),
    BotUttered("Hi. When was it?", BUTTONS),
    UserUttered("It was yesterday", message_id="two"),
    BotUttered("Thank you."),
    BotUttered("Anything else?"),
    UserUttered("/more", message_id="more"),
    BotUttered("More."),
    UserUttered("never answered", message_id="three"),
]


def test_history_shows_who_said_what_and_no_command_of_a_button() -> None:
    told = envelope.history(EVENTS)
    assert [(line["from"], line["text"]) for line in told] == [
        ("user", "hello"),
        ("bot", "Hi. When was it?"),
        ("user", "It was yesterday"),
        ("bot", "Thank you."),
        ("bot", "Anything else?"),
        ("user", "More"),
        ("bot", "More."),
        ("user", "never answered"),
    ]
    assert [line["id"] for line in told if line["from"] == "user"] == ["one", "two", "more", "three"]


@pytest.mark.parametrize(
    ("message_id", "texts"),
    [("one", ["Hi. When was it?"]), ("two", ["Thank you.", "Anything else?"]), ("three", None), ("four", None)],
)
def test_the_replies_to_one_message(message_id: str, texts: list[str] | None) -> None:
    replies = envelope.replies_to(EVENTS, message_id)
    assert (replies and [reply["text"] for reply in replies]) == texts


@pytest.mark.parametrize(
    ("payload", "offered"), [("/more", True), ("It was yesterday", True), ("/restart", False), ("hello", False)]
)
def test_only_what_the_bot_showed_was_offered(payload: str, offered: bool) -> None:
    assert envelope.was_offered(EVENTS, payload) is offered
