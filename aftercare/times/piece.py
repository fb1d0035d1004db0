"""A time as far as one rule of the grammar reads it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """What a rule has read. Pieces that stand side by side are put together by `aftercare.times.joining`."""

    span: float | None = None  # hours
    unit: str = ""  # of the span; "some" for a stretch that only stands for a time ("last week")
    article: bool = False  # the span is "a day", "an hour": no number was said
    bound: str = ""  # "over", "near" or "under" the span
    days: int | None = None  # days before today, exactly so many times 24 hours when no hour is said
    weekday: int | None = None  # Monday is 0
    week: str = ""  # of the weekday: "" the last one, "last" the one in last week, "before last", "next"
    plus_weeks: int | None = None  # "a week ago on Tuesday"
    month: int | None = None
    monthday: int | None = None
    year: int | None = None
    numeric: tuple[int, int] | None = None  # "3/9": which of them is the month is not known yet
    named: str = ""  # a stretch of the calendar: weekend, week, month, in month, year, in year
    part: str = ""  # part of the day
    clock: tuple[int, int] | None = None  # hour, minute
    half_day: str = ""  # "am" or "pm" of the clock
    rough: bool = False  # the day only stands for a stretch of days
    weak: bool = False  # a bare number: a clock time only beside a day or a part of the day
    soft: bool = False  # tells a time only after "in" or beside a day: "morning" alone is a greeting
    past: bool = False  # gone by its own words: "yesterday", "ago"
    future: bool = False
    just: bool = False
    relative: str = ""  # "day", "week": so much earlier than the time just named; "unit": the same number of other units
    same_hour: bool = False  # "this time yesterday"

    @property
    def has_day(self) -> bool:
        """Whether it names a day of the calendar."""
        return any(x is not None for x in (self.days, self.weekday, self.month, self.monthday, self.numeric)) or bool(self.named)
