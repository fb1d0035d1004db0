"""Rasa's tracker stores, for what Rasa has no call for: does it answer, and forget this conversation."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import InMemoryTrackerStore, MongoTrackerStore, RedisTrackerStore, SQLTrackerStore


class CannotDelete(RuntimeError):
    """This kind of tracker store has no way to delete a conversation here, or not at the moment."""


def layers(store: Any) -> list[Any]:
    """The store and all that it wraps, outermost first.

    Rasa wraps every store in one that answers an outage with silence and a memory of its own; both hold patients' words.
    """
    found = [store]
    for outer in found:
        for name in ("_tracker_store", "_fallback_tracker_store"):
            inner = getattr(outer, name, None)
            if inner is not None and inner not in found:
                found.append(inner)
    return found


async def answers(store: Any) -> bool:
    """Whether the store can be read. It never raises."""
    innermost = [layer for layer in layers(store) if not hasattr(layer, "_tracker_store")]
    try:
        for layer in innermost[:1]:
            if isinstance(layer, SQLTrackerStore):
                with layer.session_scope() as session:
                    session.query(layer.SQLEvent.id).limit(1).all()
            else:
                await layer.retrieve("web:health")
    except Exception:
        return False
    return bool(innermost)


async def delete(store: Any, sender_id: str) -> None:
    """Removes every event of the conversation, for good. Raises CannotDelete, or what the database raised."""
    for layer in layers(store):
        if isinstance(layer, SQLTrackerStore):
            if hasattr(layer, "forget"):  # server.conversation_store keeps some at hand
                layer.forget(sender_id)
            _delete_rows(layer, sender_id)
        elif isinstance(layer, InMemoryTrackerStore):
            layer.store.pop(sender_id, None)
        elif isinstance(layer, RedisTrackerStore):
            layer.red.delete(layer.key_prefix + sender_id)
        elif isinstance(layer, MongoTrackerStore):
            layer.conversations.delete_one({"sender_id": sender_id})
        elif not hasattr(layer, "_tracker_store"):
            raise CannotDelete(type(layer).__name__)


def _delete_rows(store: SQLTrackerStore, sender_id: str) -> None:
    with store.session_scope() as session:
        if store.engine.dialect.name == "sqlite":
            # Otherwise SQLite only marks the space as free, and the words can still be read in the file.
            session.execute(sa.text("PRAGMA secure_delete = ON"))
        session.query(store.SQLEvent).filter(store.SQLEvent.sender_id == sender_id).delete(synchronize_session=False)
        session.commit()
        if store.engine.dialect.name == "sqlite" and session.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)")).scalar():
            # The rows are gone, but their words still stand in the log, because somebody else is reading the file.
            raise CannotDelete("the database is in use elsewhere")
