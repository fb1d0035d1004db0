"""What to say, as names of responses in domain.yml, most urgent first and questions after (TRIAGE.md, "Urgency").

No sentence is written here: a response's text, source and sign-off are in domain.yml.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from aftercare.case import PERSISTING, Case
from aftercare.findings import Assertion, Urgency, level_of, load
from aftercare.message import Message
from aftercare.timeline import Phase, hours_since, phase_of
from aftercare.triage import Assessment

#: Answers whose text depends on the hours since treatment; the response name ends in the phase.
TIMED_ANSWERS = frozenset({"duration", "exercise", "heat_or_ice"})
_SOCIAL = {
    "greet": "utter_greet",
    "thank": "utter_thank",
    "goodbye": "utter_goodbye",
    "bot_challenge": "utter_bot_challenge",
    "out_of_scope": "utter_out_of_scope",
    "feedback": "utter_feedback",
    "deny_symptoms": "utter_glad_no_warning_signs",
    "withdraw": "utter_withdrawn",
    "affirm": "utter_nothing_asked",
    "deny": "utter_nothing_asked",
    "dont_know": "utter_nothing_asked",
    "help_received": "utter_glad_you_were_seen",
}
_FIRST_AID = ("self_harm", "uncontrolled_bleeding", "allergic_reaction", "collapse")
_MOST_ANSWERS = 3


@dataclass(frozen=True)
class Reply:
    """A response to utter: its name and the values for its placeholders."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)


def compose(
    assessment: Assessment, message: Message, now: datetime, opening_said: bool = False
) -> tuple[tuple[Reply, ...], Case]:
    """The replies to one message, and the case with the question that they end on.

    `opening_said`: a rule has already uttered `utter_emergency`, `utter_crisis` or `utter_urgent`.
    """
    replies = [*_report(assessment, message, now, opening_said)]
    if not assessment.new_emergency:
        replies += _noted(assessment, message, now, bool(replies))
        replies += _answers(assessment, message, now)
    elif message.questions:
        replies.append(Reply("utter_questions_later"))
    reminded = [reply.name for reply in replies] == ["utter_emergency_short"]
    unclear = message.intent == "nlu_fallback" or message.intent.startswith("report_")
    if not replies or (reminded and not unclear):  # no menu in the middle of an emergency
        replies += _social(assessment, message)
    asked = _question(assessment, message, now)
    if asked:
        replies.append(Reply(f"utter_ask_{asked}"))
    case = assessment.case
    before = case.asked_before + ((asked,) if asked else ())
    return tuple(replies), replace(case, asked=asked, asked_before=before)


def _report(assessment: Assessment, message: Message, now: datetime, opening_said: bool) -> Iterator[Reply]:
    names = [finding.name for finding in assessment.reported]
    if assessment.help_received:
        yield Reply("utter_help_received")
    elif assessment.new_emergency:
        yield from _emergency(assessment, names, opening_said)
    elif assessment.urgency is Urgency.EMERGENCY:
        yield Reply("utter_emergency_short")
    elif assessment.urgency is Urgency.URGENT:
        yield from _urgent(assessment, names, opening_said)
    elif assessment.urgency is Urgency.CONTACT_CLINIC:
        yield from _contact_clinic(assessment, names, now)
    elif assessment.urgency is Urgency.SELF_CARE:
        yield from _self_care(assessment, now)


def _emergency(assessment: Assessment, names: list[str], opening_said: bool) -> Iterator[Reply]:
    crisis = "self_harm" in names
    if not opening_said:
        yield Reply("utter_crisis" if crisis else "utter_emergency")
    words = next(
        (finding.words for finding in assessment.reported if level_of(finding.name) is Urgency.EMERGENCY and finding.words), ""
    )
    if words and not crisis:
        yield Reply("utter_emergency_you_wrote", {"words": shortened(words)})
    if assessment.chest_wall and {"chest_pain", "breathlessness", "dry_cough"} & set(names):
        yield Reply("utter_emergency_chest_wall", {"treated_area_said": assessment.case.treated_area})
    for name in _FIRST_AID:
        if name in names:
            yield Reply(f"utter_first_aid_{name}")
            break
    yield Reply("utter_emergency_tell_me")


