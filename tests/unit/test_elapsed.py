"""Elapsed time: the table elapsed.yml, and the conventions that the rest of the assistant builds on."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from aftercare.elapsed import Elapsed, elapsed
from aftercare.text import MAX_CHARACTERS, words
from aftercare.times.today import as_said

HERE = Path(__file__).parent
TABLE: dict[str, Any] = yaml.safe_load((HERE / "elapsed.yml").read_text(encoding="utf-8"))
NOW = datetime.fromisoformat(TABLE.pop("now")).replace(tzinfo=timezone.utc)  # a Thursday, 15:00
NIGHT, SUNDAY, MONDAY = NOW.replace(hour=1), NOW.replace(day=15, hour=20, minute=30), NOW.replace(day=16, hour=8, minute=10)


def read(message: str, now: datetime = NOW) -> Elapsed | None:
    """The message read at a fixed time."""
    return elapsed(words(message), now)


def hours(message: str, now: datetime = NOW) -> float | None:
    """Its hours alone."""
    found = read(message, now)
    return None if found is None else found.hours


def is_right(wanted: Any, got: float | None) -> bool:
    """Whether the hours are those of the table: nothing, a number (to three minutes), or within a range."""
    if wanted is None or got is None:
        return wanted is got
    low, high = wanted if isinstance(wanted, list) else (wanted, wanted)
    return bool(low - 0.05 <= got <= high + 0.05)


@pytest.mark.parametrize("group", TABLE)
def test_table(group: str) -> None:
    wrong = [(case["say"], case["hours"], hours(case["say"])) for case in TABLE[group]]
    assert [row for row in wrong if not is_right(row[1], row[2])] == []


def test_no_case_stands_in_the_development_table() -> None:
    def plain(case: dict[str, Any]) -> str:
        return re.sub(r"[^a-z0-9]+", " ", case["say"].lower()).strip()

    dev = yaml.safe_load((HERE.parent / "nlu" / "dev" / "times.yml").read_text(encoding="utf-8"))["cases"]
    mine = [plain(case) for cases in TABLE.values() for case in cases]
    assert len(mine) > 120
    assert len(mine) == len(set(mine))
    assert not set(mine) & {plain(case) for case in dev}


# Soreness strictly beyond 72 hours is told to the clinic, so this boundary must be exact.
BOUNDARY = [
    ("three days", 72.0),
    ("3 days ago", 72.0),
    ("72 hours", 72.0),
    ("on Monday", 72.0),
    ("the 9th", 72.0),
    ("9/3", 72.0),
    ("day 3", 72.0),
    ("a few days", 72.0),
    ("over three days", 73.0),
    ("3+ days", 73.0),
    ("more than 72 hours", 73.0),
    ("3 days and an hour ago", 73.0),
]


@pytest.mark.parametrize(("message", "wanted"), BOUNDARY)
def test_three_days_is_exactly_the_boundary(message: str, wanted: float) -> None:
    assert hours(message) == wanted


@pytest.mark.parametrize("message", ["nearly three days", "not even 3 days", "less than 72 hours", "just under three days"])
def test_nearly_three_days_is_short_of_the_boundary(message: str) -> None:
    found = hours(message)
    assert found is not None
    assert found < 72


WHAT_WAS_SAID = [
    # message, the words it stands on, only the day, calendar days
    ("it was done two days ago", "two days ago", True, 2),
    ("I was needled yesterday.", "yesterday", True, 1),
    ("last night about 7", "last night about 7", False, 1),
    ("Needled on Tuesday at half past five, sore", "Tuesday at half past five", False, 2),
    ("36 hours since the needles", "36 hours since", False, None),
    ("sore for 5 days", "5 days", True, 5),
    ("a week ago", "a week ago", True, 7),
    ("today", "today", True, 0),
    ("sorry no, not yesterday, I mean five days ago", "five days ago", True, 5),
    ("“yesterday”", "yesterday", True, 1),
    ("TREATED 2DAYS AGO!!", "2DAYS AGO", True, 2),
    ("over a week", "over a week", True, None),
    ("last month", "last month", True, None),
]


@pytest.mark.parametrize(("message", "said", "day_granular", "calendar_days"), WHAT_WAS_SAID)
def test_words_and_precision(message: str, said: str, day_granular: bool, calendar_days: int | None) -> None:
    found = read(message)
    assert found is not None
    assert (message[found.start : found.end], found.day_granular, found.calendar_days) == (said, day_granular, calendar_days)


AT_OTHER_TIMES = [
    (SUNDAY, "Sunday", 176.5),  # a week ago, not today
    (SUNDAY, "the weekend", 32.5),
    (SUNDAY, "last weekend", 200.5),
    (SUNDAY, "this morning", 11.5),
    (SUNDAY, "at 2", 6.5),
    (SUNDAY, "at 7", 1.5),
    (SUNDAY, "at 8", 12.5),  # 20:00 is late for a clinic
    (SUNDAY, "tonight", 1.5),
    (MONDAY, "this morning", 3.0),  # nine o'clock is to come
    (MONDAY, "today", 1.0),
    (MONDAY, "at 9", 23 + 1 / 6),
    (MONDAY, "Friday", 72.0),
    (MONDAY, "last week on Friday", 72.0),
    (MONDAY, "the weekend", 44 + 1 / 6),
    (MONDAY, "1st March", 356 + 1 / 6),
    (NIGHT, "this evening", 6.0),  # the evening before
    (NIGHT, "last night", 5.0),
    (NIGHT, "this afternoon", 11.0),
    (NOW.replace(day=1), "the 28th", 27.0),
    (NOW.replace(day=1), "the 31st", 29 * 24 + 3.0),  # February has none
    (NOW.replace(month=1, day=2), "December 31", 51.0),
    (NOW.replace(month=1, day=2), "last month", 435.0),
]


@pytest.mark.parametrize(("now", "message", "wanted"), AT_OTHER_TIMES)
def test_other_times_of_the_week(now: datetime, message: str, wanted: float) -> None:
    assert hours(message, now) == pytest.approx(wanted)


def test_hours_are_those_that_passed_when_clocks_change() -> None:
    london = datetime(2026, 3, 29, 12, 0, tzinfo=ZoneInfo("Europe/London"))  # at 1:00 it became 2:00
    assert hours("yesterday at noon", london) == pytest.approx(23.0)
    assert hours("24 hours ago", london) == 24.0
    assert hours("yesterday", london) == 24.0


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone-aware"):
        elapsed(words("yesterday"), datetime(2026, 3, 12, 15, 0))


ODDS_AND_ENDS = [
    "",
    "   ",
    "hello",
    "😖",
    "?",
    "½",
    "9",
    "a m",
    "24/7",
    "th",
    "31/31/31",
    "0/0",
    "99:99",
    "10,000",
    "30 February",
]


@pytest.mark.parametrize("message", ODDS_AND_ENDS)
def test_odds_and_ends_name_no_time(message: str) -> None:
    assert read(message) is None


PARTS = (
    "needled yesterday tuesday sat 3 days hours ago since not , . at half past 10 am the 9th march / 2026 nearly or no sorry gym "
    "sore in last a week and before after 31st february tonight just left for"
).split()


@given(st.lists(st.sampled_from(PARTS), max_size=12).map(" ".join) | st.text(max_size=80))
def test_anything_is_read_without_an_error(message: str) -> None:
    found = read(message)
    assert found is None or 0 <= found.start < found.end <= len(message)


REPEATED = ["3 days ", "a good ", "1 or ", "2 / ", "monday ", "last week on ", "the best part of ", "no 3 ", "about "]


@pytest.mark.parametrize("piece", REPEATED)
def test_the_longest_message_is_read(piece: str) -> None:
    read((piece * MAX_CHARACTERS)[: MAX_CHARACTERS - 4] + " day")


@pytest.mark.parametrize("now", [NOW, SUNDAY, MONDAY])
@pytest.mark.parametrize(
    ("message", "days"),
    [
        ("my back was done monday and today is friday", 4),
        ("Still stiff from the Monday session and it's Sunday.", 6),
        ("treated on Tuesday. Today's Saturday!", 4),
        ("i was there on thursday, its tuesday now and it aches", 5),
    ],
)
def test_the_weekday_that_the_message_says_it_is_counts(message: str, days: int, now: datetime) -> None:
    found = read(message, now)
    assert found is not None
    assert found.calendar_days == days


@pytest.mark.parametrize("message", ["it is friday appointments only?", "is it friday or saturday", "it was friday"])
def test_a_weekday_that_is_not_said_to_be_today_does_not(message: str) -> None:
    assert as_said(words(message), NOW) == NOW
