"""A red flag: the rule has already uttered the emergency line, this adds what the core has to say."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import take_turn


class RedFlag(Action):
    """Runs after `utter_emergency`, `utter_crisis` or `utter_urgent`."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_red_flag"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Answer the latest message."""
        return take_turn(dispatcher, tracker, opening_said=True)
