"""The tables of `tables/times.yml`, typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aftercare.findings import load

TABLE: Mapping[str, Any] = load("times")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
#: Hours in a unit. A month is 30 days: beyond 30 days the caller asks again whatever the figure.
UNITS = {"sec": 1 / 3600, "minute": 1 / 60, "hour": 1.0, "day": 24.0, "night": 24.0, "week": 168.0, "fortnight": 336.0}
UNITS |= {"month": 720.0, "year": 8760.0, "decade": 87600.0}
#: Part of the day -> the hour it begins at, the hour that stands for it, the hour it ends at; above 24 is after midnight.
PARTS: dict[str, tuple[float, float, float]] = {
    str(name): (float(low), float(hour), float(high)) for name, (low, hour, high) in TABLE["parts"].items()
}
#: Day of the year with a name -> month, day.
HOLIDAYS: dict[str, tuple[int, int]] = {str(name): (int(month), int(day)) for name, (month, day) in TABLE["holidays"].items()}

#: Words that say nothing about what a time is the time of.
NEUTRAL = frozenset(str(word) for word in TABLE["neutral"])


def words(name: str) -> frozenset[str]:
    """A word list of the table's `lists`. Raises KeyError for an unknown name."""
    return frozenset(str(word) for word in TABLE["lists"][name])


def numbers(name: str) -> dict[str, int]:
    """A table of words for whole numbers. Raises KeyError for an unknown name."""
    return {str(word): int(number) for word, number in TABLE[name].items()}
