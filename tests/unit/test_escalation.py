"""The clinic learns of every patient who was told to seek help: once for each new reason, never for less."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from aftercare.case import Case
from aftercare.escalation import escalation
from aftercare.findings import Assertion, Urgency
from aftercare.message import Message
from aftercare.triage import assess
from tests.unit.clinical import NOW, after_emergency, asks, cases, known, mentions, messages, says


def record(case: Case, message: Message) -> dict[str, Any] | None:
    return escalation(case, assess(case, message, NOW), message, NOW)


TOLD = Urgency.CONTACT_CLINIC

RECORDED = [
    (known(), says("chest_pain"), "emergency"),
    (known(), says("fever"), "urgent"),
    (known(), says("numbness"), "contact_clinic"),
    (known(), says("soreness", hours=100), "contact_clinic"),
    (known("soreness"), says(intent="inform_time", hours=100), "contact_clinic"),
    (known("fever", highest_urgency=Urgency.URGENT), says("leg_swelling"), "urgent"),
    (known("numbness", highest_urgency=TOLD), says("chest_pain"), "emergency"),
    (known("severe_bruise", highest_urgency=TOLD), says(intent="inform_blood_thinner", blood_thinner=True), "urgent"),
    (after_emergency(), says("breathlessness"), "emergency"),
    (after_emergency(), says("chest_pain"), "emergency"),  # said again: the clinic should know
    (known(asked="red_flags"), says(intent="dont_know"), "emergency"),
]

NOT_RECORDED = [
    (known(), says("soreness")),
    (known(), says("small_bruise")),
    (known(), asks("nsaids")),
    (known(), says(intent="greet")),
    (known(), mentions("chest_pain", Assertion.HYPOTHETICAL, questions=("what_if",))),
    (known(), mentions("chest_pain", Assertion.ABSENT, intent="deny_symptoms")),
    (known("fever", highest_urgency=Urgency.URGENT), asks("nsaids")),  # nothing new: the clinic has its record
    (known("fever", highest_urgency=Urgency.URGENT), says("fever")),
    (known("soreness", hours=100, highest_urgency=TOLD), says("soreness")),
    (after_emergency(), says(intent="thank")),
    (after_emergency(), says(intent="help_received")),
]


@pytest.mark.parametrize(("case", "message", "urgency"), RECORDED)
def test_a_new_reason_to_seek_help_is_recorded(case: Case, message: Message, urgency: str) -> None:
    found = record(case, message)
    assert found is not None
    assert found["urgency"] == urgency


@pytest.mark.parametrize(("case", "message"), NOT_RECORDED)
def test_nothing_new_or_nothing_urgent_is_not(case: Case, message: Message) -> None:
    assert record(case, message) is None


def test_what_a_record_holds() -> None:
    case = known(hours=20, blood_thinner=True)
    assert record(case, says("chest_pain", "soreness", area="upper back")) == {
        "at": "2026-03-12T15:00:00+00:00",
        "urgency": "emergency",
        "findings": ["chest_pain", "soreness"],
        "words": ["chest pain", "soreness"],
        "treated_area": "upper back",
        "near_chest_wall": True,
        "blood_thinner": True,
        "hours_since_treatment": 20.0,
    }


def test_what_is_not_known_is_empty() -> None:
    found = record(known(), says("numbness"))
    assert found is not None
    assert (found["treated_area"], found["blood_thinner"], found["hours_since_treatment"], found["near_chest_wall"]) == (
        None,
        None,
        None,
        False,
    )


def test_a_soreness_that_lasts_too_long_names_the_findings_that_are_known() -> None:
    found = record(known("soreness"), says(intent="inform_time", hours=100))
    assert found is not None
    assert found["findings"] == ["soreness"]


@given(cases(), messages())
def test_a_record_is_plain_json_and_agrees_with_the_reply(case: Case, message: Message) -> None:
    found = record(case, message)
    if found is not None:
        assert json.loads(json.dumps(found)) == found
        assert found["urgency"] == assess(case, message, NOW).urgency.label
        assert Urgency.of(found["urgency"]) >= TOLD
        assert found["findings"]


@given(cases(), messages())
def test_everyone_who_is_told_more_than_ever_before_is_recorded(case: Case, message: Message) -> None:
    assessment = assess(case, message, NOW)
    if assessment.urgency >= TOLD and assessment.urgency > case.highest_urgency and not assessment.help_received:
        assert record(case, message) is not None
