"""The timeline picture after a turn in which the time of the treatment became known."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from rasa.shared.core.events import Event, Restarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from aftercare.channels.envelope import decided
from aftercare.channels.telegram_replies import Replies
from aftercare.timeline_picture import END_H, Labels, draw_timeline

logger = logging.getLogger(__name__)

TOO_SERIOUS = ("emergency", "urgent")  # there a picture would only stand between the patient and the telephone
_SAME_S = 3_600  # "yesterday" said twice is not another treatment


@dataclass(frozen=True)
class Picture:
    """A PNG and the words that say the same."""

    png: bytes
    caption: str


async def new_timeline(tracker: DialogueStateTracker, replies: Replies, now: datetime) -> Picture | None:
    """The picture, if the latest turn brought a new time of treatment. Never raises."""
    try:
        known = decided(tracker, now)
        hours = known["hours_since_treatment"]
        if hours is None or known["urgency"] in TOO_SERIOUS or not became_known(tracker.events):
            return None
        name = "utter_timeline" if hours <= END_H else "utter_timeline_late"
        response = await replies.find(name, tracker, hours=round(hours), days=round(hours / 24))
        labels = _labels((response or {}).get("custom"))
        caption = (response or {}).get("text")
        if labels is None or not isinstance(caption, str) or not caption.strip():
            logger.warning("Telegram: no picture: domain.yml has no text and labels for %s", name)
            return None
        return Picture(await asyncio.to_thread(draw_timeline, hours, labels), caption.strip())
    except Exception as error:
        logger.error("Telegram: no picture: %s", type(error).__name__)
        return None


def became_known(events: Iterable[Event]) -> bool:
    """Whether `treated_at` was set, in the turn of the latest user message, to a time more than an hour from the one before."""
    before: datetime | None = None
    now: datetime | None = None
    for event in events:
        if isinstance(event, UserUttered):
            before = now
        elif isinstance(event, Restarted):
            before = now = None
        elif isinstance(event, SlotSet) and event.key == "treated_at":
            now = _moment(event.value)
    return now is not None and (before is None or abs((now - before).total_seconds()) > _SAME_S)


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except (AttributeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _labels(custom: Any) -> Labels | None:
    names = ("here", "peak", "call", "hours")
    if not isinstance(custom, dict) or not all(isinstance(custom.get(name), str) and custom[name] for name in names):
        return None
    return Labels(**{name: custom[name] for name in names})
