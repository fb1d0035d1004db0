"""The rules of the grammar of times that have numbers in them: a regular expression over plain words, and what it means.

Rules know nothing of the clock: a day is so many days back, a weekday, or a date, to be placed by `aftercare.times.calendar`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from aftercare.times.piece import Piece
from aftercare.times.vocabulary import HOLIDAYS, MONTHS, PARTS, TABLE, UNITS, WEEKDAYS, words

Meaning = Callable[[re.Match[str]], "Piece | None"]

_Q = r"\d{1,4}(?:\.\d+)?"
_YEAR = r"20\d\d|2\d(?= ?$| [.,])"
_U = "(?:" + "|".join(UNITS) + ")"
_WEEKDAY = "(?:" + "|".join(WEEKDAYS) + ")"
_MONTH = "(?:" + "|".join(MONTHS) + ")"
_PART = "(?:" + "|".join(sorted(PARTS, key=len, reverse=True)) + ")"
_HOLIDAY = "(?:" + "|".join(sorted(HOLIDAYS, key=len, reverse=True)) + ")"
_OVER, _NEAR, _UNDER, _HEDGE, _ENDING, _BEFORE_WEEKDAY, _AFTER_WEEKDAY, _BEFORE_HOUR = (
    str(TABLE["wordings"][name])
    for name in ("over", "near", "under", "hedge", "ending", "before_weekday", "after_weekday", "before_hour")
)
# A number that counts something else, or is read with the next one, is no hour.
_ALONE = rf"(?! ?(?:{_U}|%|/|out of|of 10|mg|ml|times?|needles?|x|degrees|(?:or|to|-) \d+ {_U}|and a half {_U})\b)"
_SOFT = words("soft_parts")
_VAGUE = {str(word): float(number) for word, number in TABLE["vague_numbers"].items()}
_IN_MONTH = {str(word): int(day) for word, day in TABLE["days_in_month"].items()}
_SEASONS = {str(word): int(month) for word, month in TABLE["seasons"].items()}


def _span(m: re.Match[str]) -> Piece | None:
    """A length: "3 days", "half an hour", "2 or 3 weeks", "an hour and a half", "1 day and 6 hours"."""
    unit, size = m["u"], UNITS[m["u"]]
    if m["half"]:
        number = {"quarter": 0.25, "3 quarter": 0.75, "3 / 4": 0.75}.get(m["half"], 0.5)
    else:
        number = _VAGUE.get(m["n"]) or float(m["n"])
        number += 0.5 if m["h1"] or m["h2"] else 0.25 if m["q2"] else 0
        high = m["m"] or m["m2"]
        if high and high != "so":
            number = (number + float(high)) / 2 if float(high) > number else number
    if size >= 24 and number % 0.25:
        return None  # 38.7 is a temperature
    if unit == "night" and m["ago"] and number == int(number):
        return Piece(days=int(number), part="night", past=True)
    rest = (_VAGUE.get(m["n2"]) or float(m["n2"])) * UNITS[m["u2"]] if m["n2"] else float(m["n3"] or 0) / 60
    bound = "over" if m["over"] or m["plus"] or m["more"] else "near" if m["near"] else "under" if m["under"] else ""
    article = m["n"] in ("a", "an") and not (m["h1"] or m["h2"])
    return Piece(span=number * size + rest, unit="hour" if rest else unit, article=article, bound=bound, past=bool(m["ago"]))


def _lately(m: re.Match[str]) -> Piece:
    """ "in the last hour", "within the last 2 days"."""
    number = _VAGUE.get(m["n"] or "a") or float(m["n"])
    return Piece(span=number * UNITS[m["u"]], unit=m["u"], past=m["u"] in ("minute", "hour"))


def _unit(m: re.Match[str]) -> Piece | None:
    """A unit with no article: "week ago", "day and a half ago", "day or two"."""
    more = m["more"] or ""
    if not more and not m["ago"]:
        return None
    number = 1.5 if "half" in more else (1 + int(more[-1])) / 2 if more[-1:].isdigit() else 1.0
    return Piece(span=number * UNITS[m["u"]], unit=m["u"], past=bool(m["ago"]))


def _minutes_past(m: re.Match[str]) -> Piece | None:
    minute = {"half": 30, "quarter": 15}.get(m["mp"]) or int(m["mp"])
    hour = int(m["hp"]) if m["hp"].isdigit() else {"noon": 12, "midnight": 0}[m["hp"]]
    if m["dir"] in ("to", "of", "before", "til", "till"):
        hour, minute = (hour - 1) % 24 or 12, 60 - minute
    return _clock(hour, minute, f"{m['ap']}m" if m["ap"] else "")


def _clock(hour: str | int, minute: str | int | None = 0, half_day: str | None = "", weak: bool = False) -> Piece | None:
    h, mi = int(hour), int(minute or 0)
    return Piece(clock=(h, mi), half_day=half_day or "", weak=weak) if h < 24 and mi < 60 else None


def _hour_minute(m: re.Match[str]) -> Piece | None:
    return _clock(m[1], m[2])


def _morning_if_zero(m: re.Match[str]) -> Piece | None:
    return _clock(m[1], m[2], "am" if m[1].startswith("0") else "")


def _between_hours(m: re.Match[str]) -> Piece | None:
    """ "between 9 and 10": half past 9."""
    half_day = m[2] or m["ap"]
    return _clock(m["h"], 30, half_day, weak=not half_day)


def _weekday(m: re.Match[str]) -> Piece:
    before, after, day = m["wb"] or "", m["wa"] or "", WEEKDAYS.index(m["w"])
    if after.startswith("before"):
        return Piece(weekday=day, week="before last", past=True)
    if before.startswith("last week") or after.endswith(("last week", "previous week")):
        return Piece(weekday=day, week="last", past=True)
    if before.startswith(("next", "coming", "this coming")) or after in ("coming", "next", "week", "next week", "coming up"):
        return Piece(weekday=day, week="next", future=True)
    gone = before in ("last", "this past", "past", "previous") or after in ("gone", "just gone", "last", "past", "just past")
    return Piece(weekday=day, past=gone)


def _year(text: str | None) -> int | None:
    return None if not text else int(text) + (2000 if len(text) == 2 else 0)


def _month_day(m: re.Match[str]) -> Piece:
    month = int(m["mo"]) if m["mo"].isdigit() else MONTHS.index(m["mo"]) + 1
    return Piece(month=month, monthday=int(m["d"]), year=_year(m["y"]))


def _numeric(m: re.Match[str]) -> Piece:
    return Piece(numeric=(int(m["a"]), int(m["b"])), year=_year(m["y"]))


def _monthday(m: re.Match[str]) -> Piece | None:
    """ "the 9th", "the ninth"; "first" to "third" only in "on the second" at the end and "the first of the month"."""
    day = int(m[1])
    written = m.string[m.end(1) : m.end(1) + 2] == "th" or day > 3 or m[0].endswith("month")
    ends = m.string[m.end() : m.end() + 2].strip() in ("", ".", ",", ";", "!", "?", ")")
    if written or (ends and m.string[: m.start()].endswith("the ")):
        return Piece(monthday=day, week="this" if m["this"] else "")
    return None


def _day_number(m: re.Match[str]) -> Piece:
    """ "day 3", "the third day"."""
    return Piece(span=24.0 * int(m[1]), unit="day")


def _holiday(m: re.Match[str]) -> Piece | None:
    """ "on Christmas Day", "at Christmas"; "Christmas" by itself is a wish."""
    month, day = HOLIDAYS[m[2]]
    return Piece(month=month, monthday=day) if m[1] or m[2].endswith((" day", " eve")) else None


def _this_part(m: re.Match[str]) -> Piece:
    named = f"{m[1]} {m[2]}"
    return Piece(days=0, part=named if named in PARTS else m[2])


def _within_month(m: re.Match[str]) -> Piece | None:
    """ "early March", "the end of February"; "last March" is no part of one."""
    month = m[0].rsplit(" ", 1)[1]
    return _in_month(month, monthday=_IN_MONTH[m[1]], rough=True) if m[1] != "last" or " of " in m[0] else None


def _some_month(m: re.Match[str]) -> Piece:
    return _in_month(m[1], named="in month")


def _in_year(m: re.Match[str]) -> Piece:
    return Piece(named="in year", year=int(m[1]), past=True)


def _in_month(month: str, **fields: Any) -> Piece:
    return Piece(month=MONTHS.index(month) + 1, past=True, **fields)


DIGITS = "#"  #: As a first word: any number.
PHRASES = "*"  #: As a first word: here the fixed phrases of the table come.
_SPAN_STARTS = [DIGITS, "half", "quarter", "½", *_VAGUE, *words("bound_starts")]
_HALF = r" (?:and|&) (?:a |1 )?half"
_LESSER = "|".join(
    rf"(?<={unit})(?: and| ,)?(?= (?:\d\d?|an?|a few|few|a couple of) {lesser})(?: a(?= (?:few|couple)))?"
    for unit, lesser in (("hour", "minute"), ("day", "hour"), ("week", "day"))
)

#: (first words, pattern, meaning), in the order in which they are tried at a word: the first that means something is taken.
RULES: list[tuple[list[str], str, Meaning]] = [
    # dates
    ([DIGITS], r"(?P<y>20\d\d) [-/.] (?P<mo>0?[1-9]|1[012]) [-/.] (?P<d>\d\d?)", _month_day),
    ([DIGITS], r"(?P<a>\d\d?)(?: [-/.] |\.)(?P<b>\d\d?) [-/.] (?P<y>20\d\d|\d\d)", _numeric),
    ([DIGITS], rf"(?P<a>\d\d?) / (?P<b>\d\d?)(?P<y>)(?! ?[-/.] \d){_ALONE}", _numeric),
    ([DIGITS], rf"(?P<d>\d\d?)(?:th|ord)? (?:of |- |/ )?(?P<mo>{_MONTH})(?:(?: ,| -| /)? (?P<y>{_YEAR}))?", _month_day),
    ([*MONTHS], rf"(?P<mo>{_MONTH}) (?:the )?(?P<d>\d\d?)(?:th|ord)?(?! {_U})(?:(?: ,)? (?P<y>20\d\d))?", _month_day),
    # clock times that say so
    (
        [DIGITS, "half", "quarter"],
        r"(?P<mp>half|quarter|5|10|20|25|\d\d?(?= minute))(?: minute)?(?: -)? (?P<dir>past|to|after|of|before|til|till)(?: -)? "
        rf"(?P<hp>\d\d?|noon|midnight)(?: (?P<ap>[ap])m)?{_ALONE}",
        _minutes_past,
    ),
    (["half"], rf"(?P<mp>half)(?: -)? (?P<dir>)(?P<hp>\d\d?)(?: (?P<ap>[ap])m)?{_ALONE}", _minutes_past),
    ([DIGITS], r"(\d\d?)[:.](\d\d) (?:-|to) \d\d?(?:[:.]\d\d)? (am|pm)", lambda m: _clock(m[1], m[2], m[3])),
    ([DIGITS], r"(\d\d?) - (\d\d?) (am|pm)", lambda m: _clock(m[1], 30, m[3])),
    ([DIGITS], r"(\d\d?)(?:[:.]| )?([0-5]\d)? (am|pm)", lambda m: _clock(m[1], m[2], m[3])),
    ([DIGITS], r"(\d\d?):(\d\d)(?! (?:hour|minute) (?:ago|back))", _morning_if_zero),
    ([DIGITS], r"([01]\d|2[0-3])([0-5]\d) hour(?! (?:ago|back|since))", _hour_minute),
    ([DIGITS], r"(\d\d?) (?:oclock|o (?:' )?clock)(?: (am|pm))?", lambda m: _clock(m[1], 0, m[2])),
    ([DIGITS], r"(\d\d?) ish(?: (am|pm))?(?! (?:hour|day|week|minute))", lambda m: _clock(m[1], 0, m[2])),
    (["at", "@"], r"(?:at|@) (\d\d?) hour(?: ([0-5]\d))?(?! (?:ago|back|since|after))", _hour_minute),
    # lengths
    (["day"], r"day (?:number |no |# )?(\d\d?)(?! ?(?:%|\d|mg|times|tablet|pill)|\.\d)", _day_number),
    ([DIGITS], r"(\d\d?)(?:th|ord) day", _day_number),
    (
        _SPAN_STARTS,
        rf"(?:(?P<over>{_OVER}) |(?P<near>{_NEAR}) |(?P<under>{_UNDER}) )?(?:(?:{_HEDGE}) ){{0,4}}"
        rf"(?:(?P<half>half|(?:3 )?quarter|1 / 2|½|3 / 4(?= of)) (?:of )?(?:an? |the )?"
        rf"|(?P<n>{_Q}|couple|few|several|handful|(?:some|many)(?= \w+ (?:ago|back))|an?)"
        rf"(?P<more>(?: -)? plus| \+)?(?P<h1>{_HALF}| ½| 1 / 2)?"
        rf"(?:(?: (?:to|or|-|/|maybe|perhaps|possibly|if not|and|,(?= (?:maybe|possibly|perhaps|or))|even))+ (?P<m>{_Q}))?"
        rf"(?: (?:of|good|whole|full|odd|or so|and a bit|solid|straight|complete|bloody|short|little|bit|ish|-)){{0,4}} )"
        rf"(?P<u>{_U})\b(?P<q2> and a quarter)?(?P<h2>{_HALF})?"
        rf"(?:(?:{_LESSER}) (?P<n2>\d\d?|few|couple|an?)(?: of)? (?P<u2>minute|hour|day)\b)?"
        rf"(?:(?<=hour)(?: and)? (?P<n3>[0-5]\d)(?= ago| ?$| [.,]))?"
        rf"(?: or (?P<m2>\d|so))?(?P<plus> \+| plus| and a bit| and a little| and change| or more| and counting)?(?P<ago> ago)?",
        _span,
    ),
    (["in", "within", "inside", "during"], rf"\w+ the (?:last|past) (?:(?P<n>{_Q}|couple|few)(?: of)? )?(?P<u>{_U})", _lately),
    (
        [*WEEKDAYS, *words("before_weekday")],
        rf"(?:(?P<wb>{_BEFORE_WEEKDAY}) )?(?P<w>{_WEEKDAY})(?: (?P<wa>{_AFTER_WEEKDAY}))?",
        _weekday,
    ),
    ([PHRASES], "", lambda _: None),
    ([DIGITS], rf"([2-5]) ({_WEEKDAY}) ago", lambda m: Piece(weekday=WEEKDAYS.index(m[2]), plus_weeks=int(m[1]) - 1, past=True)),
    (["morning", "afternoon"], r"(morning|afternoon) before (?:yesterday|last)", lambda m: Piece(days=2, part=m[1], past=True)),
    (["last"], r"last (afternoon|lunchtime|morning)", lambda m: Piece(days=1, part=m[1], past=True)),
    (["this", "early", "late", "earlier"], rf"(?:(early|late|earlier) )?this (?:very )?({_PART})", _this_part),
    (["later"], rf"later (?:on )?(?:today|tonight|this {_PART})", lambda m: Piece(days=0, part="evening", future=True)),
    (["in", "back", "since", "around"], r"(?:in|back in|since|around)(?: the year)? ((?:19|20)\d\d)", _in_year),
    (["last"], r"last (spring|summer|autumn|fall|winter)", lambda m: Piece(named="in month", month=_SEASONS[m[1]], past=True)),
    ([*_IN_MONTH], rf"({'|'.join(_IN_MONTH)})(?: week)?(?: of| -)? ({_MONTH})(?! \d)", _within_month),
    (["in", *MONTHS], rf"(?:in )?({_MONTH}) (20\d\d)", lambda m: _in_month(m[1], monthday=15, year=int(m[2]), rough=True)),
    ([*words("before_month")], rf"(?:in|back in|since|during|around|of|last|this past) ({_MONTH})(?! (?:the )?\d)", _some_month),
    ([*words("holiday_starts")], rf"(?:(on|since|over|around|at|just before|just after) )?({_HOLIDAY})", _holiday),
    ([DIGITS], r"(\d\d?)(?:th|ord) of last month", lambda m: Piece(monthday=int(m[1]), week="last")),
    ([DIGITS], rf"(\d\d?)(?:th|ord)(?P<this> of this month)?(?: of the month)?(?={_ENDING})", _monthday),
    ([*{name.split()[0] for name in PARTS}], rf"({_PART})", lambda m: Piece(part=m[1], soft=m[1] in _SOFT)),
    ([*UNITS], rf"(?P<u>{_U})(?P<more> or so| or [2-9]|{_HALF})?(?P<ago> ago| back(?! pain))?", _unit),
    # clock times by the words around them
    (["between", "from"], rf"\w+ (?P<h>\d\d?)(?: (am|pm))? (?:and|to|-) \d\d?(?: (?P<ap>am|pm))?{_ALONE}", _between_hours),
    ([*words("before_minutes")], r"\S+ (\d\d?)[.:](\d\d)(?! [ap]m)", _hour_minute),
    (["at", "@"], r"\S+ ([01]\d|2[0-3])([0-5]\d)(?: hour)?", _hour_minute),
    (["at", "@", "about", "around"], r"\S+ (\d\d?) (?:- )?([0-5]\d)(?! ?(?:[-/.:%]|am|pm|minute|hour|day))", _hour_minute),
    (
        [*words("before_hour")],
        rf"(?:{_BEFORE_HOUR}) (?:(?:about|around|roughly|like) )?(\d\d?){_ALONE}"
        r"(?! (?:am|pm|of|past|to|o|oclock|ish|minute|quarter|half|or)\b|:)",
        lambda m: _clock(m[1]),
    ),
    # bare numbers, of use only beside a day
    ([DIGITS], rf"(\d\d?) (?:- )?(05|[1-5][05]){_ALONE}", lambda m: _clock(m[1], m[2], weak=True)),
    ([DIGITS], rf"(\d\d?)[.:](\d\d){_ALONE}", lambda m: _clock(m[1], m[2], weak=True)),
    ([DIGITS], rf"([01]\d|2[0-3])([0-5]\d)(?: hour)?{_ALONE}", lambda m: _clock(m[1], m[2], weak=True)),
    ([DIGITS], rf"(\d\d?){_ALONE}", lambda m: _clock(m[1], weak=True)),
    ([*UNITS], rf"({_U})", lambda m: Piece(unit=m[1], relative="unit", weak=True)),
]  # fmt: skip
