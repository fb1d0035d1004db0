"""What outweighs what: plain words of an emergency are never outweighed, a film or a joke without a report is no alarm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.findings import Urgency, load
from aftercare.judgement import FEATURES, Evidence, is_report

EMERGENCY = Urgency.EMERGENCY
PROBABILITY = st.floats(0, 1)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        # both detectors agree
        (Evidence(EMERGENCY, probability=0.95, alarm=0.95, pattern_present=True), True),
        # the network alone, in words that no pattern knows
        (Evidence(EMERGENCY, probability=0.9, alarm=0.9), True),
        (Evidence(EMERGENCY, probability=0.1, alarm=0.05), False),
        # a pattern, and a network that is nearly sure of the contrary: a little doubt is enough for an alarm
        (Evidence(EMERGENCY, probability=0.05, alarm=0.05, pattern_present=True), True),
        (Evidence(EMERGENCY, probability=0.05, alarm=0.05), False),
        (Evidence(EMERGENCY, probability=0.001, alarm=0.001, pattern_present=True), False),
        # "not breathing well": the negation is part of the sign, so a likely denial says nothing
        (Evidence(EMERGENCY, probability=0.3, alarm=0.3, pattern_present=True, negation_inside=True, not_a_report=0.95), True),
        # "this film left me breathless": a pattern, a film, and a network that sees no report
        (Evidence(EMERGENCY, probability=0.01, alarm=0.01, pattern_present=True, doubtful=True, not_a_report=0.98), False),
        # a denial that the rules proved and the network agrees with
        (Evidence(EMERGENCY, probability=0.1, alarm=0.02, pattern_taken_back=True, not_a_report=0.95), False),
        # a mild word in a question is a question
        (Evidence(Urgency.SELF_CARE, probability=0.01, alarm=0.01, pattern_present=True, asked=0.95), False),
    ],
)
def test_the_weight_of_evidence(evidence: Evidence, expected: bool) -> None:
    assert is_report(evidence) is expected


@given(st.floats(0.1, 1), PROBABILITY, PROBABILITY, PROBABILITY)
def test_a_denial_never_outweighs_a_sign_that_holds_the_negation(p: float, alarm: float, denied: float, asked: float) -> None:
    holds = {"pattern_present": True, "negation_inside": True, "not_a_report": denied, "asked": asked}
    assert is_report(Evidence(EMERGENCY, p, alarm, **holds))
    assert is_report(Evidence(EMERGENCY, alarm, p, **holds))


def test_a_sign_that_holds_the_negation_is_nothing_where_the_networks_see_nothing_at_all() -> None:
    """ "It hurts when I press on it, not when I breathe"."""
    assert not is_report(Evidence(EMERGENCY, 0.001, 0.001, pattern_present=True, negation_inside=True, not_a_report=0.9))


@given(PROBABILITY, PROBABILITY)
def test_more_probability_never_makes_a_report_of_an_emergency_less_likely(lower: float, higher: float) -> None:
    lower, higher = sorted((lower, higher))
    assert is_report(Evidence(EMERGENCY, higher, higher)) or not is_report(Evidence(EMERGENCY, lower, lower))


def test_the_table_weighs_every_piece_of_evidence_for_every_level() -> None:
    for level in ("self_care", "contact_clinic", "urgent", "emergency"):
        assert set(load("judgement")[level]["weights"]) == set(FEATURES)
