"""Runs conversations written as YAML through the trained assistant and says in words what came out otherwise.

- note: what this conversation is about
  turns:
  - say: what the patient types
    level: emergency            # the slot `urgency` after the turn
    also: [urgent]              # levels that are right too
    replies: [utter_emergency]  # responses that must be among the reply's
    not_replies: [utter_greet]  # responses that must not be
    slots: {asked: null}        # values of slots after the turn
    hours: [20, 30]             # hours since treatment as known after the turn; null: not known
  known_defect: why it fails today; fails the test on the day it passes
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from aftercare.clinic import load_clinic
from aftercare.findings import Urgency
from tests.agent import Assistant, Turn

_KEYS = {"say", "level", "also", "replies", "not_replies", "slots", "hours"}


def load(path: Path) -> list[dict[str, Any]]:
    """The conversations of a file. Raises ValueError for a key that the runner does not know."""
    conversations: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for conversation in conversations:
        unknown = set(conversation) - {"note", "turns", "known_defect"} | {
            key for turn in conversation["turns"] for key in set(turn) - _KEYS
        }
        if unknown:
            raise ValueError(f"{path.name}: unknown {sorted(unknown)}")
    return conversations


def parameters(folder: Path) -> Iterator[Any]:
    """One test a conversation, named by its file."""
    for path in sorted(folder.glob("*.yml")):
        for number, conversation in enumerate(load(path), 1):
            defect = conversation.get("known_defect")
            marks = [pytest.mark.xfail(strict=True, reason=defect)] if defect else []
            yield pytest.param(conversation, id=f"{path.stem}-{number}", marks=marks)


def faults(assistant: Assistant, conversation: dict[str, Any]) -> list[str]:
    """Play a conversation as a new patient; one line for everything that came out otherwise."""
    patient = assistant.conversation()
    found: list[str] = []
    for turn in conversation["turns"]:
        got = patient.say(turn["say"])
        found += [f"{turn['say'][:80]!r}: {fault}" for fault in _faults(turn, got)]
    return found


def _faults(turn: dict[str, Any], got: Turn) -> Iterator[str]:
    levels = [turn["level"], *turn.get("also", ())]
    if got.urgency not in levels:
        yield f"{got.urgency}, not {' or '.join(levels)} (said {', '.join(got.responses)})"
    yield from (
        f"did not say {name} but {', '.join(got.responses)}" for name in turn.get("replies", ()) if name not in got.responses
    )
    yield from (f"said {name}" for name in turn.get("not_replies", ()) if name in got.responses)
    for slot, value in turn.get("slots", {}).items():
        if got.slots[slot] != value:
            yield f"{slot} is {got.slots[slot]!r}, not {value!r}"
    if "hours" in turn:
        yield from _faults_of_time(turn["hours"], got.slots["treated_at"])
    yield from faults_of_any_reply(got)


def _faults_of_time(expected: list[float] | None, treated_at: str | None) -> Iterator[str]:
    if treated_at is None or expected is None:
        if (treated_at is None) != (expected is None):
            yield f"treated_at is {treated_at}"
        return
    hours = (datetime.now(timezone.utc) - datetime.fromisoformat(treated_at)).total_seconds() / 3600
    if not expected[0] <= hours <= expected[1]:
        yield f"treated {hours:.1f} hours ago, not {expected[0]} to {expected[1]}"


def faults_of_any_reply(got: Turn) -> Iterator[str]:
    """What holds of every reply, whatever was said."""
    if not got.texts or not all(got.texts):
        yield "met by silence"
    if any("{" in text for text in got.texts):
        yield "a placeholder was not filled"
    if len(set(got.responses)) < len(got.responses):
        yield f"said something twice: {', '.join(got.responses)}"
    if "utter_problem" in got.responses:
        yield "something went wrong"
    if any(payload.startswith("/") or "{" in payload for payload in got.payloads):
        yield "a button is no ordinary sentence"
    if (
        got.urgency == "emergency"
        and "utter_help_received" not in got.responses
        and load_clinic().emergency_number not in got.texts[0]
    ):
        yield "an emergency does not begin with the emergency number"
    if Urgency.of(got.slots["highest_urgency"]) < Urgency.of(got.urgency):
        yield "highest_urgency is below urgency"
