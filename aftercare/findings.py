"""The findings table: what can be found, how urgent it is, which words raise it.

Rows are in `tables/findings.yml`, word classes in `tables/words.yml`. The table is checked when it is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

TABLES = Path(__file__).parent / "tables"


class Urgency(IntEnum):
    """How soon the patient should do what; a higher number is more urgent (TRIAGE.md, "Urgency")."""

    NONE = 0
    INFO = 1
    SELF_CARE = 2
    CONTACT_CLINIC = 3
    URGENT = 4
    EMERGENCY = 5

    @property
    def label(self) -> str:
        """The name that slots, tests and reports use: none, info, self_care, contact_clinic, urgent, emergency."""
        return self.name.lower()

    @classmethod
    def of(cls, label: str) -> Urgency:
        """The level with that label. Raises KeyError for another word."""
        return cls[label.upper()]


class Assertion(str, Enum):
    """What the message says of a finding (classes of the 2010 i2b2 assertion task)."""

    PRESENT = "present"
    ABSENT = "absent"
    HYPOTHETICAL = "hypothetical"
    HISTORICAL = "historical"
    OTHER_PERSON = "other_person"
    FIGURATIVE = "figurative"


@dataclass(frozen=True)
class Finding:
    """One finding in one message. `words` is the patient's own text that it stands on, `start`/`end` its place."""

    name: str
    assertion: Assertion = Assertion.PRESENT
    words: str = ""
    start: int = 0
    end: int = 0
    detector: str = "pattern"

    @property
    def present(self) -> bool:
        """Whether it counts for the urgency."""
        return self.assertion is Assertion.PRESENT


@dataclass(frozen=True)
class FindingRow:
    """A row of findings.yml."""

    name: str
    level: Urgency
    source: str
    patterns: tuple[str, ...]
    exceptions: tuple[str, ...] = ()
    level_on_blood_thinner: Urgency | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@cache
def load(name: str) -> Any:
    """A table of `tables/` by name, without its ending. Raises FileNotFoundError."""
    return yaml.load((TABLES / f"{name}.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # "no" stays a word


@cache
def finding_rows() -> dict[str, FindingRow]:
    """The findings by name. Raises ValueError, naming the row, when a level or a word class does not exist."""
    rows = {}
    for name, row in load("findings").items():
        try:
            on_thinner = row.get("level_on_blood_thinner")
            rows[name] = FindingRow(
                name=name,
                level=Urgency.of(row["level"]),
                source=row["source"],
                patterns=tuple(row["patterns"]),
                exceptions=tuple(row.get("except", ())),
                level_on_blood_thinner=Urgency.of(on_thinner) if on_thinner else None,
            )
        except KeyError as error:
            raise ValueError(f"tables/findings.yml: {name}: {error} is missing or not a level") from error
    return rows


def level_of(name: str, on_blood_thinner: bool = False) -> Urgency:
    """Urgency of a present finding (TRIAGE.md, "Findings"). Raises KeyError for an unknown finding."""
    row = finding_rows()[name]
    return row.level_on_blood_thinner if on_blood_thinner and row.level_on_blood_thinner else row.level
