"""Weighs what speaks for and against a finding: a small table of weights, one row a level (`tables/judgement.yml`).

The weights were learned from the training data alone (out-of-fold predictions; `python -m tools.fit_judgement`), the
thresholds chosen on the development set. A finding that a pattern or the network raised is a report of the patient
when the weighted evidence says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from aftercare.findings import Assertion, Urgency, load

#: The order of the weights in tables/judgement.yml.
FEATURES = tuple(
    "bias probability alarm pattern_present pattern_taken_back not_a_report asked doubtful pattern_and_alarm".split()
)
_ASKS = 0.5  # from here on a clause with a mild word is a question about it, not a report
_FLOOR = 0.003  # probabilities are clipped here before their logit is taken
_LEAST = math.log(0.01 / 0.99)  # below, even a sign that holds its own negation is nothing: "it hurts, but not when I breathe"


@dataclass(frozen=True)
class Evidence:
    """What was gathered for one finding. Probabilities are 0 to 1; `instead` is its status when it is no report.

    `negation_inside`: a negation is part of the finding itself ("not breathing"), so that a denial says nothing.
    """

    level: Urgency
    probability: float = 0.0
    alarm: float = 0.0
    pattern_present: bool = False
    pattern_taken_back: bool = False
    negation_inside: bool = False
    not_a_report: float = 0.0
    asked: float = 0.0
    doubtful: bool = False
    instead: Assertion = Assertion.FIGURATIVE

    def features(self) -> list[float]:
        """The numbers that are weighed, in the order of `FEATURES`."""
        alarm = _logit(self.alarm)
        pattern, taken_back = float(self.pattern_present), float(self.pattern_taken_back)
        return [
            1.0,
            _logit(self.probability),
            alarm,
            pattern,
            taken_back,
            _logit(self.not_a_report),
            _logit(self.asked),
            float(self.doubtful),
            pattern * alarm,
        ]


def is_report(evidence: Evidence) -> bool:
    """Whether the finding is present by the weight of evidence for its level.

    "When it is not clear whether a red flag is present, it is present" (TRIAGE.md): a tenth of certainty is enough for an
    emergency, less when a pattern says so too. A sign that holds its own negation ("not breathing well") is present unless the
    rules prove otherwise, and so are the plain words of milder findings that the network takes for nothing else.
    """
    row = _rows()[evidence.level.label]
    asks_about_mild = evidence.level <= Urgency.SELF_CARE and evidence.asked >= _ASKS
    weight = sum(weight * value for weight, value in zip(row.weights, evidence.features()))
    plain = (evidence.negation_inside and weight >= _LEAST) or evidence.not_a_report < row.plain_words
    if evidence.pattern_present and plain and not evidence.doubtful and not asks_about_mild:
        return True
    return weight >= (row.with_pattern if evidence.pattern_present else row.threshold)


@dataclass(frozen=True)
class _Row:
    weights: tuple[float, ...]
    threshold: float  # a logit, as is `with_pattern`
    with_pattern: float
    plain_words: float  # a probability


@cache
def _rows() -> dict[str, _Row]:
    return {
        level: _Row(
            tuple(float(row["weights"][name]) for name in FEATURES),
            _logit(float(row["threshold"])),
            _logit(float(row["with_pattern"])),
            float(row["plain_words"]),
        )
        for level, row in load("judgement").items()
    }


def _logit(probability: float) -> float:
    clipped = min(max(probability, _FLOOR), 1 - _FLOOR)
    return math.log(clipped / (1 - clipped))
