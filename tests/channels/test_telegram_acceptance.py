"""The project's acceptance messages and conversations with the real assistant, said to it through Telegram."""

from __future__ import annotations

import asyncio
import functools
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.core.agent import Agent
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig

from aftercare.channels.telegram_output import conversation_id
from aftercare.channels.telegram_replies import RESPONSES
from aftercare.clinic import load_clinic
from server.in_process_actions import InProcessActions
from tests.channels.fake_bot_api import FakeBotApi
from tests.channels.telegram_standin import Server, server

pytest_plugins = ["tests.channels.telegram_fixtures"]

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models" / "aftercare.tar.gz"
ACCEPTANCE = ROOT.parent / "shared" / "acceptance"
IMPORTANT = ("emergency", "urgent")


@functools.cache
def _assistant() -> Agent:
    assert MODEL.exists(), "models/aftercare.tar.gz is missing: run `make train`"
    return Agent.load(
        str(MODEL),
        generator=EndpointConfig(type="server.responses.ClinicResponses"),
        tracker_store=InMemoryTrackerStore(Domain.empty()),
        action_endpoint=InProcessActions(),
    )


def _read(name: str) -> list[dict[str, Any]]:
    if not ACCEPTANCE.is_dir():
        pytest.skip("shared/acceptance is not here; it is only beside the project's own checkout")
    return list(yaml.safe_load((ACCEPTANCE / name).read_text(encoding="utf-8")))


async def _say(telegram: FakeBotApi, bot: Server, chat_id: int, text: str) -> tuple[str, list[str]]:
    """The level after the turn, and what Telegram showed for it."""
    shown = len(telegram.texts(chat_id))
    turns = len(await bot.heard(chat_id)) + 1
    await telegram.says(text, chat_id)

    async def saved() -> None:
        while len(await bot.heard(chat_id)) < turns:  # the conversation is saved at the end of the turn
            await asyncio.sleep(0.02)

    await asyncio.wait_for(saved(), 60)
    tracker = await bot.agent.tracker_store.retrieve(conversation_id(chat_id))
    events = list(tracker.events)
    last = max(number for number, event in enumerate(events) if event.type_name == "user")
    said = [event.text for event in events[last:] if event.type_name == "bot" and event.text]
    await telegram.until(lambda: len(telegram.texts(chat_id)) >= shown + len(said), "all of the reply")
    assert telegram.texts(chat_id)[shown : shown + len(said)] == [text.strip() for text in said]
    return str(tracker.current_slot_values()["urgency"]), telegram.texts(chat_id)[shown:]


async def test_acceptance_through_telegram(telegram: FakeBotApi) -> None:
    conversations = [[turn] for turn in _read("messages.yml")] + [row["turns"] for row in _read("conversations.yml")]
    number = load_clinic().emergency_number
    wrong: list[str] = []
    single_turns = [turns[0] for turns in conversations if len(turns) == 1]
    async with server(telegram, None, agent=_assistant()) as bot:
        for chat_id, turns in enumerate(conversations, start=1000):
            for turn in turns:
                level, texts = await _say(telegram, bot, chat_id, turn["say"])
                if level not in (turn["level"], *turn.get("also", ())):
                    wrong.append(f"{turn['level']} not {level}: {turn['say']}{' (in a conversation)' if len(turns) > 1 else ''}")
                if level == "emergency":
                    assert any(number in text for text in texts), f"no emergency number after {turn['say']!r}"
    serious = [line for line in wrong if line.startswith(IMPORTANT) or "(in a conversation)" in line]
    assert serious == []
    assert len(wrong) <= 0.05 * len(single_turns), wrong


async def test_the_real_domain_has_every_response_of_this_channel(telegram: FakeBotApi) -> None:
    known = _assistant().domain.responses
    assert [name for name in RESPONSES if name not in known] == []
