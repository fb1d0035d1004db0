"""Find the pieces of time in a message's plain words and put together those that stand side by side.

"tuesday" + "afternoon" + "3" is one time; "a week ago" + "on tuesday" is one; "yesterday" + "tuesday" are two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aftercare.text import Word
from aftercare.times.grammar import read
from aftercare.times.piece import Piece
from aftercare.times.vocabulary import PARTS, UNITS, WEEKDAYS, words

_BETWEEN, _NO_HOUR_BEFORE, _AFTER_HOUR = words("between"), words("no_hour_before"), words("after_hour")
_ENDED, _CORRECTING = words("ended"), words("correcting")
_TAKEN_BACK = words("taken_back")
_APPOINTMENTS = words("appointments")
_LONGEST_GAP = 4  # words between two pieces of one time


@dataclass(frozen=True)
class Placed:
    """A piece at the words `first` to `last` (exclusive)."""

    first: int
    last: int
    piece: Piece


def pieces(plain: Sequence[Word]) -> list[Placed]:
    """The times of a message, each as one piece. Bare numbers that belong to no time are left out."""
    return _joined(_found(plain), [word.text for word in plain])


def _found(plain: Sequence[Word]) -> list[Placed]:
    """The pieces from left to right, none over another."""
    line = " ".join(word.text for word in plain)
    found: list[Placed] = []
    at = done = 0  # characters
    ends: dict[int, int] = {}  # character at which a word ends -> the number of the next word
    for index, word in enumerate(plain):
        ends[at + len(word.text)] = index + 1
        at += len(word.text) + 1
    at = 0
    for index, word in enumerate(plain):
        got = read(line, at, word.text) if at >= done else None
        if got:
            done = got[1]
            found.append(Placed(index, ends[done], got[0]))
        at += len(word.text) + 1
    return found


def _joined(found: list[Placed], plain: list[str]) -> list[Placed]:
    made: list[Placed] = []
    number: Placed | None = None  # the bare number just before
    for placed in found:
        both = _beside(made[-1], placed, plain) if made else None
        if both is not None:
            made[-1] = both
            continue
        if placed.piece.span is not None and number is not None and plain[number.last : placed.first] == ["not"]:
            made.append(_so_many(number, placed.piece))  # "4 not 3 days"
        number = placed if placed.piece.weak and placed.piece.clock else None
        smaller = made and not placed.piece.has_day and placed.piece.span is None
        again = _put_right(placed, made[-1].piece, plain) if smaller else None
        if again or not placed.piece.weak or _may_be_hour(placed, plain):
            made.append(again or placed)
    if len(made) == 1 and len(plain) < 5 and _is_time_alone(made[0], plain):
        return [replace(made[0], piece=replace(made[0].piece, weak=False))]
    return [placed for placed in made if not placed.piece.weak]


def _beside(left: Placed, right: Placed, plain: list[str]) -> Placed | None:
    """Both as one when only words like "at", "around", "," stand between them."""
    between = plain[left.last : right.first]
    a, b = left.piece, right.piece
    if len(between) > _LONGEST_GAP or not all(word in _BETWEEN for word in between):
        named = len(between) == 1 and between[0] in _APPOINTMENTS  # "the 2 pm appointment yesterday"
        if not (named and a.clock and not a.weak and b.has_day):
            return None
    both = None if "or" in between else _both(a, b, set(between))
    return None if both is None else Placed(left.first, right.last, both)


def _both(a: Piece, b: Piece, between: set[str]) -> Piece | None:
    """One piece that says what both say, or None when they are two times."""
    if a.just or b.just or a.relative or b.relative or (a.clock and b.clock):
        return None
    if a.span is not None or b.span is not None:
        if a.same_hour:
            return b
        told = between & {"it", "was", "will", "makes", "think"}
        if told - {"it", "will", "makes"} or (told and -1 not in (a.days, b.days)):
            return None
        return _with_span(a, b) if a.span is not None else _with_span(b, a)
    if a.weak or b.weak:
        day = b if a.weak else a
        if not (day.has_day or day.part) or between & {"for", "it", "was", "so", "a"}:
            return None
    if a.weekday is not None and b.named == "weekend":
        return a
    if a.has_day and b.has_day and (between & {"it", "was"} or not _same_day(a, b)):
        return None
    if a.part and b.part and not a.has_day and b.days is None:
        return None
    if a.same_hour or b.same_hour:
        return replace(b if a.same_hour else a, same_hour=True)
    day = b if b.monthday is not None or b.numeric or not a.has_day else a
    part = min((p for p in (a.part, b.part) if p), key=_length, default="")
    timed = a if a.clock else b
    return replace(
        day, part=part, clock=timed.clock, half_day=timed.half_day, weak=False, past=a.past or b.past, future=a.future or b.future
    )


def _length(part: str) -> float:
    begins, _, ends = PARTS[part]
    return ends - begins


def _same_day(a: Piece, b: Piece) -> bool:
    """A weekday beside a date or "today" is the same day said twice; "Tuesday" and "Wednesday" are two days."""
    if a.weekday is not None and b.weekday is not None:
        return a.weekday == b.weekday
    return (a.weekday is not None) != (b.weekday is not None) and not a.named and not b.named


def _with_span(span: Piece, other: Piece) -> Piece | None:
    """One piece of "a week ago" and "on Tuesday", "two days ago" and "at 3", "a week" and "yesterday"."""
    hours = span.span or 0.0
    days = round(hours / 24)
    timed = bool(other.part or other.clock)
    if other.part in ("late", "early") or other.span is not None:
        return None
    if other.days == -1 and not timed:
        return replace(span, span=max(0.0, hours - 24))  # "it will be four days tomorrow"
    if other.weekday is not None and (hours, span.unit) == (168.0, "some"):
        return replace(other, week="last", past=True)  # "Thursday, last week"
    if span.unit not in ("day", "night", "week", "fortnight"):
        return span if span.past and other.days == 0 and not other.weak else None  # "2 hours ago this afternoon"
    if other.weak or other.future:
        return None
    if other.weekday is not None and not (other.month or other.monthday or other.week):
        if span.unit in ("week", "fortnight"):
            return replace(other, plus_weeks=days // 7, past=True)
        return replace(other, days=days, weekday=None, past=True) if timed else replace(span, past=True)
    if other.days in (0, 1):
        return replace(other, days=days + other.days, past=True) if timed or other.days else span
    return replace(other, days=days, past=True) if timed and not other.has_day else None


def _so_many(number: Placed, span: Piece) -> Placed:
    hours = (number.piece.clock or (0, 0))[0] * UNITS.get(span.unit, 24.0)
    return Placed(number.first, number.last, replace(span, span=hours, bound=""))


def _put_right(placed: Placed, earlier: Piece, plain: list[str]) -> Placed | None:
    """What puts right the piece before it: "two days, no, four", "3 hours, sorry, days", "yesterday at 4, no 5"."""
    before = plain[max(0, placed.first - 2) : placed.first]
    after = plain[placed.last] if placed.last < len(plain) else "."
    taken_back = bool(before) and (before[-1] in _TAKEN_BACK or (before[-1] == "," and before[0] in _TAKEN_BACK))
    if taken_back and earlier.clock and placed.piece.clock:
        half_day = placed.piece.half_day or earlier.half_day
        return Placed(placed.first, placed.last, replace(earlier, clock=placed.piece.clock, half_day=half_day))
    if taken_back and earlier.has_day and placed.piece.soft and placed.piece.part:
        return Placed(placed.first, placed.last, replace(earlier, part=placed.piece.part, clock=None))
    if earlier.span is None or earlier.unit not in UNITS or (after not in _ENDED and after not in _TAKEN_BACK) or not before:
        return None
    unit = placed.piece.unit
    if placed.piece.relative == "unit":
        hours = earlier.span / UNITS[earlier.unit] * UNITS[unit]
        corrected = before[-1] in _CORRECTING and before[-1] != ","
        return Placed(placed.first, placed.last, replace(earlier, span=hours, unit=unit)) if corrected else None
    if placed.piece.clock is None or placed.piece.clock[1]:
        return None
    corrected = before[-1] in _CORRECTING or after in _TAKEN_BACK or (before[-1] == "was" and before[0] in ("it", "that"))
    return _so_many(placed, earlier) if corrected else None


def _may_be_hour(placed: Placed, plain: list[str]) -> bool:
    """Whether a bare number could be an hour: "tuesday around 3", not "from a 3 to a 9 today", not "today 1 length"."""
    before = plain[placed.first - 1] if placed.first else ""
    after = plain[placed.last] if placed.last < len(plain) else "."
    ends = after in _AFTER_HOUR or after in PARTS or after in WEEKDAYS
    return placed.piece.relative == "unit" or (ends and before not in _NO_HOUR_BEFORE)


def _is_time_alone(placed: Placed, plain: list[str]) -> bool:
    """Whether a bare time is all that was said: "12.30", "around 11", but not "3.14"."""
    clock = placed.piece.clock
    if clock is None or not placed.piece.weak:
        return False
    written = clock[1] > 0 and clock[1] % 5 == 0 and 6 < clock[0] < 21 and not plain[placed.first].isdigit()
    spelled = placed.last - placed.first == len(plain) == 2  # "one thirty"
    return written or spelled or (len(plain) == 2 and plain[0] in _BETWEEN)
