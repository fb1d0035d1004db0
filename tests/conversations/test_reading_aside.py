"""While somebody waits for nobody, the message is read in the event loop; while others' turns are under way, beside it."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.processor import MessageProcessor

from aftercare.network import in_turn
from server.rasa_shortcuts import _under_way
from tests.agent import shared_assistant

parse = MessageProcessor._parse_message_with_graph


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """For each message that is read: in which thread, and whether the networks take turns."""
    found: list[tuple[str, bool]] = []

    def watched(self: MessageProcessor, *args: Any) -> Any:
        found.append((threading.current_thread().name.split("_")[0], in_turn.get()))
        return parse(self, *args)

    monkeypatch.setattr(MessageProcessor, "_parse_message_with_graph", watched)
    return found


def say(*messages: str) -> list[Any]:
    assistant = shared_assistant()

    async def all_at_once() -> list[Any]:
        turns = (
            assistant._agent.handle_message(UserMessage(text, CollectingOutputChannel(), sender_id=f"aside {text}"))
            for text in messages
        )
        return list(await asyncio.gather(*turns))

    return assistant.run(all_at_once())


def test_one_patient_is_read_at_once(seen: list[tuple[str, bool]]) -> None:
    assert say("I am sore")
    assert seen == [("MainThread", False)]


def test_several_are_read_beside_the_others_turns_and_each_gets_the_answer_to_its_own_words(seen: list[tuple[str, bool]]) -> None:
    answers = say("my chest hurts when I breathe", "thank you", "how much water should I drink?", "I cannot breathe")
    assert ("reader", True) in seen
    assert {thread for thread, in_turn in seen if in_turn} == {"reader"}
    first = [said[0]["text"] for said in answers]
    assert first[0] == first[3] != first[1]
    assert "911" in first[0]
    assert "911" not in first[1]
    assert "water" in first[2].lower()


def test_a_message_that_cannot_be_read_leaves_nothing_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Any:
        raise KeyError

    monkeypatch.setattr(MessageProcessor, "_parse_message_with_graph", fails)
    assert all(said for said in say("one", "two")), "never silent"
    assert not any(_under_way.values())
