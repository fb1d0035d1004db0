"""Greetings, thanks, yes and no, out of scope: nothing clinical unless something is open."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import take_turn


class SmallTalk(Action):
    """Keeps an open emergency in front of whatever is said."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_small_talk"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Answer the latest message."""
        return take_turn(dispatcher, tracker)
