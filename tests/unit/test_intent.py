"""The intent of a message and the questions in it, from the network's yes/no and from its findings."""

from __future__ import annotations

import pytest
import yaml

from aftercare.findings import TABLES, Assertion, Finding
from aftercare.intent import FALLBACK, intent_of, questions, ranking
from aftercare.network import Passage


def passage(start: int = 0, end: int = 5, **intents: float) -> Passage:
    """A passage whose intents were seen one after the other."""
    labels = {f"intent:{name}": probability for name, probability in intents.items()}
    return Passage(start, end, labels, {label: start + at for at, label in enumerate(labels)})


CHEST = Finding("chest_pain")
SORE = Finding("soreness")
BRUISE = Finding("severe_bruise")
SEEN_BY_NETWORK = Finding("fever", detector="network")
NO_FEVER = Finding("fever", Assertion.ABSENT)

INTENTS = [
    # passages, findings, on a thinner, facts: the intent
    # a present finding decides, whatever else the network says
    ([passage(thank=0.99)], [CHEST], False, (), "report_chest_breathing"),
    ([passage(ask_duration=0.9)], [CHEST], False, (), "report_chest_breathing"),
    ([passage()], [CHEST], False, (), "report_chest_breathing"),
    ([passage(greet=0.9)], [SORE], False, (), "report_soreness"),
    ([passage()], [SORE, CHEST], False, (), "report_chest_breathing"),
    ([passage()], [BRUISE], False, (), "report_bruising"),
    ([passage()], [BRUISE], True, (), "report_bruise_on_thinner"),
    ([passage()], [BRUISE, SORE], True, (), "report_bruise_on_thinner"),
    # a finding that is not present does not
    ([passage(deny_symptoms=0.9)], [NO_FEVER], False, (), "deny_symptoms"),
    ([passage(ask_what_if=0.9)], [Finding("fever", Assertion.HYPOTHETICAL)], False, (), "ask_what_if"),
    # a report that no finding bears out gives way to what else was said
    ([passage(report_soreness=0.9, thank=0.5)], [], False, (), "thank"),
    ([passage(report_chest_breathing=0.9)], [], False, (), FALLBACK),
    # substance before chatter
    ([passage(greet=0.9, ask_duration=0.8)], [], False, (), "ask_duration"),
    ([passage(0, 3, greet=0.95), passage(3, 9, ask_nsaids=0.9)], [], False, (), "ask_nsaids"),
    ([passage(greet=0.9, ask_duration=0.01)], [], False, (), "greet"),
    # facts speak where nothing else was understood
    ([passage()], [], False, ("elapsed_time",), "inform_time"),
    ([passage()], [], False, ("treated_area",), "inform_area"),
    ([passage()], [], False, ("blood_thinner",), "inform_blood_thinner"),
    ([passage()], [], False, ("elapsed_time", "treated_area"), "inform_time"),
    ([passage(thank=0.9)], [], False, ("treated_area",), "thank"),
    # help has come
    ([passage(help_received=0.9)], [], False, (), "help_received"),
    ([passage(help_received=0.9)], [SEEN_BY_NETWORK], False, (), "help_received"),
    ([passage(help_received=0.9)], [CHEST], False, (), "report_chest_breathing"),
    ([passage(help_received=0.9)], [Finding("blue_lips", detector="network")], False, (), "report_chest_breathing"),
    # a new treatment and how it feels
    ([passage(new_treatment=0.9)], [SORE], False, (), "new_treatment"),
    # nothing at all
    ([passage(greet=0.01)], [], False, (), FALLBACK),
    ([], [], False, (), FALLBACK),
]


@pytest.mark.parametrize(("passages", "findings", "on_thinner", "facts", "expected"), INTENTS)
def test_which_intent_it_is(
    passages: list[Passage], findings: list[Finding], on_thinner: bool, facts: tuple[str, ...], expected: str
) -> None:
    assert intent_of(passages, findings, on_thinner, facts)[0] == expected


@pytest.mark.parametrize("name", yaml.safe_load((TABLES / "findings.yml").read_text(encoding="utf-8")))
def test_a_present_finding_is_never_a_fallback(name: str) -> None:
    intent, confidence = intent_of([passage(nlu_fallback=0.9, greet=0.9)], [Finding(name)], False, ())
    assert intent.startswith("report_")
    assert confidence == 1.0


def test_a_red_flag_outweighs_a_new_treatment() -> None:
    assert intent_of([passage(new_treatment=0.9)], [CHEST], False, ())[0] == "report_chest_breathing"


def test_confidence_is_a_probability() -> None:
    for passages, findings, on_thinner, facts, _ in INTENTS:
        assert 0 <= intent_of(passages, findings, on_thinner, facts)[1] <= 1


QUESTIONS = [
    ([passage(ask_nsaids=0.9)], ("nsaids",)),
    # every topic that is asked about for sure, in the order in which they are asked
    ([passage(ask_nsaids=0.9, ask_acetaminophen=0.8)], ("nsaids", "acetaminophen")),
    ([passage(0, 40, ask_exercise=0.6, ask_hydration=0.9)], ("exercise", "hydration")),
    ([passage(0, 60, ask_heat_or_ice=0.9), passage(40, 90, ask_exercise=0.7)], ("heat_or_ice", "exercise")),
    ([passage(0, 60, ask_heat_or_ice=0.9), passage(40, 90, ask_heat_or_ice=0.7)], ("heat_or_ice",)),
    # when none is sure, the likeliest
    ([passage(ask_nsaids=0.22, ask_acetaminophen=0.3)], ("acetaminophen",)),
    ([passage(ask_nsaids=0.9, ask_acetaminophen=0.3)], ("nsaids",)),
    ([passage(ask_nsaids=0.01, report_soreness=0.9)], ()),
    ([], ()),
]


@pytest.mark.parametrize(("passages", "expected"), QUESTIONS)
def test_what_is_asked(passages: list[Passage], expected: tuple[str, ...]) -> None:
    assert questions(passages) == expected


def test_each_intent_has_its_best_probability_over_the_passages() -> None:
    assert ranking([passage(greet=0.2, thank=0.6), passage(greet=0.9)]) == [("greet", 0.9), ("thank", 0.6)]
