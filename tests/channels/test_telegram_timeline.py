"""The timeline picture: what it shows, when it is sent, and what is said with it."""

from __future__ import annotations

import io
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from PIL import Image
from rasa.shared.core.events import Event, Restarted, SlotSet, UserUttered

from aftercare.channels.telegram_timeline import became_known
from aftercare.timeline_picture import HEIGHT, LONGEST_H, WIDTH, Labels, draw_timeline
from tests.channels.fake_bot_api import FakeBotApi, Fault
from tests.channels.telegram_standin import PHONE, Server

pytest_plugins = ["tests.channels.telegram_fixtures"]

LABELS = Labels("You are here", "Usual peak", "Still sore? Call the clinic", "h")


def _pixels(hours: float, labels: Labels = LABELS) -> Image.Image:
    image = Image.open(io.BytesIO(draw_timeline(hours, labels)))
    assert image.format == "PNG"
    return image.convert("RGB")


@pytest.mark.parametrize("hours", [0, 0.4, 20, 24, 47.9, 71.99, 72, 73, 90, 200, LONGEST_H])
def test_it_is_drawn_for_every_time(hours: float) -> None:
    assert _pixels(hours).size == (WIDTH, HEIGHT)


@pytest.mark.parametrize("hours", [-0.1, LONGEST_H + 1, float("nan"), float("inf"), float("-inf")])
def test_there_is_no_picture_of_a_time_that_cannot_be(hours: float) -> None:
    with pytest.raises(ValueError, match="hours must be"):
        draw_timeline(hours, LABELS)


def test_you_are_here_moves_to_the_right_and_stays_inside() -> None:
    def marker(hours: float) -> float:
        image = _pixels(hours)
        dark = [x for x in range(WIDTH) if image.getpixel((x, 140)) < (60, 70, 80)]  # the line under its label
        return sum(dark) / len(dark)

    places = [marker(hours) for hours in (0, 10, 24, 48, 72, 89)]
    assert places == sorted(places)
    assert places[0] > 20
    assert places[-1] < WIDTH - 20
    assert marker(400) == marker(89)


def test_a_longer_language_still_fits() -> None:
    labels = Labels("Sie befinden sich ungefähr hier", "Üblicherweise am stärksten", "Ще болить? Зателефонуйте", "Std.")
    image = _pixels(71, labels)
    edges = {image.getpixel((x, y)) for x in (0, WIDTH - 1) for y in range(HEIGHT)}
    assert edges == {(255, 255, 255)}


async def test_it_comes_when_the_time_of_the_treatment_becomes_known(telegram: FakeBotApi, bot: Server) -> None:
    await telegram.says("sore")
    await telegram.says("yesterday")
    await telegram.says("sore")
    await telegram.says("yesterday")
    await telegram.says("hello")
    await telegram.until(lambda: "Hello there." in telegram.texts())
    pictures = [sent for sent in telegram.sent if sent.photo]
    assert len(pictures) == 1
    assert pictures[0].text == f"20 hours in. {PHONE}"
    assert isinstance(pictures[0].photo, bytes)
    assert Image.open(io.BytesIO(pictures[0].photo)).size == (WIDTH, HEIGHT)
    order = [sent.photo is not None for sent in telegram.sent]
    assert order == [False, False, True, False, False, False]


async def test_it_comes_again_when_the_time_is_corrected(telegram: FakeBotApi, bot: Server) -> None:
    await telegram.says("yesterday")
    await telegram.says("five days")
    await telegram.until(lambda: [sent.text for sent in telegram.sent if sent.photo] == [f"20 hours in. {PHONE}", "5 days in."])


async def test_beside_an_emergency_there_is_no_picture(telegram: FakeBotApi, bot: Server) -> None:
    await telegram.says("chest at noon")
    await telegram.says("hello")
    await telegram.until(lambda: "Hello there." in telegram.texts())
    assert not any(sent.photo for sent in telegram.sent)
    assert (await bot.slots())["treated_at"]


async def test_a_picture_that_cannot_be_sent_is_said_in_words(telegram: FakeBotApi, bot: Server) -> None:
    telegram.faults.append(Fault(400, method="sendPhoto"))
    await telegram.says("yesterday")
    await telegram.until(lambda: telegram.texts() == ["Yesterday.", f"20 hours in. {PHONE}"])


async def test_without_its_words_there_is_no_picture(telegram: FakeBotApi, bot: Server, monkeypatch: Any) -> None:
    responses = {**bot.agent.domain.responses, "utter_timeline": [{"text": "No labels."}]}
    monkeypatch.setattr(bot.agent.nlg, "responses", responses)
    await telegram.says("yesterday")
    await telegram.says("hello")
    await telegram.until(lambda: "Hello there." in telegram.texts())
    assert not any(sent.photo for sent in telegram.sent)


async def test_a_caption_too_long_for_telegram_follows_as_text(telegram: FakeBotApi, bot: Server, monkeypatch: Any) -> None:
    words = "Every word of it arrives. " * 50
    custom = bot.agent.domain.responses["utter_timeline"][0]["custom"]
    responses = {**bot.agent.domain.responses, "utter_timeline": [{"text": words, "custom": custom}]}
    monkeypatch.setattr(bot.agent.nlg, "responses", responses)
    await telegram.says("yesterday")
    await telegram.until(lambda: len(telegram.sent) == 3)
    assert [bool(sent.photo) for sent in telegram.sent] == [False, True, False]
    assert telegram.sent[2].text == words.strip()


NOW = datetime.now(timezone.utc)


def _slot(hours: float | None) -> Event:
    return SlotSet("treated_at", None if hours is None else (NOW - timedelta(hours=hours)).isoformat())


TURN = UserUttered("x")
BECAME_KNOWN: list[tuple[str, list[Event], bool]] = [
    ("never", [TURN], False),
    ("now", [TURN, _slot(5)], True),
    ("earlier", [TURN, _slot(5), TURN], False),
    ("the same again", [TURN, _slot(5), TURN, _slot(5.5)], False),
    ("another", [TURN, _slot(5), TURN, _slot(30)], True),
    ("carried over to a new session", [_slot(5), TURN], False),
    ("carried over and said again", [_slot(5), TURN, _slot(5)], False),
    ("forgotten", [TURN, _slot(5), TURN, _slot(None)], False),
    ("forgotten and said again", [TURN, _slot(5), TURN, _slot(None), TURN, _slot(5)], True),
    ("after a restart", [TURN, _slot(5), Restarted(), TURN, _slot(5)], True),
    ("not a time", [TURN, SlotSet("treated_at", "soon")], False),
    ("without a zone", [TURN, SlotSet("treated_at", "2026-01-01T10:00:00")], True),
    ("as Z", [TURN, SlotSet("treated_at", "2026-01-01T10:00:00Z")], True),
    ("another slot", [TURN, SlotSet("urgency", "2026-01-01T10:00:00Z")], False),
]


@pytest.mark.parametrize(("name", "events", "known"), BECAME_KNOWN, ids=[row[0] for row in BECAME_KNOWN])
def test_when_the_time_became_known(name: str, events: list[Event], known: bool) -> None:
    assert became_known(events) is known
