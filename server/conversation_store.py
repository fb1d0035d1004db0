"""Rasa's SQL tracker store, with the conversations that are under way kept at hand.

Rasa reads, decodes and replays all events of a conversation before every message and counts them after it, so that a long
conversation grows ever slower. Here a tracker that was saved stays in memory; one small query asks the database whether
anybody else has written since (another process, a deletion), and then it is read anew. What is written are Rasa's own rows.
How an SQLite file is opened and written: `sqlite`.
"""

from __future__ import annotations

import json
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from server import sqlite

MOST_AT_HAND = 500  # conversations
#: From `LONG` events on (about twelve a turn) a tracker at hand is cut to its slots and the last `KEPT` events: no rule looks
#: further back than the latest message, and Rasa copies all of them several times a turn. The database keeps everything.
LONG, KEPT = 120, 60


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
        if sqlite.is_file(self.engine):
            self.engine.dispose()
            self.engine: sa.engine.Engine = sqlite.opened(self.engine.url)
            self.sessionmaker = sa.orm.sessionmaker(bind=self.engine)
        events = self.SQLEvent.__table__
        self._newest = sa.select([sa.func.max(events.c.id)]).where(events.c.sender_id == sa.bindparam("sender"))
        self._insert = events.insert()
        self._at_hand: OrderedDict[str, _AtHand] = OrderedDict()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation as far as Rasa needs it for the next turn; None when there is none."""
        newest = self._newest_row(sender_id)
        known = self._at_hand.get(sender_id)
        if known and newest is not None and known.newest_row == newest and known.untouched:
            self._at_hand.move_to_end(sender_id)
            return known.tracker
        self.forget(sender_id)
        if newest is None:
            return None
        tracker: DialogueStateTracker | None = await super().retrieve(sender_id)
        if tracker is not None:
            self._keep(tracker, newest)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the events that are new. Raises what SQLAlchemy raises."""
        await self.stream_events(tracker)
        new = self._new_events(tracker)
        with sqlite.writing(self.engine, kept=any(map(_is_escalation, new))) as connection:
            if new:
                connection.execute(self._insert, [self._row(tracker.sender_id, event) for event in new])
            newest: int | None = connection.execute(self._newest, {"sender": tracker.sender_id}).scalar()
        self._keep(tracker, newest)

    def forget(self, sender_id: str) -> None:
        """Drop what is at hand of a conversation; what is in the database stays."""
        self._at_hand.pop(sender_id, None)

    def _newest_row(self, sender_id: str) -> int | None:
        with self.engine.connect() as connection:
            newest: int | None = connection.execute(self._newest, {"sender": sender_id}).scalar()
            return newest

    def _new_events(self, tracker: DialogueStateTracker) -> list[Event]:
        known = self._at_hand.get(tracker.sender_id)
        if known is None or known.tracker is not tracker or known.newest_event is None:
            if self._newest_row(tracker.sender_id) is None:
                return list(tracker.events)
            with self.session_scope() as session:
                return list(self._additional_events(session, tracker))
        return list(takewhile(lambda event: event is not known.newest_event, reversed(tracker.events)))[::-1]

    def _keep(self, tracker: DialogueStateTracker, newest_row: int | None) -> None:
        if len(tracker.events) > LONG:
            tracker.events = deque([*_slots_set(tracker), *list(tracker.events)[-KEPT:]], tracker.events.maxlen)
        self._at_hand[tracker.sender_id] = _AtHand(tracker, newest_row, tracker.events[-1] if tracker.events else None)
        self._at_hand.move_to_end(tracker.sender_id)
        while len(self._at_hand) > MOST_AT_HAND:
            self._at_hand.popitem(last=False)

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


def _is_escalation(event: Event) -> bool:
    return isinstance(event, SlotSet) and event.key == "escalation" and event.value is not None


def _slots_set(tracker: DialogueStateTracker) -> Iterator[Event]:
    """Events that give the slots the values they have, for whoever replays what is left of the conversation."""
    start = tracker.events[0].timestamp if tracker.events else None
    for name, slot in tracker.slots.items():
        if slot.value is not None and slot.value != slot.initial_value:
            yield SlotSet(name, slot.value, start)
