"""Numbers that decide: a temperature (38.4, 101.3 F, "thirty eight point five") and a pain score (9/10)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: From these on a temperature is a fever (100.4 °F is 38.0 °C).
FEVER_CELSIUS, FEVER_FAHRENHEIT = 38.0, 100.4
#: From this score of ten on pain is severe: the numeric rating scale counts 1 to 3 as mild and 4 to 6 as moderate.
SEVERE_SCORE = 7

_CELSIUS, _FAHRENHEIT = (35.0, 43.0), (95.0, 109.0)  # what a living person's thermometer shows
_SPEAKS_OF_TEMPERATURE = {
    "temperature",
    "temp",
    "temps",
    "thermometer",
    "fever",
    "feverish",
    "degrees",
    "degree",
    "°",
    "celsius",
    "fahrenheit",
    "centigrade",
}
_UNITS = {"c": "c", "celsius": "c", "centigrade": "c", "f": "f", "fahrenheit": "f"}
_REACH = 7  # words between a number and the word that makes it a temperature
_NOT_DEGREES = {
    "hours",
    "hour",
    "days",
    "day",
    "minutes",
    "minute",
    "weeks",
    "years",
    "year",
    "am",
    "pm",
    "mg",
    "ml",
    "/",
    "%",
    "kg",
    "km",
}
_SPEAKS_OF_PAIN = {
    "pain",
    "pains",
    "painful",
    "hurt",
    "hurts",
    "hurting",
    "ache",
    "aches",
    "aching",
    "achy",
    "sore",
    "soreness",
    "agony",
    "ouch",
    "throbbing",
}
_SHORT_ANSWER = 6  # words of a message that may be nothing but a score
_TENS = {"thirty": 30, "forty": 40, "ninety": 90, "hundred": 100}
_ONES = {
    "zero": 0,
    "oh": 0,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}


@dataclass(frozen=True)
class Measurement:
    """Words `start` to `end` (in words) that measure a finding; `reached` is whether the number is high enough for it."""

    finding: str
    start: int
    end: int
    reached: bool


def measurements(words: Sequence[str]) -> list[Measurement]:
    """Every temperature and pain score of a message."""
    return [*_temperatures(words), *_scores(words)]


def _temperatures(words: Sequence[str]) -> Iterator[Measurement]:
    for start, end, value in _numbers(words):
        near = set(words[max(0, start - _REACH) : end + 3])
        after = (
            words[end + 1]
            if end < len(words) and words[end] in ("°", "degrees", "degree", "deg") and end + 1 < len(words)
            else words[end]
            if end < len(words)
            else ""
        )
        unit = _UNITS.get(after)
        if after in _NOT_DEGREES:
            continue
        if not unit and not near & _SPEAKS_OF_TEMPERATURE:
            continue
        if unit != "f" and _CELSIUS[0] <= value <= _CELSIUS[1]:
            yield Measurement("fever", start, end, value >= FEVER_CELSIUS)
        elif unit != "c" and _FAHRENHEIT[0] <= value <= _FAHRENHEIT[1]:
            yield Measurement("fever", start, end, value >= FEVER_FAHRENHEIT)


def _scores(words: Sequence[str]) -> Iterator[Measurement]:
    if len(words) > _SHORT_ANSWER and not _SPEAKS_OF_PAIN & set(words):
        return  # "great session, 10/10 would recommend"
    for start, end, value in _numbers(words):
        rest = tuple(words[end : end + 3])
        out_of = rest[:2] in (("/", "10"), ("/", "ten")) or rest in (
            ("out", "of", "10"),
            ("out", "of", "ten"),
            ("outta", "of", "10"),
        )
        dated = words[end + len(rest) - 1 : end + len(rest)] == ["/"] or tuple(words[end + 2 : end + 3]) == ("/",)
        if out_of and not dated and 0 <= value <= 10:
            yield Measurement("severe_pain", start, end + len(rest), value >= SEVERE_SCORE)


def _numbers(words: Sequence[str]) -> Iterator[tuple[int, int, float]]:
    at = 0
    while at < len(words):
        end, value = _number_at(words, at)
        if value is not None:
            yield at, end, value
        at = max(end, at + 1)


def _number_at(words: Sequence[str], at: int) -> tuple[int, float | None]:
    """The number that begins at a word: 38.4, "38 point 4", "thirty eight point five", "a hundred and one"."""
    word = words[at].replace(",", ".")
    if word.isascii() and word.replace(".", "", 1).isdigit():
        value, end = float(word), at + 1
    elif word in _TENS:
        value, end = float(_TENS[word]), at + 1
        if end < len(words) and words[end] == "and" and word == "hundred":
            end += 1
        if end < len(words) and words[end] in _ONES and words[end] != "ten":
            value, end = value + _ONES[words[end]], end + 1
    elif word in _ONES:
        value, end = float(_ONES[word]), at + 1
    else:
        return at, None
    if end + 1 < len(words) and words[end] == "point":
        decimal = words[end + 1]
        digit = decimal if decimal.isdigit() else str(_ONES[decimal]) if decimal in _ONES else None
        if digit is not None:
            return end + 2, value + float(f"0.{digit}")
    return end, value
