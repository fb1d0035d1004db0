"""Which findings a message holds: word patterns and classifiers side by side, then what the message asserts of each.

Either detector can raise a finding. It is taken back only by a row of `tables/assertion.yml`, or, for figurative speech
and for what the classifier alone saw, by a classifier that is sure that the clause is no report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aftercare.assertion import assertion_of, clause_is_taken_back, doubtful_cue, faint_is_over
from aftercare.findings import Assertion, Finding, Urgency, finding_rows, level_of
from aftercare.measurements import measurements
from aftercare.patterns import Match, PatternDetector
from aftercare.text import Word

#: A classifier raises a finding from this probability on. Lower where a miss costs most; chosen on tests/nlu/dev.
THRESHOLDS = {Urgency.EMERGENCY: 0.35, Urgency.URGENT: 0.4, Urgency.CONTACT_CLINIC: 0.5, Urgency.SELF_CARE: 0.5}
_NO_REPORT = 0.25  # below this the classifier does not think that a clause reports a finding …
_NO_REPORT_IN_DOUBT = 0.6  # … and where the words speak of a film, a price, somebody else, below this
_SURE = 0.6  # from this on a clause is taken for a question, a denial or small talk
_NOT_A_REPORT = {
    "intent:ask_what_if": Assertion.HYPOTHETICAL,
    "intent:ask_warning_signs": Assertion.HYPOTHETICAL,
    "intent:ask_how_it_works": Assertion.HYPOTHETICAL,
    "intent:deny_symptoms": Assertion.ABSENT,
    "intent:out_of_scope": Assertion.FIGURATIVE,
}


@dataclass(frozen=True)
class Clause:
    """Words `start` to `end` of the corrected message with what the classifiers make of them (label: probability)."""

    start: int
    end: int
    probabilities: Mapping[str, float]


class Detector:
    """Both detectors and the assertion rules; each can be left out to measure what it contributes."""

    def __init__(self, patterns: bool = True, classifiers: bool = True, assertion: bool = True) -> None:
        self._patterns = PatternDetector() if patterns else None
        self._classifiers, self._assertion = classifiers, assertion

    def detect(self, raw: Sequence[Word], fixed: Sequence[Word], clauses: Sequence[Clause]) -> list[Finding]:
        """Every finding of the message with its assertion status, most urgent first; one entry a finding and status."""
        found: list[Finding] = []
        if self._patterns:
            found = _by_patterns(fixed, clauses, self._patterns)
            if [word.text for word in raw] != [word.text for word in fixed]:
                found += _only_in(_by_patterns(raw, (), self._patterns), found)
        if self._classifiers:
            found += _by_classifiers(fixed, clauses, found)
        if faint_is_over([word.text for word in fixed]):
            found = [replace(f, name="fainted_or_dizzy") if f.name == "collapse" else f for f in found]
        if not self._assertion:
            found = [replace(finding, assertion=Assertion.PRESENT) for finding in found]
        kept: dict[tuple[str, Assertion], Finding] = {}
        for finding in found:
            kept.setdefault((finding.name, finding.assertion), finding)
        return sorted(kept.values(), key=lambda finding: -level_of(finding.name))


def _only_in(raw: Sequence[Finding], fixed: Sequence[Finding]) -> list[Finding]:
    """Present findings that only the uncorrected words show: a correction may not hide one."""
    seen = {(finding.name, place) for finding in fixed for place in range(finding.start, finding.end)}
    return [f for f in raw if f.present and not any((f.name, place) in seen for place in range(f.start, f.end))]


def _by_patterns(words: Sequence[Word], clauses: Sequence[Clause], patterns: PatternDetector) -> list[Finding]:
    texts = [word.text for word in words]
    matches = _with_measurements(patterns.find(texts), texts)
    places = [(match.start, match.end) for match in matches]
    return [_judged(match, texts, places, words, clauses) for match in matches]


def _with_measurements(matches: list[Match], texts: list[str]) -> list[Match]:
    """Numbers decide over words: "temperature of 37" is no fever, "38.9" is one, "9/10" is severe pain."""
    measured = measurements(texts)
    below = {m.finding for m in measured if not m.reached} - {m.finding for m in measured if m.reached}
    kept = [match for match in matches if match.finding not in below or not {"temperature", "temp"} & set(texts[match.start : match.end])]
    return kept + [Match(m.finding, m.start, m.end) for m in measured if m.reached]


def _judged(match: Match, texts: list[str], places: list[tuple[int, int]], words: Sequence[Word], clauses: Sequence[Clause]) -> Finding:
    status = assertion_of(texts, match.finding, match.start, match.end, [place for place in places if place != (match.start, match.end)])
    if status is Assertion.PRESENT and clauses:
        status = _second_opinion(match, texts, clauses)
    return Finding(match.finding, status, "", words[match.start].start, words[match.end - 1].end, "pattern")


def _second_opinion(match: Match, texts: list[str], clauses: Sequence[Clause]) -> Assertion:
    """Figurative speech and mild words in questions: the classifier must see a report too."""
    here = [clause for clause in clauses if clause.start < match.end and match.start < clause.end] or list(clauses)
    report = max(clause.probabilities.get(match.finding, 0.0) for clause in here)
    doubt = doubtful_cue(texts, match.start)
    if doubt and report < _NO_REPORT_IN_DOUBT:
        return doubt
    if report < _NO_REPORT and level_of(match.finding) <= Urgency.SELF_CARE:
        asked = max(p for clause in here for label, p in clause.probabilities.items() if label.startswith("intent:ask_"))
        if asked >= 0.5:
            return Assertion.HYPOTHETICAL
    return Assertion.PRESENT


def _by_classifiers(words: Sequence[Word], clauses: Sequence[Clause], by_patterns: Sequence[Finding]) -> list[Finding]:
    texts = [word.text for word in words]
    found = []
    for clause in clauses:
        place = (words[clause.start].start, words[clause.end - 1].end)
        for name in finding_rows():
            probability = clause.probabilities.get(name, 0.0)
            if probability < THRESHOLDS[level_of(name)]:
                continue
            status = _status_in_clause(name, probability, clause, texts, place, by_patterns)
            found.append(Finding(name, status, "", *place, "classifier"))
    return found


def _status_in_clause(name: str, probability: float, clause: Clause, texts: list[str], place: tuple[int, int], by_patterns: Sequence[Finding]) -> Assertion:
    same = [f for f in by_patterns if f.name == name and f.start < place[1] and place[0] < f.end]
    if same:
        return same[0].assertion if not any(f.present for f in same) else Assertion.PRESENT
    status = clause_is_taken_back(texts, name, clause.start, clause.end)
    if status is not Assertion.PRESENT:
        return status
    label, other = max(((label, clause.probabilities.get(label, 0.0)) for label in _NOT_A_REPORT), key=lambda pair: pair[1])
    return _NOT_A_REPORT[label] if other >= _SURE and other > probability else Assertion.PRESENT