def _urgent(assessment: Assessment, names: list[str], opening_said: bool) -> Iterator[Reply]:
    thinner = bool(assessment.case.blood_thinner)
    new = [name for name in names if level_of(name, thinner) is Urgency.URGENT]
    if not new:
        yield Reply("utter_urgent_reminder")
        return
    if not opening_said:
        yield Reply("utter_urgent")
    for name in new[:2]:
        yield Reply(f"utter_urgent_{name}")


def _contact_clinic(assessment: Assessment, names: list[str], now: datetime) -> Iterator[Reply]:
    new = [name for name in dict.fromkeys(names) if level_of(name) is Urgency.CONTACT_CLINIC]
    lasting = assessment.case.lasts_too_long(now) and (bool(PERSISTING & set(names)) or assessment.time_given)
    if not new and not lasting:
        yield Reply("utter_contact_clinic_reminder")
        return
    yield from (Reply(f"utter_contact_clinic_{name}") for name in new[:2])
    if lasting:
        yield Reply("utter_contact_clinic_beyond_72_hours")
    yield Reply("utter_contact_clinic_how")


def _self_care(assessment: Assessment, now: datetime) -> Iterator[Reply]:
    case, names = assessment.case, {finding.name for finding in assessment.reported}
    held = names or set(case.findings)
    if "small_bruise" in held:
        yield Reply("utter_self_care_small_bruise")
    if "twitching" in held:
        yield Reply("utter_self_care_twitching")
    if "unwell" in names:
        yield Reply("utter_self_care_unwell")
    if "better" in names:
        yield Reply("utter_self_care_better")
    if {"soreness", "stiff_neck"} & held:
        hours = hours_since(case.treated_at, now)
        boundary = hours is not None and abs(hours - 72) < 1
        yield Reply("utter_self_care_three_days" if boundary else f"utter_self_care_{phase_of(hours).value}")


def _noted(assessment: Assessment, message: Message, now: datetime, answered_already: bool) -> Iterator[Reply]:
    if assessment.time_problem:
        yield Reply("utter_time_not_plausible")
        return
    if assessment.new_treatment:
        yield Reply("utter_new_treatment")
    elif assessment.time_given and not answered_already and not message.questions:
        yield Reply(f"utter_time_noted_{assessment.case.phase(now).value}")
    if message.area and not answered_already and not message.questions and not assessment.time_given:
        yield Reply("utter_area_noted", {"treated_area_said": message.area})
    if message.blood_thinner is not None and not answered_already:
        yield Reply("utter_blood_thinner_noted" if message.blood_thinner else "utter_no_blood_thinner_noted")
    if assessment.answered == "no" and not answered_already:
        yield Reply("utter_glad_no_warning_signs")
    elif assessment.answered == "dont_know" and not answered_already:
        yield Reply("utter_time_unknown")


def _answers(assessment: Assessment, message: Message, now: datetime) -> Iterator[Reply]:
    for topic in message.questions[:_MOST_ANSWERS]:
        if topic == "what_if":
            yield Reply(_what_if(message))
        elif topic in TIMED_ANSWERS:
            yield Reply(f"utter_answer_{topic}_{assessment.case.phase(now).value}")
        elif topic == "nsaids" and assessment.case.blood_thinner:
            yield Reply("utter_answer_nsaids_on_blood_thinner")
        else:
            yield Reply(f"utter_answer_{topic}" if not topic.startswith("everyday_") else f"utter_{topic}")


def _what_if(message: Message) -> str:
    supposed = [level_of(f.name) for f in message.findings if f.assertion is Assertion.HYPOTHETICAL]
    return (
        f"utter_what_if_{max(supposed).label}"
        if supposed and max(supposed) >= Urgency.CONTACT_CLINIC
        else "utter_answer_warning_signs"
    )


