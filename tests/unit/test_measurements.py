"""Numbers decide: which temperatures are a fever, which pain scores are severe."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.measurements import FEVER_CELSIUS, FEVER_FAHRENHEIT, SEVERE_SCORE, measurements
from aftercare.text import words

HIGH, NORMAL = True, False

TEMPERATURES = [
    ("my temperature is 38.4", [HIGH]),
    ("temp 38,5", [HIGH]),
    ("temp of 39", [HIGH]),
    ("38.0 degrees on the thermometer", [HIGH]),
    ("38.6 C", [HIGH]),
    ("38.6°C", [HIGH]),
    ("101.3 F", [HIGH]),
    ("101.3 fahrenheit", [HIGH]),
    ("temperature of 101", [HIGH]),
    ("temp 100.4", [HIGH]),
    ("the thermometer said thirty eight point five", [HIGH]),
    ("temperature a hundred and one", [HIGH]),
    ("thirty nine degrees", [HIGH]),
    ("temperature 38 point 4", [HIGH]),
    ("temperature of 37", [NORMAL]),
    ("temp 37.9", [NORMAL]),
    ("36.6 celsius", [NORMAL]),
    ("98.6 F", [NORMAL]),
    ("temp 100.3", [NORMAL]),
    ("ninety eight point six fahrenheit", [NORMAL]),
    ("it went from 37.2 to 38.4 degrees", [NORMAL, HIGH]),
    # no temperature at all
    ("I am 38 years old", []),
    ("treated 40 hours ago", []),
    ("I drank 39 glasses", []),
    ("room temperature is 21", []),
    ("temperature of 380", []),
]

SCORES = [
    ("9/10", [HIGH]),
    ("pain is 8 / 10", [HIGH]),
    ("7 out of 10", [HIGH]),
    ("ten out of ten", [HIGH]),
    ("6/10", [NORMAL]),
    ("3 out of 10", [NORMAL]),
    ("zero out of ten", [NORMAL]),
    ("11/10", []),
    ("9 people", []),
    ("1 in 10", []),
]


def reached(message: str, finding: str) -> list[bool]:
    return [m.reached for m in measurements([word.text for word in words(message)]) if m.finding == finding]


@pytest.mark.parametrize(("message", "expected"), TEMPERATURES)
def test_a_temperature_is_a_fever_from_38_celsius_on(message: str, expected: list[bool]) -> None:
    assert reached(message, "fever") == expected


@pytest.mark.parametrize(("message", "expected"), SCORES)
def test_a_pain_score_is_severe_from_seven_of_ten_on(message: str, expected: list[bool]) -> None:
    assert reached(message, "severe_pain") == expected


def test_the_numbers_stand_where_they_were_said() -> None:
    [found] = measurements(["temperature", "is", "38", "point", "4", "now"])
    assert (found.start, found.end) == (2, 5)


@given(st.decimals(35, 43, places=1))
def test_celsius_between_35_and_43_is_read_by_its_number(value: object) -> None:
    assert reached(f"temperature {value} celsius", "fever") == [float(str(value)) >= FEVER_CELSIUS]


@given(st.decimals(95, 109, places=1))
def test_fahrenheit_between_95_and_109_is_read_by_its_number(value: object) -> None:
    assert reached(f"temperature {value} fahrenheit", "fever") == [float(str(value)) >= FEVER_FAHRENHEIT]


@given(st.integers(0, 10))
def test_every_score_of_ten_is_read_by_its_number(score: int) -> None:
    assert reached(f"{score} out of 10", "severe_pain") == [score >= SEVERE_SCORE]


def test_hours_beside_a_temperature_are_not_degrees() -> None:
    assert reached("my temperature is 37.5, needled 40 hours ago", "fever") == [NORMAL]


def test_a_date_is_no_score() -> None:
    assert reached("treated on 10/10/2025", "severe_pain") == []


@pytest.mark.parametrize("message", ["፩", "my temperature is ፫"])
def test_digits_of_other_scripts_do_not_stop_it(message: str) -> None:
    assert reached(message, "fever") == []


@given(st.text(st.characters(exclude_categories=["Nd", "No", "Cs"]) | st.sampled_from("0123456789.,/ "), max_size=100))
def test_no_text_stops_it(message: str) -> None:
    measurements([word.text for word in words(message)])
