"""Lists every patient who was told to seek help: `python -m server.escalations`, newest first.

The records are the events of slot `escalation` in the tracker store that endpoints.yml names (any SQL database).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

_SQL_STORES = ("SQL", "server.conversation_store.ConversationStore")


def records(endpoints: Path) -> Iterator[dict[str, Any]]:
    """Escalation records with their conversation id, newest first. Raises ValueError when the store is not SQL."""
    from rasa.core.tracker_store import SQLTrackerStore  # seconds to import: only when it is needed
    from sqlalchemy import create_engine, text

    store = (yaml.safe_load(endpoints.read_text(encoding="utf-8")) or {}).get("tracker_store") or {}
    if store.get("type") not in _SQL_STORES:
        raise ValueError(f"{endpoints}: tracker_store: type must be {' or '.join(_SQL_STORES)} to list escalations")
    names = ("dialect", "port", "db", "username", "password", "login_db", "query")
    settings = {key: store[key] for key in names if key in store}
    engine = create_engine(SQLTrackerStore.get_db_url(host=store.get("url"), **settings))
    query = text("SELECT sender_id, data FROM events WHERE type_name = 'slot' AND data LIKE :mark ORDER BY id DESC")
    with engine.connect() as connection:
        for sender, data in connection.execute(query, {"mark": '%"escalation"%'}):
            event = json.loads(data)
            if event.get("name") == "escalation" and event.get("value"):
                yield {"conversation": sender, **event["value"]}


def main() -> int:
    """Print one line a record, tab-separated; with --json one JSON object a line."""
    parser = argparse.ArgumentParser(description="List every patient who was told to seek help, newest first.")
    parser.add_argument("--endpoints", type=Path, default=Path("endpoints.yml"), help="where the tracker store is named")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args()
    try:
        for record in records(options.endpoints):
            if options.json:
                print(json.dumps(record, ensure_ascii=False))
            else:
                words = " / ".join(record.get("words") or [])
                print(record["at"], record["urgency"], ", ".join(record["findings"]), words, record["conversation"], sep="\t")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
