"""What is said, as names of responses: most urgent first, questions after, one question at the end, nothing twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from aftercare.case import Case
from aftercare.findings import Assertion, Finding, Urgency
from aftercare.message import Message
from aftercare.replies import TIMED_ANSWERS, Reply, compose, response_names, shortened
from aftercare.triage import assess
from tests.unit.clinical import FINDINGS, INTENTS, NOW, QUESTIONS, after_emergency, asks, cases, known, mentions, messages, says

RESPONSES = yaml.safe_load((Path(__file__).parents[2] / "domain.yml").read_text(encoding="utf-8"))["responses"]


def turn(case: Case, message: Message, opening_said: bool = False) -> tuple[tuple[Reply, ...], Case]:
    return compose(assess(case, message, NOW), message, NOW, opening_said)


def names(case: Case, message: Message, opening_said: bool = False) -> str:
    """The responses of one reply without their "utter_", on one line."""
    return " ".join(reply.name.removeprefix("utter_") for reply in turn(case, message, opening_said)[0])


EMERGENCIES = [
    (known(), says("chest_pain"), "emergency emergency_you_wrote emergency_tell_me"),
    (
        known(treated_area="upper back"),
        says("chest_pain"),
        "emergency emergency_you_wrote emergency_chest_wall emergency_tell_me",
    ),
    (known(), says("breathlessness", area="neck"), "emergency emergency_you_wrote emergency_chest_wall emergency_tell_me"),
    (known(treated_area="calf"), says("chest_pain"), "emergency emergency_you_wrote emergency_tell_me"),
    (known(treated_area="neck"), says("collapse"), "emergency emergency_you_wrote first_aid_collapse emergency_tell_me"),
    (known(), says("allergic_reaction"), "emergency emergency_you_wrote first_aid_allergic_reaction emergency_tell_me"),
    (known(), says("uncontrolled_bleeding"), "emergency emergency_you_wrote first_aid_uncontrolled_bleeding emergency_tell_me"),
    (known(), says("self_harm"), "crisis first_aid_self_harm emergency_tell_me"),
    (
        known(),
        says("chest_pain", "soreness", questions=("nsaids",)),
        "emergency emergency_you_wrote emergency_tell_me questions_later",
    ),
    (known(asked="red_flags"), says(intent="dont_know"), "emergency emergency_tell_me"),
    (after_emergency(), says("breathlessness"), "emergency emergency_you_wrote emergency_tell_me"),
    # every later reply leads with the short form
    (after_emergency(), says(intent="thank"), "emergency_short thank"),
    (after_emergency(), says(intent="withdraw"), "emergency_short withdrawn"),
    (after_emergency(), asks("heat_or_ice"), "emergency_short answer_heat_or_ice_unknown"),
    (after_emergency(), says(intent="help_received"), "help_received"),
    (known(), says(intent="help_received"), "glad_you_were_seen"),
]

URGENT = [
    (known(), says("fever"), "urgent urgent_fever"),
    (known(), says("fever", "site_infection", "leg_swelling"), "urgent urgent_fever urgent_site_infection"),
    (known(blood_thinner=True), says("severe_bruise"), "urgent urgent_severe_bruise"),
    (known("fever"), says("soreness"), "urgent_reminder"),
    (known("fever"), asks("hydration"), "urgent_reminder answer_hydration"),
    (known(), says("fever", questions=("acetaminophen",)), "urgent urgent_fever answer_acetaminophen"),
]

CONTACT_CLINIC = [
    (known(), says("numbness"), "contact_clinic_numbness contact_clinic_how"),
    (known(), says("severe_bruise"), "contact_clinic_severe_bruise contact_clinic_how ask_blood_thinner"),
    (known(blood_thinner=False), says("severe_bruise"), "contact_clinic_severe_bruise contact_clinic_how"),
    (known(asked_before=("blood_thinner",)), says("severe_bruise"), "contact_clinic_severe_bruise contact_clinic_how"),
    (known(), says("soreness", hours=100), "contact_clinic_beyond_72_hours contact_clinic_how"),
    (known("soreness"), says(intent="inform_time", hours=100), "contact_clinic_beyond_72_hours contact_clinic_how"),
    (known("numbness"), says("soreness"), "contact_clinic_reminder"),
    (known("numbness"), asks("contact"), "contact_clinic_reminder answer_contact"),
    (known(), says("needle_left"), "contact_clinic_needle_left contact_clinic_how"),
    (known(), says("pregnant", questions=("acetaminophen",)), "contact_clinic_pregnant contact_clinic_how answer_acetaminophen"),
]

SELF_CARE = [
    (known(), says("soreness"), "self_care_unknown ask_time"),
    (known(asked_before=("time",)), says("soreness"), "self_care_unknown"),
    (known(), says("soreness", hours=5), "self_care_first_day"),
    (known(), says("soreness", hours=30), "self_care_second_day"),
    (known(), says("soreness", hours=60), "self_care_third_day"),
    (known(), says("soreness", hours=72), "self_care_three_days"),
    (known(hours=30), says("small_bruise"), "self_care_small_bruise"),
    (known(hours=30), says("twitching"), "self_care_twitching"),
    (known(hours=30), says("better"), "self_care_better"),
    (known(hours=30), says("unwell"), "self_care_unwell ask_red_flags"),
    (known(hours=30, asked_before=("red_flags",)), says("unwell"), "self_care_unwell"),
    (known(), says("soreness", questions=("heat_or_ice",)), "self_care_unknown answer_heat_or_ice_unknown ask_time"),
    (known("soreness", asked="time"), says(intent="inform_time", hours=30), "self_care_second_day"),
    (known("soreness"), says(intent="inform_time", hours=5000), "time_not_plausible"),
]

FACTS = [
    (known(), says(intent="inform_time", hours=5), "time_noted_first_day"),
    (known(), says(intent="inform_time", hours=30), "time_noted_second_day"),
    (known(), says(intent="inform_time", hours=60), "time_noted_third_day"),
    (known(), says(intent="inform_time", hours=100), "time_noted_beyond"),
    (known(), says(intent="inform_time", hours=-3), "time_not_plausible"),
    (known(), says(intent="inform_area", area="calf"), "area_noted"),
    (known(), says(intent="inform_time", hours=5, area="calf"), "time_noted_first_day"),
    (known(), says(intent="inform_blood_thinner", blood_thinner=True), "blood_thinner_noted"),
    (known(), says(intent="inform_blood_thinner", blood_thinner=False), "no_blood_thinner_noted"),
    (known("soreness", hours=90), says(intent="new_treatment"), "new_treatment"),
    (known(asked="time"), says(intent="dont_know"), "time_unknown"),
    (known(asked="red_flags"), says(intent="deny"), "glad_no_warning_signs"),
]

QUESTIONS_ASKED = [
    (known(), asks("duration"), "answer_duration_unknown ask_time"),
    (known(hours=5), asks("duration"), "answer_duration_first_day"),
    (known(hours=30), asks("exercise"), "answer_exercise_second_day"),
    (known(hours=60), asks("heat_or_ice"), "answer_heat_or_ice_third_day"),
    (known(hours=100), asks("exercise"), "answer_exercise_beyond"),
    (known(), asks("hydration"), "answer_hydration"),
    (known(), asks("nsaids"), "answer_nsaids"),
    (known(blood_thinner=True), asks("nsaids"), "answer_nsaids_on_blood_thinner"),
    (known(), asks("acetaminophen"), "answer_acetaminophen"),
    (known(), asks("everyday_alcohol"), "everyday_alcohol"),
    (known(), asks("hydration", "nsaids"), "answer_hydration answer_nsaids"),
    (known(), asks("hydration", "nsaids", "contact", "limits"), "answer_hydration answer_nsaids answer_contact"),
    (known(), mentions("chest_pain", Assertion.HYPOTHETICAL, questions=("what_if",)), "what_if_emergency"),
    (known(), mentions("fever", Assertion.HYPOTHETICAL, questions=("what_if",)), "what_if_urgent"),
    (known(), mentions("numbness", Assertion.HYPOTHETICAL, questions=("what_if",)), "what_if_contact_clinic"),
    (known(), mentions("soreness", Assertion.HYPOTHETICAL, questions=("what_if",)), "answer_warning_signs"),
    (known(), asks("what_if"), "answer_warning_signs"),
]

SMALL_TALK = [
    (known(), says(intent="greet"), "greet"),
    (known(), says(intent="thank"), "thank"),
    (known(), says(intent="goodbye"), "goodbye"),
    (known(), says(intent="bot_challenge"), "bot_challenge"),
    (known(), says(intent="out_of_scope"), "out_of_scope"),
    (known(), says(intent="feedback"), "feedback"),
    (known(), says(intent="withdraw"), "withdrawn"),
    (known(), says(intent="deny_symptoms"), "glad_no_warning_signs"),
    (known(), says(intent="affirm"), "nothing_asked"),
    # nothing loops: a rephrase with buttons, a menu with the phone, then one line
    (known(), says(intent="nlu_fallback"), "rephrase"),
    (known(misunderstood=1), says(intent="nlu_fallback"), "menu"),
    (known(misunderstood=2), says(intent="nlu_fallback"), "still_not_understood"),
    (known(misunderstood=9), says(intent="nlu_fallback"), "still_not_understood"),
]


@pytest.mark.parametrize(
    ("case", "message", "expected"), [*EMERGENCIES, *URGENT, *CONTACT_CLINIC, *SELF_CARE, *FACTS, *QUESTIONS_ASKED, *SMALL_TALK]
)
def test_what_is_said(case: Case, message: Message, expected: str) -> None:
    assert names(case, message) == expected


def test_a_mild_report_after_an_emergency_was_understood() -> None:
    assert "rephrase" not in names(after_emergency(), says("soreness"))


OPENING = [
    (says("chest_pain"), "emergency"),
    (says("self_harm"), "crisis"),
    (says("fever"), "urgent"),
]


@pytest.mark.parametrize(("message", "opening"), OPENING)
def test_what_a_rule_has_said_before_the_action_is_not_said_again(message: Message, opening: str) -> None:
    assert names(known(), message).split()[0] == opening
    assert opening not in names(known(), message, opening_said=True).split()


def test_the_reply_remembers_its_question_and_does_not_put_it_again() -> None:
    _, case = turn(known(), says("soreness"))
    assert (case.asked, case.asked_before) == ("time", ("time",))
    replies, case = turn(case, says("soreness"))
    assert (case.asked, case.asked_before) == (None, ("time",))
    assert "utter_ask_time" not in [reply.name for reply in replies]


def test_a_question_that_interrupts_is_answered_and_the_late_answer_still_counts() -> None:
    _, case = turn(known(), says("soreness"))
    replies, case = turn(case, asks("nsaids"))
    assert [reply.name for reply in replies] == ["utter_answer_nsaids"]
    replies, case = turn(case, says(intent="inform_time", hours=100))
    assert replies[0].name == "utter_contact_clinic_beyond_72_hours"


def test_the_patients_own_words_stand_in_the_emergency_reply() -> None:
    message = Message("report_chest_breathing", (Finding("chest_pain", words="it {hurts}\nwhen I  breathe"),))
    assert Reply("utter_emergency_you_wrote", {"words": "it (hurts) when I breathe"}) in turn(known(), message)[0]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("a\n b\t c", "a b c"),
        ("{slot}", "(slot)"),
        ("x" * 200, "x" * 119 + "…"),
        ("word " * 40, "word " * 22 + "word…"),
        ("", ""),
    ],
)
def test_words_are_shortened_and_made_safe(words: str, expected: str) -> None:
    assert shortened(words) == expected


# Every row of the tables reaches a response that exists.


def missing(case: Case, message: Message) -> set[str]:
    return {reply.name for opening in (False, True) for reply in turn(case, message, opening)[0]} - set(RESPONSES)


@pytest.mark.parametrize("thinner", [None, True, False])
@pytest.mark.parametrize("hours", [None, 0, 30, 60, 72, 100])
@pytest.mark.parametrize("finding", FINDINGS)
def test_every_finding_reaches_responses_that_exist(finding: str, hours: float | None, thinner: bool | None) -> None:
    case = known(hours=hours, blood_thinner=thinner)
    replies, later = turn(case, says(finding))
    assert replies
    assert not missing(case, says(finding))
    assert not missing(later, says(finding))
    assert not missing(later, says(intent="thank"))


def test_a_stiff_neck_that_lasts_is_answered() -> None:
    assert not missing(known(hours=100), says("stiff_neck"))


@pytest.mark.parametrize("hours", [None, 0, 30, 60, 72, 100])
@pytest.mark.parametrize("topic", QUESTIONS)
def test_every_question_reaches_responses_that_exist(topic: str, hours: float | None) -> None:
    assert turn(known(hours=hours), asks(topic))[0]
    assert not missing(known(hours=hours), asks(topic))


@pytest.mark.parametrize("intent", INTENTS)
def test_every_intent_is_answered_even_when_nothing_else_was_found(intent: str) -> None:
    for case in (known(), after_emergency(), known("fever"), known("numbness"), known("soreness", hours=5)):
        assert turn(case, says(intent=intent))[0]
        assert not missing(case, says(intent=intent))


def test_every_response_that_can_be_named_exists() -> None:
    assert response_names() <= set(RESPONSES)


def test_the_timed_answers_have_one_for_each_phase() -> None:
    assert {name.rsplit("_", 1)[0] for name in RESPONSES if name.startswith("utter_answer_") and name.endswith("_unknown")} == {
        f"utter_answer_{topic}" for topic in TIMED_ANSWERS
    }


@given(cases(), messages(), st.booleans())
def test_no_combination_is_met_by_silence_or_by_a_name_that_does_not_exist(
    case: Case, message: Message, opening_said: bool
) -> None:
    replies, after = turn(case, message, opening_said)
    assert replies
    assert {reply.name for reply in replies} <= response_names()
    assert len(replies) <= 9
    assert after.asked is None or replies[-1].name == f"utter_ask_{after.asked}"


@given(cases(), messages())
def test_no_question_is_put_twice_in_a_treatment(case: Case, message: Message) -> None:
    _, after = turn(case, message)
    if message.intent != "new_treatment" and after.asked:
        assert after.asked not in case.asked_before


@given(cases(), messages())
def test_the_most_urgent_is_said_first(case: Case, message: Message) -> None:
    assessment = assess(case, message, NOW)
    first = compose(assessment, message, NOW)[0][0].name.removeprefix("utter_")
    if assessment.help_received:
        assert first == "help_received"
    elif assessment.urgency is Urgency.EMERGENCY:
        assert first in ("emergency", "emergency_short", "crisis")
    elif assessment.urgency is Urgency.URGENT:
        assert first.startswith("urgent")
    elif assessment.urgency is Urgency.CONTACT_CLINIC:
        assert first.startswith("contact_clinic")


@given(cases(), messages())
def test_below_urgent_nothing_sounds_like_an_emergency(case: Case, message: Message) -> None:
    assessment = assess(case, message, NOW)
    if assessment.urgency < Urgency.URGENT and not assessment.help_received:
        said = {reply.name for reply in compose(assessment, message, NOW)[0]}
        assert not said & {"utter_emergency", "utter_emergency_short", "utter_crisis", "utter_urgent", "utter_urgent_reminder"}


@given(cases(), messages())
def test_nothing_is_said_twice_in_one_reply(case: Case, message: Message) -> None:
    said = [reply.name for reply in turn(case, replace(message, findings=message.findings[:1]))[0]]
    assert len(said) == len(set(said))
