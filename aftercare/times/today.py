"""The weekday that a message says it is: "done on Monday, it's Thursday now" (it came late, or the clock is another place's)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from aftercare.text import Word
from aftercare.times.vocabulary import WEEKDAYS, words

_BEFORE = (("today", "is"), ("it", "is"), ("today",))
_AFTER = words("after_todays_weekday")


def as_said(plain: Sequence[Word], now: datetime) -> datetime:
    """`now`, or the same hour of the nearest day that is the weekday which the message says that it is."""
    texts = tuple(word.text for word in plain)
    for at, text in enumerate(texts):
        said_before = any(texts[max(0, at - len(before)) : at] == before for before in _BEFORE)
        if text in WEEKDAYS and said_before and (texts[at + 1 : at + 2] or (".",))[0] in _AFTER:
            days = (WEEKDAYS.index(text) - now.weekday() + 3) % 7 - 3
            return now + timedelta(days=days)
    return now
