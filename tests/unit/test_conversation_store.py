"""Conversations at hand are the ones in the database: nobody is answered from memory that is out of date."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from aftercare.channels import stores
from server import conversation_store
from server.conversation_store import KEPT, LONG, ConversationStore

DOMAIN = Domain.from_yaml(
    "version: '3.1'\nintents: [greet]\nslots:\n"
    "  urgency: {type: text, influence_conversation: false, mappings: [{type: custom}]}\n"
    "  escalation: {type: any, influence_conversation: false, mappings: [{type: custom}]}\n"
)


@pytest.fixture
def database(tmp_path: Path) -> str:
    return str(tmp_path / "conversations.db")


def opened(database: str, kind: type[SQLTrackerStore] = ConversationStore) -> Any:
    return kind(DOMAIN, dialect="sqlite", db=database)


def turn(number: int) -> Iterator[Event]:
    yield UserUttered(f"message {number}", {"name": "greet", "confidence": 1.0})
    yield ActionExecuted("action_report")
    yield SlotSet("urgency", f"level {number}")
    yield ActionExecuted("action_listen")


async def talk(store: Any, turns: range, sender: str = "web:a") -> DialogueStateTracker:
    for number in turns:
        tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
        if number == 0:
            tracker.update(SessionStarted())
        for event in turn(number):
            tracker.update(event)
        await store.save(tracker)
    return tracker


def rows(database: str) -> list[tuple[Any, ...]]:
    store = opened(database, SQLTrackerStore)
    with store.session_scope() as session:
        found = session.query(store.SQLEvent).order_by(store.SQLEvent.id).all()
        shown = [(e.sender_id, e.type_name, e.intent_name, e.action_name, json.loads(e.data)) for e in found]
    for row in shown:
        for varying in ("timestamp", "message_id"):
            row[-1].pop(varying, None)
    return shown


async def test_a_conversation_at_hand_is_not_read_again(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(database)
    tracker = await talk(store, range(3))
    monkeypatch.setattr(SQLTrackerStore, "_retrieve", None)
    assert await store.retrieve("web:a") is tracker


async def test_what_is_written_is_what_rasa_writes(tmp_path: Path) -> None:
    ours, stock = str(tmp_path / "ours.db"), str(tmp_path / "stock.db")
    await talk(opened(ours), range(5))
    await talk(opened(stock, SQLTrackerStore), range(5))
    assert rows(ours) == rows(stock)


async def test_what_another_process_wrote_is_seen(database: str) -> None:
    one, other = opened(database), opened(database)
    await talk(one, range(2))
    await talk(other, range(2, 4))
    tracker = await one.retrieve("web:a")
    assert tracker.get_slot("urgency") == "level 3"
    await talk(one, range(4, 5))
    assert (await other.retrieve("web:a")).get_slot("urgency") == "level 4"
    assert len(rows(database)) == 1 + 5 * 4


async def test_a_turn_that_failed_leaves_nothing_behind(database: str) -> None:
    store = opened(database)
    tracker = await talk(store, range(2))
    tracker.update(SlotSet("urgency", "never saved"))
    assert (await store.retrieve("web:a")).get_slot("urgency") == "level 1"


async def test_a_deleted_conversation_is_gone_from_memory_too(database: str) -> None:
    store = opened(database)
    await talk(store, range(2))
    await stores.delete(store, "web:a")
    assert not store._at_hand
    assert await store.retrieve("web:a") is None


def on_disk(database: str, words: bytes) -> list[str]:
    return [path.name for path in sorted(Path(database).parent.iterdir()) if words in path.read_bytes()]


async def test_of_a_deleted_conversation_no_word_is_left_on_the_disk(database: str) -> None:
    store = opened(database)
    await talk(store, range(30))
    assert on_disk(database, b"message 17")
    await stores.delete(store, "web:a")
    assert not on_disk(database, b"message 17")
    assert not on_disk(database, b"web:a")


async def test_a_deletion_that_a_reader_holds_up_is_not_called_done(database: str) -> None:
    store = opened(database)
    await talk(store, range(2))
    with sqlite3.connect(database) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM events").fetchone()
        with store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 50")
        with pytest.raises(stores.CannotDelete):
            await stores.delete(store, "web:a")
    reader.close()
    assert await store.retrieve("web:a") is None
    await stores.delete(store, "web:a")
    assert not on_disk(database, b"message 1")


@pytest.mark.parametrize(
    ("slot", "value", "how"), [("urgency", "none", 1), ("escalation", None, 1), ("escalation", {"at": "now"}, 2)]
)
async def test_an_escalation_waits_for_the_disk(database: str, slot: str, value: Any, how: int) -> None:
    store, seen = opened(database), []

    @sa.event.listens_for(store.engine, "commit")
    def committing(connection: Any) -> None:
        seen.append(connection.connection.execute("PRAGMA synchronous").fetchone()[0])

    tracker = await talk(store, range(1))
    seen.clear()
    tracker.update(SlotSet(slot, value))
    await store.save(tracker)
    assert seen == [how], "1: the log is left to the system, 2: it is on the disk"
    assert rows(database)[-1][-1]["value"] == value


async def test_a_long_conversation_is_cut_in_memory_only(database: str) -> None:
    store = opened(database)
    turns = LONG // 4 + 20
    tracker = await talk(store, range(1))
    tracker.update(SlotSet("urgency", "set long ago"))
    await store.save(tracker)
    for number in range(1, turns):
        for event in (e for e in turn(number) if not isinstance(e, SlotSet)):
            tracker.update(event)
        await store.save(tracker)
        assert len(tracker.events) <= LONG
    assert len(rows(database)) == 1 + 4 + 1 + 3 * (turns - 1)
    assert len(tracker.events) >= KEPT
    assert tracker.copy().get_slot("urgency") == "set long ago"
    fresh = await opened(database).retrieve("web:a")
    assert fresh.get_slot("urgency") == "set long ago"


async def test_only_so_many_are_at_hand(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation_store, "MOST_AT_HAND", 3)
    store = opened(database)
    for patient in "abcde":
        await talk(store, range(1), f"web:{patient}")
    assert list(store._at_hand) == ["web:c", "web:d", "web:e"]
    assert (await store.retrieve("web:a")).get_slot("urgency") == "level 0"
