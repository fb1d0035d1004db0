"""The triage policy: from what is known and what was just said to an urgency and a new state of the case.

`assess` is pure. The urgency of a reply is a maximum over findings, so a further finding can never lower it
(TRIAGE.md, "Urgency, most urgent first").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aftercare.case import PERSISTING, Case
from aftercare.facts import near_chest_wall
from aftercare.findings import Finding, Urgency, level_of, load
from aftercare.message import Message
from aftercare.timeline import is_plausible

#: Nothing clinical is said with these; their level is `none` unless an emergency is open.
SOCIAL_INTENTS = frozenset(
    {"greet", "thank", "goodbye", "bot_challenge", "out_of_scope", "feedback", "nlu_fallback", "affirm", "deny", "dont_know"}
)
#: Questions about the clinic itself (phone, hours, booking): with these, too, nothing clinical is said.
NOT_CLINICAL = frozenset({"contact"})

#: Findings that the patient's own mild words may set aside again; they do not stay with the case.
PASSING = frozenset({"better", "unwell"})


@dataclass(frozen=True)
class Assessment:
    """The decision on one message.

    `urgency` is the level of the reply; `reported` the findings of this message that count, most urgent first;
    `case` what is now known. `time_problem` is set when a time was given that cannot be meant (future or over 30 days).
    """

    urgency: Urgency
    case: Case
    reported: tuple[Finding, ...] = ()
    new_emergency: bool = False
    help_received: bool = False
    time_problem: bool = False
    time_given: bool = False
    new_treatment: bool = False
    answered: str | None = None

    @property
    def chest_wall(self) -> bool:
        """Whether the treated area is near the chest wall, which belongs into an emergency reply and its record."""
        return near_chest_wall(self.case.treated_area)


def assess(case: Case, message: Message, now: datetime) -> Assessment:
    """Decide on one message. `now` is an aware datetime; the result's `case` replaces the given one."""
    new_treatment = message.intent == "new_treatment"
    if new_treatment:
        case = case.after_new_treatment()
    answered = _answer_to_question(case, message)
    case, time_given, time_problem = _with_facts(case, message, now, new_treatment, answered)
    reported = _reported(case, message, answered)
    names = tuple(finding.name for finding in reported)
    before = case
    case = case.with_findings(tuple(name for name in names if name not in PASSING))
    case = case.with_findings(combined(case.findings))
    if message.intent == "help_received" and case.emergency_open and not _emergencies(names):
        return _help_received(case)
    urgency = _urgency(case, message, names, before, time_given, answered, now)
    new_emergency = urgency is Urgency.EMERGENCY and bool(
        _emergencies(case.findings) - _emergencies(before.findings) or _emergencies(names)
    )
    case = replace(
        case,
        emergency_open=case.emergency_open or urgency is Urgency.EMERGENCY,
        highest_urgency=max(case.highest_urgency, urgency),
        misunderstood=case.misunderstood + 1 if message.intent == "nlu_fallback" and not answered else 0,
    )
    return Assessment(urgency, case, reported, new_emergency, False, time_problem, time_given, new_treatment, answered)


def combined(names: tuple[str, ...]) -> tuple[str, ...]:
    """Findings that follow from others together, by `tables/combinations.yml` (fever with a stiff neck …)."""
    held = set(names)
    return tuple(
        row["is"] for row in load("combinations") if row["when"] in held and held & set(row["with"]) and row["is"] not in held
    )


def _help_received(case: Case) -> Assessment:
    """The patient has called or been seen: professionals have taken over what was found, the prompt may stop."""
    urgency = Urgency.EMERGENCY
    return Assessment(urgency, replace(case, emergency_open=False, findings=(), asked=None, misunderstood=0), help_received=True)


def _answer_to_question(case: Case, message: Message) -> str | None:
    """yes, no or dont_know when the message answers the question that was asked, else None."""
    answers = {"affirm": "yes", "deny": "no", "dont_know": "dont_know", "deny_symptoms": "no"}
    if case.asked is None:
        return None
    if case.asked == "red_flags" and (message.intent in ("affirm", "dont_know") or message.answer in ("yes", "dont_know")):
        return "yes" if "yes" in (message.answer, answers.get(message.intent)) else "dont_know"
    if message.present or message.questions:
        return None
    if case.asked == "time" and message.intent == "inform_time" and message.hours is None:
        return "dont_know"  # "I do not know when it was"
    return answers.get(message.intent)


def _with_facts(
    case: Case, message: Message, now: datetime, new_treatment: bool, answered: str | None
) -> tuple[Case, bool, bool]:
    hours = 0.0 if new_treatment and message.hours is None else message.hours
    time_given = hours is not None and is_plausible(hours)
    if time_given and hours is not None:
        case = replace(case, treated_at=now - timedelta(hours=hours))
    if message.area:
        case = replace(case, treated_area=message.area)
    if message.blood_thinner is not None:
        case = replace(case, blood_thinner=message.blood_thinner)
    elif case.asked == "blood_thinner" and answered in ("yes", "no"):
        case = replace(case, blood_thinner=answered == "yes")
    return case, time_given, hours is not None and not time_given


def _reported(case: Case, message: Message, answered: str | None) -> tuple[Finding, ...]:
    """The present findings. "Yes" and "don't know" to the question about red flags count as a red flag."""
    present = [finding for finding in message.findings if finding.present]
    if case.asked == "red_flags" and answered in ("yes", "dont_know"):
        present.append(Finding("red_flag_not_ruled_out", detector="question"))
    return tuple(sorted(present, key=lambda f: -level_of(f.name, bool(case.blood_thinner))))


def _emergencies(names: tuple[str, ...]) -> set[str]:
    return {name for name in names if level_of(name) is Urgency.EMERGENCY}


def _urgency(
    case: Case, message: Message, names: tuple[str, ...], before: Case, time_given: bool, answered: str | None, now: datetime
) -> Urgency:
    if case.emergency_open:
        return Urgency.EMERGENCY
    known = case.urgency(now)
    said = max((level_of(name, bool(case.blood_thinner)) for name in (*names, *combined(case.findings))), default=Urgency.NONE)
    if message.intent in SOCIAL_INTENTS and not names and not answered and not time_given and not message.questions:
        return Urgency.NONE
    if PERSISTING & set(names) and case.lasts_too_long(now):
        said = max(said, Urgency.CONTACT_CLINIC)
    if known >= Urgency.CONTACT_CLINIC:
        return max(known, said)
    if names:
        return said
    if set(message.questions) - NOT_CLINICAL:
        return Urgency.INFO
    completes = (
        time_given
        or answered is not None
        or message.intent in ("inform_area", "inform_blood_thinner", "deny_symptoms", "report_better")
    )
    if completes and known:
        return known
    if message.intent.startswith(("inform_", "new_treatment", "deny_symptoms", "withdraw", "help_received")):
        return Urgency.NONE
    is_clinical = message.intent.startswith("ask_") and message.intent.removeprefix("ask_") not in NOT_CLINICAL
    return Urgency.INFO if is_clinical else Urgency.NONE
