"""What every action does: read the tracker, ask the core, utter responses by name, return slots.

The tracker holds the slots and the latest message; no events are sent to actions (server/rasa_shortcuts.py).
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from aftercare.case import Case
from aftercare.escalation import escalation
from aftercare.message import Message
from aftercare.replies import compose
from aftercare.triage import assess


def _said_at(tracker: Tracker) -> datetime:
    """When the patient wrote: a channel that can deliver late (Telegram) says so in the metadata, else now."""
    sent_at = (tracker.latest_message.get("metadata") or {}).get("sent_at")
    return datetime.fromisoformat(sent_at) if sent_at else datetime.now(timezone.utc)


def take_turn(dispatcher: CollectingDispatcher, tracker: Tracker, opening_said: bool = False) -> list[dict[str, Any]]:
    """Answer the latest message. `opening_said`: the rule has uttered the urgent line already."""
    now = _said_at(tracker)
    before = Case.from_slots(tracker.slots)
    message = Message.from_parse(tracker.latest_message)
    assessment = assess(before, message, now)
    replies, case = compose(assessment, message, now, opening_said)
    for reply in replies:
        dispatcher.utter_message(response=reply.name, **reply.values)
    slots = {**case.to_slots(), "urgency": assessment.urgency.label}
    record = escalation(before, assessment, message, now)
    if record:
        slots["escalation"] = record
    return [
        SlotSet(name, value)
        for name, value in slots.items()
        if name in ("urgency", "escalation") or tracker.slots.get(name) != value
    ]
