"""Rasa's SQL tracker store, with the conversations that are under way kept at hand.

Rasa reads, decodes and replays all events of a conversation before every message and counts them after it, so that a long
conversation grows ever slower. Here a tracker that was saved stays in memory; one small query asks the database whether
anybody else has written since (another process, a deletion), and then it is read anew. What is written are Rasa's own rows.
"""

from __future__ import annotations

import json
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

MOST_AT_HAND = 500  # conversations
#: From `LONG` events on (about twenty a turn) a tracker at hand is cut to its slots and the last `KEPT` events: no rule looks
#: further back, and Rasa copies and replays all of them several times a turn. The database keeps everything.
LONG, KEPT = 400, 200


@dataclass
class _AtHand:
    tracker: DialogueStateTracker
    newest_row: int | None  # id of its newest row in the database
    newest_event: Event | None  # the tracker has changed since when this is not its last event any more

    @property
    def untouched(self) -> bool:
        return self.newest_event is not None and bool(self.tracker.events) and self.tracker.events[-1] is self.newest_event


class ConversationStore(SQLTrackerStore):
    """Takes the same settings in endpoints.yml as Rasa's own `type: SQL`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Raises what SQLAlchemy raises for wrong settings."""
        super().__init__(*args, **kwargs)
        self._at_hand: OrderedDict[str, _AtHand] = OrderedDict()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation as far as Rasa needs it for the next turn; None when there is none."""
        newest = self._newest_row(sender_id)
        known = self._at_hand.get(sender_id)
        if known and newest is not None and known.newest_row == newest and known.untouched:
            self._at_hand.move_to_end(sender_id)
            return known.tracker
        self.forget(sender_id)
        tracker: DialogueStateTracker | None = await super().retrieve(sender_id)
        if tracker is not None:
            self._keep(tracker, newest)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the events that are new. Raises what SQLAlchemy raises."""
        await self.stream_events(tracker)
        with self.session_scope() as session:
            rows = [self._row(tracker.sender_id, event) for event in self._new_events(session, tracker)]
            if rows:
                session.execute(self.SQLEvent.__table__.insert(), rows)
                session.commit()
        self._keep(tracker, self._newest_row(tracker.sender_id))

    def forget(self, sender_id: str) -> None:
        """Drop what is at hand of a conversation; what is in the database stays."""
        self._at_hand.pop(sender_id, None)

    def _new_events(self, session: Any, tracker: DialogueStateTracker) -> Iterable[Event]:
        known = self._at_hand.get(tracker.sender_id)
        if known is None or known.tracker is not tracker or known.newest_event is None:
            return list(self._additional_events(session, tracker))
        return list(takewhile(lambda event: event is not known.newest_event, reversed(tracker.events)))[::-1]

    def _keep(self, tracker: DialogueStateTracker, newest_row: int | None) -> None:
        if len(tracker.events) > LONG:
            tracker.events = deque([*_slots_set(tracker), *list(tracker.events)[-KEPT:]], tracker.events.maxlen)
        self._at_hand[tracker.sender_id] = _AtHand(tracker, newest_row, tracker.events[-1] if tracker.events else None)
        self._at_hand.move_to_end(tracker.sender_id)
        while len(self._at_hand) > MOST_AT_HAND:
            self._at_hand.popitem(last=False)

    def _newest_row(self, sender_id: str) -> int | None:
        events = self.SQLEvent.__table__.c
        with self.session_scope() as session:
            found: int | None = session.execute(sa.select([sa.func.max(events.id)]).where(events.sender_id == sender_id)).scalar()
            return found

    @staticmethod
    def _row(sender_id: str, event: Event) -> dict[str, Any]:
        data = event.as_dict()
        return {
            "sender_id": sender_id,
            "type_name": event.type_name,
            "timestamp": data.get("timestamp"),
            "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
            "action_name": data.get("name"),
            "data": json.dumps(data),
        }


def _slots_set(tracker: DialogueStateTracker) -> Iterator[Event]:
    """Events that give the slots the values they have, for whoever replays what is left of the conversation."""
    start = tracker.events[0].timestamp if tracker.events else None
    for name, slot in tracker.slots.items():
        if slot.value is not None and slot.value != slot.initial_value:
            yield SlotSet(name, slot.value, start)
