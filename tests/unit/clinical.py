"""Builders and generators that the tests of the clinical core share; they read like what they make."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from aftercare.case import Case
from aftercare.findings import Assertion, Finding, Urgency, finding_rows, load
from aftercare.message import Message
from aftercare.triage import PASSING

NOW = datetime(2026, 3, 12, 15, 0, tzinfo=timezone.utc)

FINDINGS = tuple(finding_rows())
EMERGENCIES = tuple(name for name, row in finding_rows().items() if row.level is Urgency.EMERGENCY)
#: Never in a message: what follows from an answer, or from other findings.
FROM_A_MESSAGE = tuple(name for name in FINDINGS if name != "red_flag_not_ruled_out")
QUESTIONS = (
    "duration", "hydration", "heat_or_ice", "nsaids", "acetaminophen", "exercise", "stretching", "warning_signs", "how_it_works",
    "contact", "limits", "what_if", *(f"everyday_{name}" for name in (*load("everyday"), "other")),
)  # fmt: skip
_INTENTS = """
    report_chest_breathing report_emergency report_self_harm report_infection report_leg_swelling report_bruise_on_thinner
    report_bruising report_strong_or_spreading_pain report_numbness report_other_concern report_soreness report_better
    ask_duration ask_hydration ask_heat_or_ice ask_nsaids ask_acetaminophen ask_exercise ask_stretching ask_warning_signs
    ask_how_it_works ask_contact ask_everyday ask_limits ask_what_if inform_time new_treatment inform_area
    inform_blood_thinner help_received withdraw deny_symptoms affirm deny dont_know greet thank goodbye bot_challenge
    feedback out_of_scope nlu_fallback
"""
INTENTS = tuple(_INTENTS.split())
ASKED = (None, "time", "blood_thinner", "red_flags")


def known(*findings: str, hours: float | None = None, **facts: Any) -> Case:
    """What was known before: findings, hours since the treatment, and any other field of a case."""
    treated_at = None if hours is None else NOW - timedelta(hours=hours)
    return Case(treated_at=treated_at, findings=findings, **facts)


def after_emergency(finding: str = "chest_pain", **facts: Any) -> Case:
    """What is known after an emergency that nobody has seen to yet."""
    return known(finding, emergency_open=True, highest_urgency=Urgency.EMERGENCY, **facts)


def says(*findings: str, intent: str = "", **facts: Any) -> Message:
    """A message that reports findings and states facts (hours, area, blood_thinner, questions)."""
    reported = tuple(Finding(name, words=name.replace("_", " ")) for name in findings)
    return Message(intent=intent or ("report_soreness" if findings else "nlu_fallback"), findings=reported, **facts)


def mentions(finding: str, assertion: Assertion, intent: str = "ask_what_if", **facts: Any) -> Message:
    """A message that names a finding without reporting it."""
    return Message(intent=intent, findings=(Finding(finding, assertion),), **facts)


def asks(*questions: str, **facts: Any) -> Message:
    """A message that asks about topics."""
    return Message(intent=f"ask_{questions[0].split('_other')[0]}", questions=questions, **facts)


# Generators for hypothesis.
hours = st.none() | st.floats(-100, 2000, allow_nan=False)
plausible_hours = st.floats(0, 720)
case_findings = st.lists(st.sampled_from([name for name in FINDINGS if name not in PASSING]), max_size=4, unique=True).map(tuple)


@st.composite
def cases(draw: Callable[..., Any]) -> Case:
    """Any case that conversations can lead to."""
    findings = draw(case_findings)
    since = draw(hours)
    open_ = bool(set(findings) & set(EMERGENCIES)) and draw(st.booleans())
    return Case(
        treated_at=None if since is None else NOW - timedelta(hours=since),
        treated_area=draw(st.sampled_from([None, *load("facts")["areas"]])),
        blood_thinner=draw(st.sampled_from([None, True, False])),
        findings=findings,
        highest_urgency=draw(st.sampled_from(list(Urgency))),
        emergency_open=open_,
        asked=draw(st.sampled_from(ASKED)),
        asked_before=draw(st.lists(st.sampled_from(ASKED[1:]), unique=True).map(tuple)),
        misunderstood=draw(st.integers(0, 5)),
    )


def found(assertions: tuple[Assertion, ...] = tuple(Assertion)) -> st.SearchStrategy[Finding]:
    """A finding of a message with one of these assertions."""
    words = st.sampled_from(["", "my words", "{a} " * 60])
    return st.builds(Finding, st.sampled_from(FROM_A_MESSAGE), st.sampled_from(assertions), words)


@st.composite
def messages(draw: Callable[..., Any], intents: tuple[str, ...] = INTENTS) -> Message:
    """Any message, sensible or not."""
    return Message(
        intent=draw(st.sampled_from(intents)),
        findings=draw(st.lists(found(), max_size=4).map(tuple)),
        questions=draw(st.lists(st.sampled_from(QUESTIONS), max_size=4, unique=True).map(tuple)),
        hours=draw(hours),
        area=draw(st.sampled_from([None, "calf", "upper back"])),
        blood_thinner=draw(st.sampled_from([None, True, False])),
    )
