"""What goes back to a client: bot messages, what was decided, and the conversation so far."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

from rasa.core.channels.channel import OutputChannel
from rasa.shared.core.events import BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

LEVELS = ("emergency", "urgent", "contact_clinic", "self_care", "info", "none")
LONGEST_HOURS = 30 * 24
MOST_HISTORY = 200  # messages

Json = dict[str, Any]


class Collector(OutputChannel):
    """Keeps the bot's messages. It never raises: an exception here would lose the patient's whole turn in Rasa."""

    def __init__(self) -> None:
        self.messages: list[Json] = []

    @classmethod
    def name(cls) -> str:
        return "aftercare"

    async def send_response(self, recipient_id: str, message: Json) -> None:
        """Keeps one message of Rasa's form."""
        self.messages.extend(bot_messages(message))

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Keeps a plain text, for code that does not go through send_response."""
        self.messages.extend(bot_messages({"text": text}))


def bot_messages(message: Any) -> list[Json]:
    """Rasa's message as zero or one `{text, buttons, image}` with just what is there and well formed."""
    if not isinstance(message, dict):
        return []
    kept: Json = {}
    text = message.get("text")
    lines = [text.strip()] if isinstance(text, str) and text.strip() else []
    attachment = message.get("attachment")
    if isinstance(attachment, str) and attachment and attachment != message.get("image"):  # Rasa stores an image as both
        lines.append(attachment)
    if lines:
        kept["text"] = "\n".join(lines)
    buttons = [button for source in ("buttons", "quick_replies") for button in _buttons(message.get(source))]
    if buttons:
        kept["buttons"] = buttons
    if isinstance(message.get("image"), str) and message["image"]:
        kept["image"] = message["image"]
    return [kept] if kept else []


def _buttons(given: Any) -> list[Json]:
    return [
        {"title": button["title"], "payload": button.get("payload") or button["title"]}
        for button in (given if isinstance(given, list) else [])
        if isinstance(button, dict) and isinstance(button.get("title"), str) and button["title"]
        if isinstance(button.get("payload") or button["title"], str)
    ]


def decided(tracker: DialogueStateTracker | None, now: datetime) -> Json:
    """The levels and the hours since treatment, None where not known."""
    slots = tracker.current_slot_values() if tracker else {}
    return {
        "urgency": _level(slots.get("urgency")),
        "highest_urgency": _level(slots.get("highest_urgency")),
        "hours_since_treatment": _hours(slots.get("treated_at"), now),
    }


def _level(value: Any) -> str | None:
    return value if value in LEVELS else None


def _hours(treated_at: Any, now: datetime) -> float | None:
    try:
        moment = datetime.fromisoformat(treated_at.replace("Z", "+00:00"))
    except (AttributeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    hours = (now - moment).total_seconds() / 3600
    return round(hours, 2) if math.isfinite(hours) and 0 <= hours <= LONGEST_HOURS else None


def history(events: Iterable[Event]) -> list[Json]:
    """The last messages, oldest first: `{from: "user" | "bot", at: seconds since 1970, …}`, the user's with their `id`."""
    told: list[Json] = []
    titles: dict[str, str] = {}  # of pressed buttons whose payload is not a sentence
    for event in events:
        if isinstance(event, UserUttered) and event.text:
            text = titles.get(event.text, event.text)
            told.append({"from": "user", "at": event.timestamp, "id": event.message_id, "text": text})
        elif isinstance(event, BotUttered):
            for message in bot_messages({"text": event.text, **(event.data or {})}):
                commands = [button for button in message.get("buttons", []) if button["payload"].startswith("/")]
                titles.update({button["payload"]: button["title"] for button in commands})
                told.append({"from": "bot", "at": event.timestamp, **message})
    return told[-MOST_HISTORY:]


def replies_to(events: Iterable[Event], message_id: str) -> list[Json] | None:
    """What the bot answered to the message of that id, or None if it never arrived or was never answered."""
    replies: list[Json] = []
    listening = False
    for event in events:
        if isinstance(event, UserUttered):
            listening = event.message_id == message_id
            replies = [] if listening else replies
        elif isinstance(event, BotUttered) and listening:
            replies.extend(bot_messages({"text": event.text, **(event.data or {})}))
    return replies or None


def was_offered(events: Iterable[Event], payload: str) -> bool:
    """Whether the bot showed a button with that payload in this conversation."""
    return any(
        button["payload"] == payload
        for event in events
        if isinstance(event, BotUttered)
        for message in bot_messages(event.data)
        for button in message.get("buttons", [])
    )
