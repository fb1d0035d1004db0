"""TRIAGE.md as tables: what is known of the treatment, what the patient says, how urgent the reply is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aftercare.case import PERSISTING, Case
from aftercare.findings import Assertion, Finding, Urgency, finding_rows
from aftercare.message import Message
from aftercare.triage import Assessment, assess, combined
from tests.unit.clinical import (
    EMERGENCIES,
    FROM_A_MESSAGE,
    INTENTS,
    NOW,
    after_emergency,
    asks,
    cases,
    found,
    known,
    mentions,
    messages,
    plausible_hours,
    says,
)

NOTHING = Case()
NOT_PRESENT = tuple(assertion for assertion in Assertion if assertion is not Assertion.PRESENT)


def level(case: Case, message: Message) -> str:
    return assess(case, message, NOW).urgency.label


# TRIAGE.md, "Findings": row by row.
FINDINGS = [
    ("chest_pain", "emergency"),
    ("breathlessness", "emergency"),
    ("dry_cough", "emergency"),
    ("coughing_blood", "emergency"),
    ("blue_lips", "emergency"),
    ("collapse", "emergency"),
    ("allergic_reaction", "emergency"),
    ("new_weakness", "emergency"),
    ("saddle_or_bladder", "emergency"),
    ("stroke_signs", "emergency"),
    ("uncontrolled_bleeding", "emergency"),
    ("self_harm", "emergency"),
    ("racing_heart", "emergency"),
    ("sepsis_signs", "emergency"),
    ("red_flag_not_ruled_out", "emergency"),
    ("fever", "urgent"),
    ("site_infection", "urgent"),
    ("black_skin", "urgent"),
    ("leg_swelling", "urgent"),
    ("severe_bruise", "contact_clinic"),
    ("severe_pain", "contact_clinic"),
    ("spreading_pain", "contact_clinic"),
    ("numbness", "contact_clinic"),
    ("fainted_or_dizzy", "contact_clinic"),
    ("needle_left", "contact_clinic"),
    ("pregnant", "contact_clinic"),
    ("soreness", "self_care"),
    ("stiff_neck", "self_care"),
    ("twitching", "self_care"),
    ("small_bruise", "self_care"),
    ("unwell", "self_care"),
    ("better", "self_care"),
]


@pytest.mark.parametrize(("finding", "expected"), FINDINGS)
def test_a_finding_by_itself(finding: str, expected: str) -> None:
    assert level(NOTHING, says(finding)) == expected


def test_the_table_above_has_every_finding() -> None:
    assert {finding for finding, _ in FINDINGS} == set(finding_rows())


COMBINED = [
    # known before, what the message reports, the level
    (known(), says("fever", "stiff_neck"), "emergency"),
    (known(), says("fever", "racing_heart"), "emergency"),
    (known(), says("fever", "stroke_signs"), "emergency"),
    (known(), says("fever", "black_skin"), "emergency"),
    (known("fever"), says("stiff_neck"), "emergency"),
    (known("stiff_neck"), says("fever"), "emergency"),
    (known("black_skin"), says("soreness"), "urgent"),
    (known(), says("soreness", "chest_pain"), "emergency"),
    (known(), says("soreness", "fever"), "urgent"),
    (known(), says("better", "numbness"), "contact_clinic"),
    (known("numbness"), says("soreness"), "contact_clinic"),
    (known("fever"), says("better"), "urgent"),
]


@pytest.mark.parametrize(("case", "message", "expected"), COMBINED)
def test_the_most_urgent_of_all_that_is_known_and_said_counts(case: Case, message: Message, expected: str) -> None:
    assert level(case, message) == expected


BRUISES = [
    (known(), says("severe_bruise"), "contact_clinic"),
    (known(blood_thinner=False), says("severe_bruise"), "contact_clinic"),
    (known(blood_thinner=True), says("severe_bruise"), "urgent"),
    (known(), says("severe_bruise", blood_thinner=True), "urgent"),
    (known("severe_bruise"), says(intent="inform_blood_thinner", blood_thinner=True), "urgent"),
    (known("severe_bruise", asked="blood_thinner"), says(intent="affirm"), "urgent"),
    (known("severe_bruise", asked="blood_thinner"), says(intent="deny"), "contact_clinic"),
    (known("severe_bruise", asked="blood_thinner"), says(intent="dont_know"), "contact_clinic"),
    (known(blood_thinner=True), says("small_bruise"), "self_care"),
]


@pytest.mark.parametrize(("case", "message", "expected"), BRUISES)
def test_a_bruise_and_a_blood_thinner(case: Case, message: Message, expected: str) -> None:
    assert level(case, message) == expected


TIMELINE = [
    (known(), says("soreness"), "self_care"),
    (known(), says("soreness", hours=0), "self_care"),
    (known(), says("soreness", hours=24), "self_care"),
    (known(), says("soreness", hours=48), "self_care"),
    (known(), says("soreness", hours=72), "self_care"),  # "three days" is on the boundary
    (known(), says("soreness", hours=73), "contact_clinic"),
    (known(), says("soreness", hours=7 * 24), "contact_clinic"),
    (known(), says("soreness", hours=30 * 24), "contact_clinic"),
    (known(hours=10), says("soreness"), "self_care"),
    (known(hours=100), says("soreness"), "contact_clinic"),
    (known(hours=100), says("twitching"), "contact_clinic"),
    (known(hours=100), says("small_bruise"), "self_care"),
    (known(hours=100), says("better"), "self_care"),
    (known("soreness"), says(intent="inform_time", hours=100), "contact_clinic"),
    (known("soreness"), says(intent="inform_time", hours=36), "self_care"),
    (known("soreness", hours=20), says(intent="inform_time", hours=120), "contact_clinic"),  # "sorry, it was five days ago"
    (known("soreness", hours=120), says(intent="inform_time", hours=5), "self_care"),  # "I meant five hours"
    (known(), says(intent="inform_time", hours=100), "none"),  # a time alone reports nothing
    (known(hours=100), asks("exercise"), "info"),
    (known("soreness", hours=100), asks("exercise"), "contact_clinic"),
    # chest and breathing signs at any time
    (known(), says("chest_pain", hours=0), "emergency"),
    (known(), says("chest_pain", hours=29 * 24), "emergency"),
    (known(), says("breathlessness", hours=100 * 24), "emergency"),
]


@pytest.mark.parametrize(("case", "message", "expected"), TIMELINE)
def test_the_timeline(case: Case, message: Message, expected: str) -> None:
    assert level(case, message) == expected


@pytest.mark.parametrize("hours", [-1, -48, 30 * 24 + 1, 5000])
def test_a_time_that_cannot_be_meant_is_asked_about_again_and_not_kept(hours: float) -> None:
    assessment = assess(known(hours=10), says("soreness", hours=hours), NOW)
    assert assessment.time_problem
    assert assessment.case.treated_at == known(hours=10).treated_at


ASSERTIONS = [
    # what the message names without reporting it: the level
    (known(), mentions("chest_pain", Assertion.ABSENT, intent="deny_symptoms"), "none"),
    (known(), mentions("chest_pain", Assertion.HYPOTHETICAL, questions=("what_if",)), "info"),
    (known(), mentions("chest_pain", Assertion.HISTORICAL, intent="out_of_scope"), "none"),
    (known(), mentions("chest_pain", Assertion.OTHER_PERSON, intent="out_of_scope"), "none"),
    (known(), mentions("chest_pain", Assertion.FIGURATIVE, intent="feedback"), "none"),
    (known("soreness", hours=5), mentions("fever", Assertion.ABSENT, intent="deny_symptoms"), "self_care"),
    (known("fever"), mentions("fever", Assertion.ABSENT, intent="deny_symptoms"), "urgent"),
    (after_emergency(), mentions("chest_pain", Assertion.ABSENT, intent="deny_symptoms"), "emergency"),
]


@pytest.mark.parametrize(("case", "message", "expected"), ASSERTIONS)
def test_what_is_not_present_does_not_count(case: Case, message: Message, expected: str) -> None:
    assert level(case, message) == expected


UNCLEAR = [
    # an unclear symptom gets one closed question; "yes" and "don't know" to it count as a red flag
    (known(asked="red_flags"), says(intent="affirm"), "emergency"),
    (known(asked="red_flags"), says(intent="dont_know"), "emergency"),
    (known(asked="red_flags"), says(intent="deny"), "none"),
    (known(asked="red_flags"), says(intent="deny_symptoms"), "none"),
    (known(asked="red_flags"), says("chest_pain"), "emergency"),
    (known(asked="time"), says(intent="affirm"), "none"),
    (known(asked="time"), says(intent="dont_know"), "none"),
    (known("soreness", asked="time"), says(intent="dont_know"), "self_care"),
    (known(), says(intent="affirm"), "none"),
    (known(), says(intent="dont_know"), "none"),
]


@pytest.mark.parametrize(("case", "message", "expected"), UNCLEAR)
def test_answers_to_a_question(case: Case, message: Message, expected: str) -> None:
    assert level(case, message) == expected


@pytest.mark.parametrize("message", [says(intent="affirm", questions=("everyday_other",)), says("soreness", intent="affirm")])
def test_yes_and_something_else_to_the_question_about_red_flags(message: Message) -> None:
    assert level(known(asked="red_flags"), message) == "emergency"


OVER_ONE_CONVERSATION = [
    # an emergency stays until help has come
    (after_emergency(), says(intent="greet"), "emergency"),
    (after_emergency(), says(intent="thank"), "emergency"),
    (after_emergency(), says(intent="withdraw"), "emergency"),
    (after_emergency(), says(intent="deny"), "emergency"),
    (after_emergency(), says(intent="nlu_fallback"), "emergency"),
    (after_emergency(), says("better"), "emergency"),
    (after_emergency(), says("soreness"), "emergency"),
    (after_emergency(), asks("heat_or_ice"), "emergency"),
    (after_emergency(), says(intent="inform_time", hours=5), "emergency"),
    (after_emergency(), says(intent="help_received"), "emergency"),
    (after_emergency(), says("breathlessness", intent="help_received"), "emergency"),
    # "urgent" and "contact the clinic" stay for all that is clinical, small talk is small talk
    (known("fever"), asks("heat_or_ice"), "urgent"),
    (known("fever"), says("soreness"), "urgent"),
    (known("fever"), says(intent="withdraw"), "urgent"),
    (known("numbness"), asks("contact"), "contact_clinic"),
    (known("numbness"), says(intent="inform_area", area="calf"), "contact_clinic"),
    (known("fever"), says(intent="thank"), "none"),
    (known("numbness"), says(intent="goodbye"), "none"),
    # below that a question is a question
    (known("soreness", hours=5), asks("nsaids"), "info"),
    (known("soreness", hours=5), says(intent="greet"), "none"),
    (known("soreness", hours=5), says(intent="withdraw"), "none"),
    # nothing clinical
    (known(), says(intent="greet"), "none"),
    (known(), says(intent="out_of_scope"), "none"),
    (known(), says(intent="nlu_fallback"), "none"),
    (known(), says(intent="bot_challenge"), "none"),
    (known(), says(intent="inform_area", area="calf"), "none"),
    (known(), says(intent="inform_blood_thinner", blood_thinner=True), "none"),
    (known(), asks("hydration"), "info"),
    (known(), asks("everyday_other"), "info"),
    (known(), says("soreness", questions=("nsaids",)), "self_care"),
    (known(), says("chest_pain", questions=("nsaids",)), "emergency"),
    # a new treatment starts anew
    (known("fever", hours=200), says(intent="new_treatment", hours=1), "none"),
    (known("soreness", hours=200), says("soreness", intent="new_treatment", hours=1), "self_care"),
    (known("soreness", hours=200), says("chest_pain", intent="new_treatment", hours=1), "emergency"),
]


@pytest.mark.parametrize(("case", "message", "expected"), OVER_ONE_CONVERSATION)
def test_over_one_conversation(case: Case, message: Message, expected: str) -> None:
    assert level(case, message) == expected


def test_a_new_treatment_does_not_close_an_open_emergency() -> None:
    assert level(after_emergency(), says(intent="new_treatment", hours=1)) == "emergency"


def test_after_help_the_next_question_is_a_question() -> None:
    seen = assess(after_emergency(), says(intent="help_received"), NOW)
    assert seen.help_received
    assert level(seen.case, asks("heat_or_ice")) == "info"
    assert seen.case.highest_urgency is Urgency.EMERGENCY


def test_a_new_sign_after_help_is_a_new_emergency() -> None:
    seen = assess(after_emergency(), says(intent="help_received"), NOW)
    again = assess(seen.case, says("chest_pain"), NOW)
    assert (again.urgency, again.new_emergency) == (Urgency.EMERGENCY, True)


def test_help_received_without_an_emergency_changes_nothing() -> None:
    assessment = assess(known("fever"), says(intent="help_received"), NOW)
    assert not assessment.help_received
    assert assessment.case.findings == ("fever",)


def test_a_new_treatment_keeps_only_the_blood_thinner() -> None:
    old = known("fever", hours=200, treated_area="calf", blood_thinner=True, asked_before=("time",))
    new = assess(old, says(intent="new_treatment"), NOW).case
    assert (new.findings, new.treated_area, new.blood_thinner, new.treated_at, new.asked_before) == ((), None, True, NOW, ())


REMEMBERED = [
    (says(intent="inform_time", hours=30), known(hours=30)),
    (says(intent="inform_area", area="calf"), known(treated_area="calf")),
    (says(intent="inform_blood_thinner", blood_thinner=True), known(blood_thinner=True)),
    (says(intent="inform_blood_thinner", blood_thinner=False), known(blood_thinner=False)),
    (says("soreness", hours=3, area="calf"), known("soreness", hours=3, treated_area="calf", highest_urgency=Urgency.SELF_CARE)),
    (says("better"), known(highest_urgency=Urgency.SELF_CARE)),  # passes: it does not stay with the case
    (mentions("fever", Assertion.ABSENT, intent="deny_symptoms"), known()),
]


@pytest.mark.parametrize(("message", "expected"), REMEMBERED)
def test_what_is_remembered(message: Message, expected: Case) -> None:
    assert assess(NOTHING, message, NOW).case == expected


@pytest.mark.parametrize(("area", "near"), [("upper back", True), ("neck", True), ("calf", False), (None, False)])
def test_an_area_near_the_chest_wall_is_marked(area: str | None, near: bool) -> None:
    assert assess(known(treated_area=area), says("chest_pain"), NOW).chest_wall is near


@pytest.mark.parametrize(
    ("times", "intent", "expected"),
    [(0, "nlu_fallback", 1), (1, "nlu_fallback", 2), (2, "thank", 0), (2, "report_soreness", 0)],
)
def test_messages_in_a_row_that_were_not_understood_are_counted(times: int, intent: str, expected: int) -> None:
    assert assess(known(misunderstood=times), says(intent=intent), NOW).case.misunderstood == expected


# Properties: for every case and message, not only for the rows above.


@given(cases(), messages(), found((Assertion.PRESENT,)))
def test_a_further_present_finding_never_lowers_the_urgency(case: Case, message: Message, finding: Finding) -> None:
    case = replace(case, asked=None)  # with a question open see `test_yes_and_something_else_…`
    more = replace(message, findings=(*message.findings, finding))
    assert assess(case, more, NOW).urgency >= assess(case, message, NOW).urgency


@given(cases(), messages(), st.lists(found(NOT_PRESENT), min_size=1, max_size=3))
def test_what_is_not_present_never_raises_the_urgency(case: Case, message: Message, findings: list[Finding]) -> None:
    more = replace(message, findings=(*message.findings, *findings))
    assert assess(case, more, NOW).urgency == assess(case, message, NOW).urgency


@given(st.sampled_from(sorted(PERSISTING)), plausible_hours, plausible_hours, st.sampled_from([None, True, False]))
@example("soreness", 72, 72.1, None)
def test_more_hours_never_lower_the_urgency_of_soreness(finding: str, one: float, other: float, thinner: bool | None) -> None:
    sooner, later = (assess(known(blood_thinner=thinner), says(finding, hours=h), NOW) for h in sorted((one, other)))
    assert sooner.urgency <= later.urgency


@given(cases(), messages(), plausible_hours, plausible_hours)
def test_more_hours_never_lower_the_urgency_of_anything(case: Case, message: Message, one: float, other: float) -> None:
    sooner, later = (assess(case, replace(message, hours=h), NOW) for h in sorted((one, other)))
    assert sooner.urgency <= later.urgency


@given(st.sampled_from(EMERGENCIES), st.lists(messages(tuple({*INTENTS} - {"help_received", "new_treatment"})), max_size=6))
def test_an_emergency_stays_until_help_has_come(finding: str, later: list[Message]) -> None:
    case = assess(NOTHING, says(finding), NOW).case
    for message in later:
        assessment = assess(case, message, NOW)
        assert assessment.urgency is Urgency.EMERGENCY
        case = assessment.case


@given(cases(), messages())
def test_it_never_raises_and_the_highest_urgency_never_falls(case: Case, message: Message) -> None:
    assessment = assess(case, message, NOW)
    assert isinstance(assessment, Assessment)
    if not (assessment.new_treatment or assessment.help_received):
        assert assessment.case.highest_urgency >= max(case.highest_urgency, assessment.urgency)


@given(cases(), messages())
def test_a_present_finding_always_counts_in_full(case: Case, message: Message) -> None:
    assessment = assess(case, message, NOW)
    levels = [Urgency.of(dict(FINDINGS)[name]) for name in message.present]
    assert assessment.urgency >= max(levels, default=Urgency.NONE)


@given(cases(), messages())
def test_it_is_a_pure_function(case: Case, message: Message) -> None:
    assert assess(case, message, NOW) == assess(case, message, NOW)


@given(st.lists(st.sampled_from(FROM_A_MESSAGE), unique=True).map(tuple))
def test_findings_that_follow_from_others_are_named_once(names: tuple[str, ...]) -> None:
    assert len(set(combined(names))) == len(combined(names))
    assert not set(combined(names)) & set(names)
