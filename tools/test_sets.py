"""The test sets under tests/nlu: messages, conversations and times with the answers that are right.

A text is never part of a repr, so that no traceback can show an utterance of the held-out set.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar

import yaml

from aftercare.findings import Urgency

ROOT = Path(__file__).resolve().parent.parent
SETS = ("held_out", "dev")
T = TypeVar("T")


@dataclass(frozen=True)
class Said:
    """What a patient writes and the levels that are right for the reply; recall is counted by the first of them."""

    text: str = field(repr=False)
    right: tuple[Urgency, ...]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class TimeCase:
    """A message and the hours since treatment that it tells: none, exactly so many, or a range (lowest, highest)."""

    text: str = field(repr=False)
    hours: tuple[float, float] | None

    def is_right(self, hours: float | None, tolerance: float = 0.05) -> bool:
        """Whether that is what the message tells. `tolerance` in hours, for the fractions of a clock time."""
        if self.hours is None or hours is None:
            return self.hours is None and hours is None
        return self.hours[0] - tolerance <= hours <= self.hours[1] + tolerance


@dataclass(frozen=True)
class TestSet:
    """One of the sets, or a part of it. `now` is the clock that the times are read by, in UTC."""

    name: str
    messages: list[Said]
    conversations: list[list[Said]]
    times: list[TimeCase]
    now: datetime
    fingerprint: str

    @property
    def emergencies(self) -> list[Said]:
        """The messages whose first level is emergency."""
        return [message for message in self.messages if message.right[0] is Urgency.EMERGENCY]

    @property
    def counts(self) -> dict[str, int]:
        """How much there is of everything: messages by level, hard negatives, conversations, turns, times."""
        levels = {level.label: sum(m.right[0] is level for m in self.messages) for level in reversed(Urgency)}
        return {
            **levels,
            "messages": len(self.messages),
            "hard_negatives": sum("hard_negative" in m.tags for m in self.messages),
            "conversations": len(self.conversations),
            "turns": sum(map(len, self.conversations)),
            "times": len(self.times),
        }


def load(name: str, limit: int | None = None) -> TestSet:
    """Read a set, at most `limit` of each kind, spread over it. Raises ValueError when it has no messages."""
    folder = ROOT / "tests" / "nlu" / name
    paths = sorted(folder.glob("*.yml"))
    messages = [_said(row) for row in _rows(folder, "messages*.yml")]
    if not messages:
        raise ValueError(f"tests/nlu/{name} has no messages")
    conversations = [[_said(turn) for turn in row["turns"]] for row in _rows(folder, "conversations*.yml")]
    table = _read(folder / "times.yml")
    return TestSet(
        name=name,
        messages=spread(messages, limit),
        conversations=spread(conversations, limit),
        times=spread([_time(row) for row in table["cases"]], limit),
        now=datetime.fromisoformat(table["now"]).replace(tzinfo=timezone.utc),
        fingerprint=fingerprint(paths),
    )


def spread(items: list[T], limit: int | None) -> list[T]:
    """At most `limit` of the items, at even distances."""
    if limit is None or limit >= len(items):
        return items
    return [items[at * len(items) // limit] for at in range(limit)]


def fingerprint(paths: Sequence[Path]) -> str:
    """Twelve hexadecimal digits that change with the content of any of the files."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def _said(row: Mapping[str, Any]) -> Said:
    return Said(
        row["say"], tuple(Urgency.of(label) for label in (row["level"], *row.get("also", ()))), tuple(row.get("tags", ()))
    )


def _time(row: Mapping[str, Any]) -> TimeCase:
    hours = row["hours"]
    if hours is None:
        return TimeCase(row["say"], None)
    low, high = hours if isinstance(hours, list) else (hours, hours)
    return TimeCase(row["say"], (float(low), float(high)))


def _rows(folder: Path, pattern: str) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob(pattern)):
        yield from _read(path)


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
