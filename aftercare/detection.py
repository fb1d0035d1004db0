"""Which findings a message holds: word patterns and classifiers side by side, then what the message asserts of each.

Either detector can raise a finding. `tables/assertion.yml` takes back what it can prove absent, hypothetical, historical
or somebody else's; what is left is weighed once more (`judgement`), so that a word pattern in a sentence about a film
does not alarm, and a frightened sentence without any of our words does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aftercare.assertion import assertion_of, clause_is_taken_back, doubtful_cue, faint_is_over
from aftercare.findings import Assertion, Finding, Urgency, finding_rows, level_of
from aftercare.judgement import Evidence, is_report
from aftercare.measurements import measurements
from aftercare.patterns import Match, PatternDetector
from aftercare.text import Word

#: A finding that holds one of these holds the negation, or ends it ("no pain until …"): a clause that sounds like a denial
#: then says nothing.
NEGATIONS = frozenset("not no never without hardly barely unable except until till unless".split())
_CONSIDERED = 0.1  # a classifier puts a finding up for judgement from this probability on
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


@dataclass(frozen=True)
class _Candidate:
    """A finding raised by one detector, with the words (in words) it stands on."""

    finding: Finding
    start: int
    end: int


class Detector:
    """Both detectors, the assertion rules and the judgement; each can be left out to measure what it contributes."""

    def __init__(self, patterns: bool = True, classifiers: bool = True, assertion: bool = True) -> None:
        self._patterns = PatternDetector() if patterns else None
        self._classifiers, self._assertion = classifiers, assertion

    def detect(self, raw: Sequence[Word], fixed: Sequence[Word], clauses: Sequence[Clause]) -> list[Finding]:
        """Every finding of the message with its assertion status, most urgent first; one entry a finding and status."""
        found = [self._decided(evidence, candidates) for evidence, candidates in self.evidence(raw, fixed, clauses)]
        if faint_is_over([word.text for word in fixed]):
            found = [replace(f, name="fainted_or_dizzy") if f.name == "collapse" else f for f in found]
        found = [_widened(finding, fixed, clauses) for finding in found]
        return sorted(found, key=lambda finding: -level_of(finding.name))

    def evidence(
        self, raw: Sequence[Word], fixed: Sequence[Word], clauses: Sequence[Clause]
    ) -> list[tuple[Evidence, list[Finding]]]:
        """For every finding that a detector raised: what speaks for and against it, and the candidates themselves."""
        candidates = self._candidates(raw, fixed, clauses)
        texts = [word.text for word in fixed]
        grouped: dict[str, list[_Candidate]] = {}
        for candidate in candidates:
            grouped.setdefault(candidate.finding.name, []).append(candidate)
        return [(_evidence(name, group, clauses, texts), [c.finding for c in group]) for name, group in grouped.items()]

    def _candidates(self, raw: Sequence[Word], fixed: Sequence[Word], clauses: Sequence[Clause]) -> list[_Candidate]:
        found: list[_Candidate] = []
        if self._patterns:
            found = _by_patterns(fixed, self._patterns)
            if [word.text for word in raw] != [word.text for word in fixed]:
                found += _only_in(_by_patterns(raw, self._patterns), found)
        if self._classifiers:
            found += _by_classifiers(fixed, clauses)
        measured_low = _measured_low([word.text for word in fixed]) - {
            c.finding.name for c in found if c.finding.detector == "pattern"
        }
        return [candidate for candidate in found if candidate.finding.name not in measured_low]

    def _decided(self, evidence: Evidence, candidates: list[Finding]) -> Finding:
        """One finding with its final status; the words are those of a candidate with that status where there is one."""
        by_status = {finding.assertion: finding for finding in reversed(candidates)}
        if not self._assertion:
            return replace(candidates[0], assertion=Assertion.PRESENT)
        if is_report(evidence) if self._classifiers else Assertion.PRESENT in by_status:
            return replace(by_status.get(Assertion.PRESENT, candidates[0]), assertion=Assertion.PRESENT)
        taken_back = next((f for f in candidates if not f.present), None)
        return taken_back or replace(candidates[0], assertion=evidence.instead)


def _widened(finding: Finding, words: Sequence[Word], clauses: Sequence[Clause]) -> Finding:
    """The finding with the whole clause it stands in: "I get puffed on the stairs" says more to a nurse than "puffed"."""
    around = [(words[c.start].start, words[c.end - 1].end) for c in clauses]
    around = [(start, end) for start, end in around if start <= finding.start and finding.end <= end]
    start, end = min(around, key=lambda place: place[1] - place[0], default=(finding.start, finding.end))
    return replace(finding, start=start, end=end)


def _by_patterns(words: Sequence[Word], patterns: PatternDetector) -> list[_Candidate]:
    texts = [word.text for word in words]
    matches = _with_measurements(patterns.find(texts), texts)
    places = [(match.start, match.end) for match in matches]
    found = []
    for match in matches:
        others = [place for place in places if place != (match.start, match.end)]
        status = assertion_of(texts, match.finding, match.start, match.end, others)
        place = (words[match.start].start, words[match.end - 1].end)
        found.append(_Candidate(Finding(match.finding, status, "", *place, "pattern"), match.start, match.end))
    return found


def _with_measurements(matches: list[Match], texts: list[str]) -> list[Match]:
    """Numbers decide over words: "temperature of 37" is no fever, "38.9" is one, "9/10" is severe pain."""
    measured, below = measurements(texts), _measured_low(texts)
    kept = [
        match
        for match in matches
        if match.finding not in below or not {"temperature", "temp"} & set(texts[match.start : match.end])
    ]
    return kept + [Match(m.finding, m.start, m.end) for m in measured if m.reached]


def _measured_low(texts: list[str]) -> set[str]:
    """Findings whose every number is below what it takes."""
    measured = measurements(texts)
    return {m.finding for m in measured if not m.reached} - {m.finding for m in measured if m.reached}


def _only_in(raw: list[_Candidate], fixed: list[_Candidate]) -> list[_Candidate]:
    """Present findings that only the uncorrected words show: a correction may not hide one."""
    seen = {(c.finding.name, place) for c in fixed for place in range(c.finding.start, c.finding.end)}
    return [
        c
        for c in raw
        if c.finding.present and not any((c.finding.name, place) in seen for place in range(c.finding.start, c.finding.end))
    ]


def _by_classifiers(words: Sequence[Word], clauses: Sequence[Clause]) -> list[_Candidate]:
    texts = [word.text for word in words]
    found = []
    for clause in clauses:
        place = (words[clause.start].start, words[clause.end - 1].end)
        for name in finding_rows():
            if clause.probabilities.get(name, 0.0) >= _CONSIDERED:
                status = clause_is_taken_back(texts, name, clause.start, clause.end)
                found.append(_Candidate(Finding(name, status, "", *place, "classifier"), clause.start, clause.end))
    return found


def _evidence(name: str, group: list[_Candidate], clauses: Sequence[Clause], texts: list[str]) -> Evidence:
    """Gather what speaks for and against a finding; probabilities are the highest over the clauses it touches."""
    here = [c for c in clauses if any(c.start < g.end and g.start < c.end for g in group)] or list(clauses)
    best = max(here, key=lambda clause: clause.probabilities.get(name, 0.0), default=None)
    level = level_of(name)
    patterns = [g for g in group if g.finding.detector == "pattern"]
    against = {label: best.probabilities.get(label, 0.0) for label in _NOT_A_REPORT} if best else {}
    label = max(against, key=lambda one: against[one], default="intent:out_of_scope")
    asked = max((p for c in here for one, p in c.probabilities.items() if one.startswith("intent:ask_")), default=0.0)
    return Evidence(
        level=level,
        probability=best.probabilities.get(name, 0.0) if best else 0.0,
        alarm=max((c.probabilities.get(alarm_label(level), 0.0) for c in here), default=0.0),
        pattern_present=any(g.finding.present for g in patterns),
        negation_inside=any(NEGATIONS & set(texts[g.start : g.end]) for g in patterns if g.finding.present),
        pattern_taken_back=bool(patterns) and not any(g.finding.present for g in patterns),
        classifier_taken_back=not patterns and not any(g.finding.present for g in group),
        not_a_report=against.get(label, 0.0),
        asked=asked,
        doubtful=any(doubtful_cue(texts, g.start) is not None for g in group if g.start < len(texts)),
        instead=_NOT_A_REPORT[label],
    )


def alarm_label(level: Urgency) -> str:
    """The label that stands for "any finding of this level" among the classifiers' labels."""
    return f"level:{level.label}"
