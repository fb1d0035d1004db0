"""TRIAGE.md, "Timeline": what hours since treatment mean, and which times are asked about again."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.timeline import LONGEST_HOURS, Phase, hours_since, is_plausible, phase_of

NOW = datetime(2026, 3, 12, 15, 0, tzinfo=timezone.utc)
DAYS_30 = 30 * 24

PHASES = [
    (0, "first_day"), (1, "first_day"), (23.9, "first_day"), (24, "first_day"),
    (24.1, "second_day"), (36, "second_day"), (48, "second_day"),
    (48.1, "third_day"), (60, "third_day"), (72, "third_day"),
    (72.1, "beyond"), (80, "beyond"), (96, "beyond"), (DAYS_30, "beyond"),
    (None, "unknown"),
]  # fmt: skip

PLAUSIBLE = [(0, True), (72, True), (DAYS_30, True), (-0.1, False), (-24, False), (DAYS_30 + 0.1, False), (24 * 365, False)]

SINCE = [
    # treated how many hours ago: hours that are worked with
    (0, 0.0), (5.5, 5.5), (72, 72.0), (DAYS_30, 720.0),
    (DAYS_30 + 1, DAYS_30 + 1.0),  # soreness that was too long stays too long
    (-0.01, 0.0),  # a clock that was set back by less than a minute
    (-1, None),
]  # fmt: skip


@pytest.mark.parametrize(("hours", "phase"), PHASES)
def test_the_phase_of_hours_since_treatment(hours: float | None, phase: str) -> None:
    assert phase_of(hours).value == phase


@pytest.mark.parametrize(("hours", "plausible"), PLAUSIBLE)
def test_under_0_and_over_30_days_cannot_be_meant(hours: float, plausible: bool) -> None:
    assert is_plausible(hours) is plausible


@pytest.mark.parametrize(("hours", "expected"), SINCE)
def test_hours_from_the_time_of_treatment(hours: float, expected: float | None) -> None:
    assert hours_since(NOW - timedelta(hours=hours), NOW) == expected


def test_hours_without_a_time() -> None:
    assert hours_since(None, NOW) is None


def test_the_zone_of_a_time_does_not_matter() -> None:
    sydney = timezone(timedelta(hours=11))
    assert hours_since((NOW - timedelta(hours=30)).astimezone(sydney), NOW) == 30


def test_three_days_stay_three_days_while_the_message_is_on_its_way() -> None:
    assert phase_of(hours_since(NOW - timedelta(hours=72), NOW + timedelta(seconds=20))) is Phase.THIRD_DAY


@given(st.floats(0, LONGEST_HOURS), st.floats(0, LONGEST_HOURS))
def test_the_phase_only_moves_forward(one: float, other: float) -> None:
    order = [Phase.FIRST_DAY, Phase.SECOND_DAY, Phase.THIRD_DAY, Phase.BEYOND]
    assert order.index(phase_of(min(one, other))) <= order.index(phase_of(max(one, other)))


@given(st.floats(0, LONGEST_HOURS))
def test_every_plausible_time_has_a_phase(hours: float) -> None:
    assert phase_of(hours_since(NOW - timedelta(hours=hours), NOW)) is not Phase.UNKNOWN
