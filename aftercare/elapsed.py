"""How long ago was the treatment? Of all the times that a message names, the one that is the treatment's, or none.

The reading is done in `aftercare.times`; dateparser was weighed against it, see `bench/times.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aftercare.text import Word
from aftercare.times.context import Context
from aftercare.times.moments import moments
from aftercare.times.plain import plain_words
from aftercare.times.ranking import Judge
from aftercare.times.today import as_said


@dataclass(frozen=True)
class Elapsed:
    """Time since treatment. `hours` is negative for a time to come and may be above 720: the caller decides what is plausible.

    `start` and `end` are character offsets into the message. `day_granular`: the day was said, not the hour.
    `calendar_days`: how many calendar days ago, where the message says so.
    """

    hours: float
    start: int
    end: int
    day_granular: bool
    calendar_days: int | None


def elapsed(words: Sequence[Word], now: datetime) -> Elapsed | None:
    """Time since the treatment as the message tells it, or None when it names no time or only times of other things.

    `words` are those of `aftercare.text.words`; `now` is the clinic's local time. Raises ValueError for a `now` without a zone.
    """
    if now.tzinfo is None:
        raise ValueError("now must be timezone-aware")
    plain = plain_words(words)
    found = moments(plain, as_said(plain, now))
    if not found:
        return None
    chosen = Judge(Context(plain, found)).chosen()
    if chosen is None:
        return None
    return Elapsed(chosen.hours, plain[chosen.first].start, plain[chosen.last - 1].end, chosen.day_granular, chosen.calendar_days)
