"""All of ../shared/acceptance through the trained model, the rules and the actions.

A user's clone has no such folder; in CI it must be there.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.agent import Assistant
from tests.conversations.runner import faults

FOLDER = Path(__file__).parents[3] / "shared" / "acceptance"
LEAST_EXACT = 0.95
MUST = ("emergency", "urgent")

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir() and not os.environ.get("CI"), reason="shared/acceptance is not part of this clone"
)


def read(name: str) -> list[dict[str, Any]]:
    if not FOLDER.is_dir():
        return []
    items: list[dict[str, Any]] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return items


MESSAGES, CONVERSATIONS = read("messages.yml"), read("conversations.yml")


def test_it_is_there() -> None:
    assert MESSAGES
    assert CONVERSATIONS


@pytest.mark.parametrize("message", [m for m in MESSAGES if m["level"] in MUST], ids=lambda message: message["say"][:60])
def test_an_emergency_or_urgent_message_gets_its_level(agent: Assistant, message: dict[str, Any]) -> None:
    assert faults(agent, {"turns": [message]}) == []


def test_nearly_all_messages_get_their_level(agent: Assistant) -> None:
    wrong = [fault for message in MESSAGES for fault in faults(agent, {"turns": [message]})]
    assert len(MESSAGES) - len(wrong) >= LEAST_EXACT * len(MESSAGES), "\n".join(wrong)


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda conversation: conversation["note"][:60])
def test_a_conversation(agent: Assistant, conversation: dict[str, Any]) -> None:
    found = faults(agent, conversation)
    assert not found, "\n".join(found)
