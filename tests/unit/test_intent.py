"""The intent of a message and the questions in it, from yes/no classifiers over its clauses and from its findings."""

from __future__ import annotations

import pytest
import yaml

from aftercare.detection import Clause
from aftercare.findings import TABLES, Assertion, Finding
from aftercare.intent import FALLBACK, intent_of, questions, ranking


def clause(start: int = 0, end: int = 5, **intents: float) -> Clause:
    return Clause(start, end, {f"intent:{name}": probability for name, probability in intents.items()})


CHEST = Finding("chest_pain")
SORE = Finding("soreness")
BRUISE = Finding("severe_bruise")
SEEN_BY_CLASSIFIER = Finding("fever", detector="classifier")
NO_FEVER = Finding("fever", Assertion.ABSENT)

INTENTS = [
    # clauses, findings, on a thinner, facts: the intent
    # a present finding decides, whatever the classifiers say
    ([clause(thank=0.99)], [CHEST], False, (), "report_chest_breathing"),
    ([clause(ask_duration=0.9)], [CHEST], False, (), "report_chest_breathing"),
    ([clause()], [CHEST], False, (), "report_chest_breathing"),
    ([clause(greet=0.9)], [SORE], False, (), "report_soreness"),
    ([clause()], [SORE, CHEST], False, (), "report_chest_breathing"),
    ([clause()], [BRUISE], False, (), "report_bruising"),
    ([clause()], [BRUISE], True, (), "report_bruise_on_thinner"),
    ([clause()], [BRUISE, SORE], True, (), "report_bruise_on_thinner"),
    # a finding that is not present does not
    ([clause(deny_symptoms=0.9)], [NO_FEVER], False, (), "deny_symptoms"),
    ([clause(ask_what_if=0.9)], [Finding("fever", Assertion.HYPOTHETICAL)], False, (), "ask_what_if"),
    # a report that no finding bears out gives way to what else was said
    ([clause(report_soreness=0.9, thank=0.5)], [], False, (), "thank"),
    ([clause(report_chest_breathing=0.9)], [], False, (), FALLBACK),
    # substance before chatter
    ([clause(greet=0.9, ask_duration=0.8)], [], False, (), "ask_duration"),
    ([clause(0, 3, greet=0.95), clause(3, 9, ask_nsaids=0.9)], [], False, (), "ask_nsaids"),
    ([clause(greet=0.9, ask_duration=0.01)], [], False, (), "greet"),
    # facts speak where nothing else was understood
    ([clause()], [], False, ("elapsed_time",), "inform_time"),
    ([clause()], [], False, ("treated_area",), "inform_area"),
    ([clause()], [], False, ("blood_thinner",), "inform_blood_thinner"),
    ([clause()], [], False, ("elapsed_time", "treated_area"), "inform_time"),
    ([clause(thank=0.9)], [], False, ("treated_area",), "thank"),
    # help has come
    ([clause(help_received=0.9)], [], False, (), "help_received"),
    ([clause(help_received=0.9)], [SEEN_BY_CLASSIFIER], False, (), "help_received"),
    ([clause(help_received=0.9)], [CHEST], False, (), "report_chest_breathing"),
    # a new treatment and how it feels
    ([clause(new_treatment=0.9)], [SORE], False, (), "new_treatment"),
    # nothing at all
    ([clause(greet=0.01)], [], False, (), FALLBACK),
    ([], [], False, (), FALLBACK),
]


@pytest.mark.parametrize(("clauses", "findings", "on_thinner", "facts", "expected"), INTENTS)
def test_which_intent_it_is(
    clauses: list[Clause], findings: list[Finding], on_thinner: bool, facts: tuple[str, ...], expected: str
) -> None:
    assert intent_of(clauses, findings, on_thinner, facts)[0] == expected


@pytest.mark.parametrize("name", yaml.safe_load((TABLES / "findings.yml").read_text(encoding="utf-8")))
def test_a_present_finding_is_never_a_fallback(name: str) -> None:
    intent, confidence = intent_of([clause(nlu_fallback=0.9, greet=0.9)], [Finding(name)], False, ())
    assert intent.startswith("report_")
    assert confidence == 1.0


def test_a_red_flag_outweighs_a_new_treatment() -> None:
    assert intent_of([clause(new_treatment=0.9)], [CHEST], False, ())[0] == "report_chest_breathing"


def test_confidence_is_a_probability() -> None:
    for clauses, findings, on_thinner, facts, _ in INTENTS:
        assert 0 <= intent_of(clauses, findings, on_thinner, facts)[1] <= 1


QUESTIONS = [
    ([clause(ask_nsaids=0.9)], ("nsaids",)),
    ([clause(ask_nsaids=0.9, ask_acetaminophen=0.8)], ("nsaids",)),
    ([clause(0, 4, ask_heat_or_ice=0.9), clause(4, 9, ask_exercise=0.7)], ("heat_or_ice", "exercise")),
    ([clause(0, 4, ask_heat_or_ice=0.9), clause(4, 9, ask_heat_or_ice=0.7), clause(0, 9, ask_heat_or_ice=0.7)], ("heat_or_ice",)),
    ([clause(ask_nsaids=0.01, report_soreness=0.9)], ()),
    ([], ()),
]


@pytest.mark.parametrize(("clauses", "expected"), QUESTIONS)
def test_what_is_asked(clauses: list[Clause], expected: tuple[str, ...]) -> None:
    assert questions(clauses) == expected


@pytest.mark.xfail(strict=True, reason="they are in the order of their clauses' length")
def test_questions_are_in_the_order_in_which_they_were_asked() -> None:
    assert questions([clause(0, 9, ask_exercise=0.9), clause(9, 12, ask_hydration=0.9)]) == ("exercise", "hydration")


def test_each_intent_has_its_best_probability_over_the_clauses() -> None:
    assert ranking([clause(greet=0.2, thank=0.6), clause(greet=0.9)]) == [("greet", 0.9), ("thank", 0.6)]
