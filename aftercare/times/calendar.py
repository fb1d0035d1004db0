"""Place a piece that names a day or an hour on the calendar and the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from aftercare.times.piece import Piece
from aftercare.times.vocabulary import PARTS

_DAY = timedelta(days=1)
_CLEAR_REACH = 31 * _DAY  # a date written as 3/9 is clear when only one reading of it lies in these days
_AHEAD = 60 * _DAY  # a date without a year lies at most so far ahead; further, it is last year's
_CLINIC_HOURS = (7, 20)  # an hour without am or pm is taken to lie here
_NIGHT_ENDS = 5  # before this hour "this evening" is the evening before
_NOON = 12.0
_NIGHTLY = ("night", "evening", "late evening", "late at night", "late")


@dataclass(frozen=True)
class Point:
    """A point of time: `hours` ago (negative: to come), whether only its day was said, and how many calendar days ago that is."""

    hours: float
    day_granular: bool = False
    calendar_days: int | None = None


def place(piece: Piece, lead: str, now: datetime) -> Point | None:
    """When a piece is; None when it names no clear time. `lead` is the word before it, `now` the clinic's local time."""
    today = now.date()
    day = _day(piece, lead, today)
    if day is None:
        if piece.has_day:
            return None
        if piece.clock is not None and not piece.part:
            return Point(_latest(piece, now))
        day = today
    ago = (today - day).days
    if piece.clock is not None or piece.part:
        hours = _hours(_timed(piece, day, now), now)
        if hours < 0 and not piece.has_day:  # "7 in the evening", said in the afternoon
            hours, ago = _hours(_timed(piece, day - _DAY, now), now), 1
        return Point(hours, False, ago)
    if piece.same_hour:
        return Point(24.0 * ago, False, ago)
    if ago == 0:
        return Point(_since_nine(now), True, 0)
    if piece.named or piece.rough:
        return Point(_hours(_at(day, _NOON, now), now), True, None)
    # Three days ago by any name is 72 hours: soreness beyond that is told to the clinic, soreness up to that is not.
    if piece.days is not None or ago == 3:
        return Point(24.0 * ago, True, ago)
    return Point(_hours(_at(day, _NOON, now), now), True, ago)


