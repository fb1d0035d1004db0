"""A fact of the treatment: its time, its area, a blood thinner, a new treatment."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import take_turn


class NoteFact(Action):
    """Remembers it and completes the triage that waited for it."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_note_fact"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Answer the latest message."""
        return take_turn(dispatcher, tracker)
