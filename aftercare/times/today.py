"""The weekday that a message says it is: "done on Monday, it's Thursday now" (it came late, or the clock is another place's)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from aftercare.text import Word
from aftercare.times.vocabulary import WEEKDAYS, words

_BEGINS, _AFTER = words("before_it_is_weekday"), words("after_todays_weekday")


def _says_today(before: tuple[str, ...]) -> bool:
    """Of "it is" only where a clause begins: "and it is friday", but not "the session it is friday"."""
    if before[-2:] == ("it", "is"):
        return (before[-3:-2] or (".",))[0] in _BEGINS
    return before[-1:] == ("today",) or before[-2:] == ("today", "is")


def as_said(plain: Sequence[Word], now: datetime) -> datetime:
    """`now`, or the same hour of the nearest day that is the weekday which the message says that it is."""
    texts = tuple(word.text for word in plain)
    for at, text in enumerate(texts):
        if text in WEEKDAYS and _says_today(texts[:at]) and (texts[at + 1 : at + 2] or (".",))[0] in _AFTER:
            days = (WEEKDAYS.index(text) - now.weekday() + 3) % 7 - 3
            return now + timedelta(days=days)
    return now
