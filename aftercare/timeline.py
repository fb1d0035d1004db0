"""Hours since treatment, and what they mean (TRIAGE.md, "Timeline"; source, "When Does Pain Worsening…")."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

#: Soreness beyond this many hours is longer than expected. Exactly 72 ("three days") still belongs to the self-care side.
LONGER_THAN_EXPECTED_HOURS = 72.0
#: A treatment longer ago than this, or in the future, is asked about again and never guessed.
LONGEST_HOURS = 30 * 24.0


class Phase(str, Enum):
    """Where a patient stands on the timeline."""

    UNKNOWN = "unknown"
    FIRST_DAY = "first_day"  # 0 to 24 h
    SECOND_DAY = "second_day"  # over 24, up to 48 h
    THIRD_DAY = "third_day"  # over 48, up to 72 h
    BEYOND = "beyond"  # over 72 h


def is_plausible(hours: float) -> bool:
    """Whether a treatment that many hours ago can be meant: 0 to 720."""
    return 0 <= hours <= LONGEST_HOURS


def hours_since(treated_at: datetime | None, now: datetime) -> float | None:
    """Hours from an aware `treated_at` to an aware `now`; None when unknown or in the future."""
    if treated_at is None:
        return None
    hours = (now - treated_at) / timedelta(hours=1)
    # A minute's grace: a clock that was set back must not turn "just now" into the future.
    return max(hours, 0.0) if hours >= -1 / 60 else None


def phase_of(hours: float | None) -> Phase:
    """The row of the timeline table for these hours since treatment."""
    if hours is None:
        return Phase.UNKNOWN
    # Half a minute's grace keeps "three days ago" on its side of the boundary while the message is processed.
    limits = ((24, Phase.FIRST_DAY), (48, Phase.SECOND_DAY), (LONGER_THAN_EXPECTED_HOURS, Phase.THIRD_DAY))
    return next((phase for limit, phase in limits if hours <= limit + 1 / 120), Phase.BEYOND)
