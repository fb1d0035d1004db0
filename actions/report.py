"""A report of soreness, a bruise, pain or another concern below a red flag."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import take_turn


class Report(Action):
    """Triage by findings and timeline; asks for the time when it decides."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_report"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Answer the latest message."""
        return take_turn(dispatcher, tracker)