def _at(day: date, hour: float, now: datetime) -> datetime:
    """An hour of a day on the clinic's clock; hours above 24 are of the next day."""
    minutes = round(hour * 60)
    return datetime.combine(day + minutes // 1440 * _DAY, time(minutes % 1440 // 60, minutes % 60), tzinfo=now.tzinfo)


def _hours(when: datetime, now: datetime) -> float:
    """Hours that really passed, in UTC, for the nights on which clocks change."""
    return (now.astimezone(timezone.utc) - when.astimezone(timezone.utc)).total_seconds() / 3600


def _since_nine(now: datetime) -> float:
    """Today, no hour said: 4 hours ago or since 9:00, whichever is less; early in the day an hour ago."""
    return min(4.0, max(1.0, _hours(_at(now.date(), 9, now), now)))


def _day(piece: Piece, lead: str, today: date) -> date | None:
    """The day of a piece, or None when it names none or no clear one."""
    if piece.numeric is not None:
        return _clear(piece, lead, today)
    if piece.named:
        return _stretch(piece, today)
    if piece.weekday is not None and piece.monthday is None:
        return today - _days_to(piece.weekday, piece, today) * _DAY
    if piece.month is not None or piece.monthday is not None:
        return _dated(piece, today)
    return None if piece.days is None else today - piece.days * _DAY


def _days_to(weekday: int, piece: Piece, today: date) -> int:
    """Days back to a weekday; the weekday that today is means a week ago."""
    back = (today.weekday() - weekday) % 7
    if piece.plus_weeks is not None:
        return back + 7 * piece.plus_weeks
    if piece.week == "last":
        return today.weekday() + 7 - weekday
    if piece.week == "next":
        return back - 7
    return (back or 7) + (7 if piece.week == "before last" else 0)


def _stretch(piece: Piece, today: date) -> date:
    """A day that stands for a stretch: of a weekend its Saturday (the longer time), of a week or a month its middle."""
    if piece.named == "weekend":
        saturday = (today.weekday() - 5) % 7
        weeks = (piece.plus_weeks or 0) + (1 if piece.week == "last" and saturday < 2 else 0)
        return today - (saturday + 7 * weeks) * _DAY
    if piece.named == "week":
        return today - (today.weekday() + 1) // 2 * _DAY
    if piece.named == "this month":
        return today - today.day // 2 * _DAY
    if piece.named in ("year", "in year"):
        middle = date(piece.year or today.year - 1, 7, 1)
        return min(middle, today - _DAY) if middle.year == today.year else middle
    month = piece.month or (today.replace(day=1) - _DAY).month
    return min(date(today.year if month <= today.month else today.year - 1, month, 15), today - _DAY)


def _dated(piece: Piece, today: date) -> date | None:
    """A date. Without its month it is the last one gone by; without its year the last one or one that is near."""
    monthday = piece.monthday or 0
    if piece.month is not None:
        years = [piece.year] if piece.year is not None else [today.year + 1, today.year, today.year - 1]
        dates = [_date(year, piece.month, monthday) for year in years]
        return next((day for day in dates if day is not None and (piece.year is not None or day <= today + _AHEAD)), None)
    last_month = today.replace(day=1) - _DAY
    before_last = last_month.replace(day=1) - _DAY  # for the 29th to the 31st
    if piece.week == "this":
        return _date(today.year, today.month, monthday)
    months = [last_month] if piece.week == "last" else [today, last_month, before_last]
    dates = [_date(month.year, month.month, monthday) for month in months]
    return next((day for day in dates if day is not None and day <= today), None)


def _clear(piece: Piece, lead: str, today: date) -> date | None:
    """3/9 as the only one of its two readings that lies in the last month. "3/10" is a score unless "on" stands before it."""
    first, second = piece.numeric or (0, 0)
    if piece.year is None and second in (5, 10) and first <= second and lead not in ("on", "since", "from", "dated", "date"):
        return None
    years = [piece.year] if piece.year is not None else [today.year, today.year - 1]
    readings = {_date(year, month, day) for year in years for day, month in ((first, second), (second, first))}
    dates = [day for day in readings if day is not None]
    clear = [day for day in dates if today - _CLEAR_REACH <= day <= today] or (dates if piece.year is not None else [])
    return clear[0] if len(clear) == 1 else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _timed(piece: Piece, day: date, now: datetime) -> datetime:
    """The hour of a day, from a clock time, a part of the day, or both."""
    begins, middle, ends = PARTS.get(piece.part, (0.0, 0.0, 24.0))
    today = day == now.date()
    if today and middle > _NOON and now.hour < _NIGHT_ENDS:
        day, today = day - _DAY, False
    if piece.clock is None:
        when = _at(day, middle, now)
        if not today or when <= now:
            return when
        if middle < _NOON and "morning" in piece.part:
            return now - timedelta(hours=3)
        begun = _at(day, begins, now)
        return begun + (now - begun) / 2 if begun < now else when
    hour = piece.clock[0] + piece.clock[1] / 60
    if piece.half_day:
        hour = hour % 12 + (12 if piece.half_day == "pm" else 0)
        return _at(day, hour + (24 if piece.half_day == "am" and piece.part in _NIGHTLY else 0), now)
    if piece.clock[0] > 12:
        return _at(day, hour, now)
    return _at(day, _read_hour(hour % 12, piece.part, begins, ends, today and _at(day, hour % 12 + 12, now) > now), now)


def _read_hour(hour: float, part: str, begins: float, ends: float, pm_is_to_come: bool) -> float:
    """An hour without am or pm, as its part of the day or else the clinic's hours allow. "Last night at 2" is after midnight."""
    if part in _NIGHTLY:
        return hour + 24 if hour < 4 else hour + 12
    if part:
        return min(hour, hour + 12, key=lambda choice: max(begins - choice, choice - ends, 0))
    if pm_is_to_come and hour >= _NIGHT_ENDS:
        return hour
    return hour if hour >= _CLINIC_HOURS[0] else hour + 12


def _latest(piece: Piece, now: datetime) -> float:
    """Hours since a clock time without a day: the last one gone by, in the clinic's hours where it may be."""
    hour, minute = piece.clock or (0, 0)
    exact = hour + minute / 60
    choices = [exact, exact + 12] if 0 < hour < 12 else [exact]
    if piece.half_day:
        choices = [exact % 12 + (12 if piece.half_day == "pm" else 0)]
    likely = [choice for choice in choices if _CLINIC_HOURS[0] <= choice < _CLINIC_HOURS[1]] or choices
    gone = [_hours(_at(now.date() - back * _DAY, choice, now), now) for back in (0, 1) for choice in likely]
    return min(hours for hours in gone if hours >= 0)
