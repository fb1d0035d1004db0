"""Nothing was understood: a rephrase with buttons, then a menu, never a third time."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import take_turn


class NotUnderstood(Action):
    """The fallback; counts how often it was needed in a row."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_not_understood"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Answer the latest message."""
        return take_turn(dispatcher, tracker)
