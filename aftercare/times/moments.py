"""Every time that a message names, as hours ago. Which of them is the treatment's is decided in `aftercare.elapsed`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aftercare.text import Word
from aftercare.times.calendar import place
from aftercare.times.joining import Placed, pieces
from aftercare.times.lengths import Kind, hours_of, kind_of
from aftercare.times.vocabulary import words

_NEVER_BEFORE, _BEFORE_PART, _BEFORE_MEAL = words("never_before"), words("before_part"), words("before_meal")
_DAYS = ("day", "night", "week", "fortnight")
_JUST_NOW, _JUST = 0.1, 0.25  # hours


@dataclass(frozen=True)
class Moment:
    """A time at the words `first` to `last` (exclusive), `hours` ago (negative: to come)."""

    first: int
    last: int
    hours: float
    kind: Kind
    day_granular: bool = False
    calendar_days: int | None = None
    unit: str = ""  # of a length of time
    article: bool = False  # "a day": no number was said
    bounded: bool = False  # "over", "nearly", "less than"
    part_only: bool = False  # "in the morning", "at noon", with no day


def moments(plain: Sequence[Word], now: datetime) -> list[Moment]:
    """The times in plain words, in their order. `now` is the clinic's local time, with its zone."""
    texts = [word.text for word in plain]
    found: list[Moment] = []
    for placed in pieces(plain):
        moment = _earlier(placed, found) if placed.piece.relative else _moment(placed, texts, now)
        if moment is not None:
            found.append(moment)
    return found


def _earlier(placed: Placed, found: list[Moment]) -> Moment | None:
    """ "the day before", "the week before" than the time just named: "not yesterday, the day before"."""
    last = found[-1] if found else None
    if last is not None and placed.piece.relative == "week" and last.unit == "some":
        return replace(last, first=placed.first, last=placed.last, hours=last.hours + 168)
    if last is not None and placed.piece.relative == "day" and last.calendar_days is not None:
        days = last.calendar_days + 1
        return Moment(placed.first, placed.last, 24.0 * days, Kind.PAST, True, days)
    return None


def _moment(placed: Placed, texts: list[str], now: datetime) -> Moment | None:
    piece, first, last = placed.piece, placed.first, placed.last
    if piece.just:
        return Moment(first, last, _JUST_NOW if texts[last - 1] in ("now", "ago") else _JUST, Kind.JUST)
    before = texts[first - 1] if first else ""
    after = texts[last] if last < len(texts) else ""
    if before in _NEVER_BEFORE and not (piece.span is not None and before in ("a", "than", "by")) and not piece.monthday:
        return None
    if piece.span is not None:
        return _length(placed, texts)
    is_today = before == "is" and piece.weekday == now.weekday() and not piece.past
    if is_today or (after == "now" and piece.clock and not piece.has_day):
        return None  # "it is Thursday", "it is 3 pm now"
    part_only = piece.clock is None and (not piece.has_day or piece.soft)
    if piece.soft and not piece.has_day and part_only and not _led(piece.part, texts[max(0, first - 2) : first]):
        return None
    point = place(piece, before, now)
    if point is None:
        return None
    kind = Kind.FUTURE if piece.future else Kind.PAST if piece.past else Kind.POINT
    return Moment(first, last, point.hours, kind, point.day_granular, point.calendar_days, part_only=part_only)


def _led(part: str, before: list[str]) -> bool:
    """Whether a part of the day tells a time: "in the morning", "since morning", "at lunch", not "good morning"."""
    return any(word in _BEFORE_PART or (part in ("lunch", "breakfast") and word in _BEFORE_MEAL) for word in before)


def _length(placed: Placed, texts: list[str]) -> Moment | None:
    piece = placed.piece
    meant = kind_of(placed, texts)
    if meant is None:
        return None
    kind, last = meant
    hours = hours_of(piece)
    whole = piece.unit in _DAYS and not piece.bound and hours % 24 == 0
    return Moment(
        placed.first,
        last,
        -hours if kind is Kind.FUTURE else hours,
        kind,
        day_granular=piece.unit not in ("sec", "minute", "hour"),
        calendar_days=round(hours / 24) if whole else None,
        unit=piece.unit,
        article=piece.article,
        bounded=bool(piece.bound),
    )
