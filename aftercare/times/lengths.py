"""What a length of time means: "3 days" may be ago, since something, how long it has been sore, or still to come."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from aftercare.times.joining import Placed
from aftercare.times.piece import Piece
from aftercare.times.vocabulary import NEUTRAL, UNITS, words


class Kind(Enum):
    """How a time was said, which decides what it may be the time of."""

    PAST = "past"  # gone by its own words: "two days ago", "yesterday", "last Tuesday"
    SPAN = "span"  # a length of time by itself: "three days"
    AFTER = "after"  # counted from something: "36 hours after", "2 days since", "3 days on"
    SINCE = "since"  # how long something has lasted: "for 3 days", "in the last two days"
    POINT = "point"  # gone or to come: "Tuesday", "the 9th", "at 8", "today"
    FUTURE = "future"  # to come: "tomorrow", "in 2 hours"
    JUST = "just"  # "just now", "just left"


_SKIPPED, _NO_LENGTH_BEFORE, _NO_LENGTH_AFTER = words("skipped"), words("no_length_before"), words("no_length_after")
_ENDED, _PLACES, _AFTER_SHORT = words("ended"), words("places"), words("after_short_length") | words("ended") | NEUTRAL
_LASTING, _NO_BACK, _HEDGED_AFTER = words("lasting"), words("no_back"), words("hedged_after")
_NOT_COUNTED_FROM = words("not_counted_from")
_OF_TREATMENT = ("treat", "needl", "sess", "app", "dry")
_OF_COMPLAINT = ("sore", "pain", "ach", "stiff", "tender", "needl", "treat")


def hours_of(piece: Piece) -> float:
    """The hours of a span. "Over 3 days" is beyond 72 by up to an hour; "nearly" is 3 % less, "less than" 10 %."""
    hours = piece.span or 0.0
    if piece.bound == "over":
        return hours + min(1.0, hours / 10)
    return hours * {"near": 0.97, "under": 0.9}.get(piece.bound, 1.0)


def kind_of(placed: Placed, plain: Sequence[str]) -> tuple[Kind, int] | None:
    """How a length is meant and the word where it ends, or None when it is no time that has to do with elapsed time."""
    if placed.piece.past:
        return Kind.PAST, placed.last
    before = [word for word in plain[max(0, placed.first - 5) : placed.first] if word not in _SKIPPED]
    if before[-3:] == ["give", "or", "take"]:
        before = before[:-3]
    lead, lead2 = [*reversed(before), "", ""][:2]
    after = [*plain[placed.last : placed.last + 5], "", "", ""]
    if after[0] in _HEDGED_AFTER:
        after = after[2:] if after[:2] == ["or", "so"] else after[1:]
    one, two = after[0], after[1]
    if one == "ago":
        return Kind.PAST, placed.last + 1
    if (one, two) == ("from", "now"):
        return Kind.FUTURE, placed.last + 2
    if _is_no_time(placed.piece, lead, lead2, after):
        return None
    if (one == "back" and two not in _NO_BACK) or one in ("earlier", "prior", "previous", "previously"):
        return Kind.PAST, placed.last + 1
    if one in ("later", "after", "post", "since") or (one in ("on", "in", "out", "down", "past") and (two in _ENDED or not two)):
        return None if lead in _NOT_COUNTED_FROM else (Kind.AFTER, placed.last + 1)
    if lead == "before":
        return Kind.PAST, placed.last
    if one == "before" and (two in _ENDED or two in ("", "only", "sir", "itself")):
        return Kind.PAST, placed.last + 1
    return _by_lead(placed, lead, lead2)


def _by_lead(placed: Placed, lead: str, lead2: str) -> tuple[Kind, int] | None:
    if lead in ("since", "from"):
        return Kind.SINCE, placed.last
    if lead in ("for", "last", "past", "these") or (lead2, lead) == ("for", "over"):
        return None if placed.piece.unit == "minute" else (Kind.SINCE, placed.last)
    kinds = {"after": Kind.AFTER, "post": Kind.AFTER, "in": Kind.FUTURE}
    return kinds.get(lead, Kind.SPAN), placed.last


def _is_no_time(piece: Piece, lead: str, lead2: str, after: Sequence[str]) -> bool:
    """Whether the words around say that it is a frequency, an age, a dose, a way to go, a length of something else."""
    one, two, three = after[:3]
    short = piece.unit in ("minute", "hour")
    return (
        (one == "of" and ((not two.startswith(_OF_COMPLAINT) and two not in ("the", "my")) or two == "the"))
        or (one == "a" and two in UNITS)
        or (one, two) in (("to", "go"), ("at", "a"))
        or two in ("every", "each")
        or one in _NO_LENGTH_AFTER
        or (one == "from" and two in _PLACES and not three.startswith(_OF_TREATMENT))
        or (short and one.isalpha() and one not in _AFTER_SHORT)
        or (piece.unit == "minute" and (piece.article or one in ("on", "in", "off", "each")))
        or piece.unit == "sec"
        or lead in _NO_LENGTH_BEFORE
        or lead.endswith("ord")
        or (lead == "last" and lead2 in _LASTING)
        or (piece.article and (lead.isdigit() or lead in UNITS))
    )