def _social(assessment: Assessment, message: Message) -> Iterator[Reply]:
    if message.intent in _SOCIAL:
        yield Reply(_SOCIAL[message.intent])
    elif message.intent.startswith("report_"):
        yield Reply("utter_rephrase")
    elif message.intent == "nlu_fallback":
        # First a rephrase with buttons, then a menu with the clinic's phone, after that one short line: nothing loops.
        times = assessment.case.misunderstood
        yield Reply("utter_rephrase" if times <= 1 else "utter_menu" if times == 2 else "utter_still_not_understood")
    elif message.intent.startswith("inform_"):
        yield Reply("utter_noted")
    else:
        yield Reply("utter_rephrase")


def _question(assessment: Assessment, message: Message, now: datetime) -> str | None:
    """The one question that the reply ends on: each is asked at most once a treatment (TRIAGE.md)."""
    case, names = assessment.case, {finding.name for finding in assessment.reported}
    if assessment.urgency >= Urgency.URGENT:
        return None
    wanted = []
    if "unwell" in names:
        wanted.append("red_flags")
    if "severe_bruise" in names and case.blood_thinner is None:
        wanted.append("blood_thinner")
    if case.treated_at is None and assessment.urgency <= Urgency.SELF_CARE and _needs_time(names, message.questions):
        wanted.append("time")
    return next((question for question in wanted if question not in case.asked_before), None)


def _needs_time(names: Iterable[str], questions: Iterable[str]) -> bool:
    return bool(PERSISTING & set(names)) or bool(TIMED_ANSWERS & set(questions))


def shortened(words: str) -> str:
    """The patient's words on one line, at most 120 characters, safe for Rasa's interpolator."""
    line = " ".join(words.replace("{", "(").replace("}", ")").split()).strip(" ,.;:-")
    return line if len(line) <= 120 else line[:119].rsplit(" ", 1)[0] + "…"


def response_names() -> frozenset[str]:
    """Every response that this module can name; a test holds domain.yml to it."""
    names = set(_SOCIAL.values()) | {f"utter_first_aid_{name}" for name in _FIRST_AID}
    names |= {f"utter_answer_{topic}_{phase.value}" for topic in TIMED_ANSWERS for phase in Phase}
    names |= {f"utter_self_care_{phase.value}" for phase in Phase if phase is not Phase.BEYOND}
    names |= {f"utter_time_noted_{phase.value}" for phase in Phase if phase is not Phase.UNKNOWN}
    names |= {f"utter_everyday_{name}" for name in (*load("everyday"), "other")}
    for name, row in load("findings").items():
        if row["level"] == "urgent" or row.get("level_on_blood_thinner") == "urgent":
            names.add(f"utter_urgent_{name}")
        if row["level"] == "contact_clinic":
            names.add(f"utter_contact_clinic_{name}")
    return frozenset(names | _OTHER_RESPONSES)


_OTHER_RESPONSES = frozenset(
    f"utter_{name}"
    for name in """
    emergency crisis emergency_short emergency_you_wrote emergency_chest_wall emergency_tell_me help_received
    questions_later urgent urgent_reminder contact_clinic_reminder contact_clinic_beyond_72_hours contact_clinic_how
    self_care_small_bruise self_care_twitching self_care_unwell self_care_better self_care_three_days time_not_plausible
    new_treatment area_noted blood_thinner_noted no_blood_thinner_noted time_unknown answer_hydration answer_nsaids
    answer_nsaids_on_blood_thinner answer_acetaminophen answer_stretching answer_warning_signs answer_how_it_works
    answer_contact answer_limits what_if_emergency what_if_urgent what_if_contact_clinic rephrase menu
    still_not_understood noted ask_time ask_blood_thinner ask_red_flags problem
    """.split()
)
