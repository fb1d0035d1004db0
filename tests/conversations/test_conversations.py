"""Whole conversations with the trained model, the real rules and the real actions. The files beside this one say what is held."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.agent import Assistant
from tests.conversations.runner import faults, load, parameters

HERE = Path(__file__).parent


@pytest.mark.parametrize("conversation", parameters(HERE))
def test_a_conversation(agent: Assistant, conversation: dict[str, Any]) -> None:
    found = faults(agent, conversation)
    assert not found, f"{conversation['note']}\n" + "\n".join(found)


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text("- {note: x, turns: [{say: hi, levle: none}]}", encoding="utf-8")
    with pytest.raises(ValueError, match="levle"):
        load(path)


def test_the_runner_sees_what_is_wrong(agent: Assistant) -> None:
    expected = {"level": "emergency", "replies": ["utter_emergency"], "slots": {"asked": "time"}, "hours": [1, 2]}
    wrong = {"turns": [{"say": "hello", "not_replies": ["utter_greet"], **expected}]}
    assert len(faults(agent, wrong)) == 5


def test_patients_do_not_see_each_other(agent: Assistant) -> None:
    one, other = agent.conversation(), agent.conversation()
    assert one.say("it hurts when I breathe in").urgency == "emergency"
    assert other.say("hello").urgency == "none"
    assert one.say("hello").urgency == "emergency"
