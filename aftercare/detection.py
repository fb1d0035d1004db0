"""Which findings a message holds: word patterns and the network side by side, then what the message asserts of each.

Either detector can raise a finding. `tables/assertion.yml` takes back what it can prove absent, hypothetical, historical
or somebody else's; what is left is weighed once more (`judgement`), so that a word pattern in a sentence about a film
does not alarm, and a frightened sentence without any of our words does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aftercare.assertion import assertion_of, doubtful_cue, faint_is_over
from aftercare.findings import Assertion, Finding, finding_rows, level_of
from aftercare.judgement import Evidence, is_report
from aftercare.measurements import measurements
from aftercare.network import Passage
from aftercare.patterns import Match, PatternDetector
from aftercare.reading import Reading
from aftercare.text import Word

#: A finding that holds one of these holds the negation, or ends it ("no pain until …"): a sentence that sounds like a denial
#: then says nothing.
NEGATIONS = frozenset("not no never without hardly barely unable except until till unless".split())
#: A quotation of the patient does not begin with one of these.
_LINKS = frozenset("and but so also though although because then plus . , ; : - ! ? …".split())
_CONSIDERED = 0.05  # the network puts a finding up for judgement from this probability on
_TELLS_SOMETHING = 3  # words of a clause that can be quoted by itself
_NOT_A_REPORT = {
    "intent:ask_what_if": Assertion.HYPOTHETICAL,
    "intent:ask_warning_signs": Assertion.HYPOTHETICAL,
    "intent:ask_how_it_works": Assertion.HYPOTHETICAL,
    "intent:deny_symptoms": Assertion.ABSENT,
    "intent:out_of_scope": Assertion.FIGURATIVE,
}


@dataclass(frozen=True)
class _Candidate:
    """A finding raised by one detector, with the words (in words) it stands on."""

    finding: Finding
    start: int
    end: int


class Detector:
    """Both detectors, the assertion rules and the judgement; each can be left out to measure what it contributes."""

    def __init__(self, patterns: bool = True, network: bool = True, assertion: bool = True) -> None:
        self._patterns = PatternDetector() if patterns else None
        self._network, self._assertion = network, assertion

    def detect(self, reading: Reading) -> list[Finding]:
        """Every finding of the message with its assertion status, most urgent first; one entry a finding."""
        found = [self._decided(evidence, candidates) for evidence, candidates in self.evidence(reading)]
        if faint_is_over([word.text for word in reading.fixed]):
            found = [replace(f, name="fainted_or_dizzy") if f.name == "collapse" else f for f in found]
        found = [_widened(finding, reading) for finding in found]
        return sorted(found, key=lambda finding: -level_of(finding.name))

    def evidence(self, reading: Reading) -> list[tuple[Evidence, list[Finding]]]:
        """For every finding that a detector raised: what speaks for and against it, and the candidates themselves."""
        grouped: dict[str, list[_Candidate]] = {}
        for candidate in self._candidates(reading):
            grouped.setdefault(candidate.finding.name, []).append(candidate)
        return [(_evidence(name, group, reading), [c.finding for c in group]) for name, group in grouped.items()]

    def _candidates(self, reading: Reading) -> list[_Candidate]:
        found: list[_Candidate] = []
        fixed = [word.text for word in reading.fixed]
        if self._patterns:
            found = _by_patterns(reading.fixed, self._patterns)
            if [word.text for word in reading.raw] != fixed:
                found += _only_in(_by_patterns(reading.raw, self._patterns), found)
        if self._network:
            found += _by_network(reading)
        measured_low = _measured_low(fixed) - {c.finding.name for c in found if c.finding.detector == "pattern"}
        return [candidate for candidate in found if candidate.finding.name not in measured_low]

    def _decided(self, evidence: Evidence, candidates: list[Finding]) -> Finding:
        """One finding with its final status; the words are those of a candidate with that status where there is one."""
        by_status = {finding.assertion: finding for finding in reversed(candidates)}
        if not self._assertion:
            return replace(candidates[0], assertion=Assertion.PRESENT)
        if is_report(evidence) if self._network else Assertion.PRESENT in by_status:
            return replace(by_status.get(Assertion.PRESENT, candidates[0]), assertion=Assertion.PRESENT)
        taken_back = next((f for f in candidates if not f.present), None)
        return taken_back or replace(candidates[0], assertion=evidence.instead)


def _widened(finding: Finding, reading: Reading) -> Finding:
    """The finding with the whole clause it stands in: "I get puffed on the stairs" says more to a nurse than "puffed".

    Where the network looked at a clause of a word or two ("a cough that won't stop? dry one"), with the one before it.
    """
    before, found = finding.start, (finding.start, finding.end)
    for first, last in reading.clauses:
        start, end = _bare(reading.fixed, first, last)
        if start <= finding.start and finding.end <= end:
            told = sum(word.text[0].isalnum() for word in reading.fixed[first:last])
            found = (before if finding.detector == "network" and told < _TELLS_SOMETHING else start, end)
            break
        before = start
    return replace(finding, start=found[0], end=found[1])


def _bare(words: Sequence[Word], start: int, end: int) -> tuple[int, int]:
    """Where those words stand in the message, without a link or punctuation at their edges."""
    while start < end - 1 and words[start].text in _LINKS:
        start += 1
    while end - 1 > start and not words[end - 1].text[0].isalnum():
        end -= 1
    return words[start].start, words[end - 1].end


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


def _by_network(reading: Reading) -> list[_Candidate]:
    """What the network raises, on the clause that holds the word it looked at most."""
    found = []
    for passage in reading.passages:
        for name in finding_rows():
            if passage.probabilities.get(name, 0.0) >= _CONSIDERED:
                at = passage.places.get(name, passage.start)
                start, end = next(((a, b) for a, b in reading.clauses if a <= at < b), (passage.start, passage.end))
                place = _bare(reading.fixed, start, end)
                found.append(_Candidate(Finding(name, Assertion.PRESENT, "", *place, "network"), start, end))
    return found


def _evidence(name: str, group: list[_Candidate], reading: Reading) -> Evidence:
    """Gather what speaks for and against a finding; probabilities are the highest over the passages it touches."""
    texts = [word.text for word in reading.fixed]
    here = [p for p in reading.passages if any(p.start < g.end and g.start < p.end for g in group)] or list(reading.passages)
    best = max(here, key=lambda passage: passage.probabilities.get(name, 0.0), default=Passage(0, 0, {}, {}))
    level = level_of(name)
    patterns = [g for g in group if g.finding.detector == "pattern"]
    against = {label: best.probabilities.get(label, 0.0) for label in _NOT_A_REPORT}
    label = max(against, key=lambda one: against[one])
    return Evidence(
        level=level,
        probability=best.probabilities.get(name, 0.0),
        alarm=max((p.probabilities.get(f"level:{level.label}", 0.0) for p in here), default=0.0),
        pattern_present=any(g.finding.present for g in patterns),
        negation_inside=any(NEGATIONS & set(texts[g.start : g.end]) for g in patterns if g.finding.present),
        pattern_taken_back=bool(patterns) and not any(g.finding.present for g in patterns),
        not_a_report=against[label],
        asked=max((p for one, p in best.probabilities.items() if one.startswith("intent:ask_")), default=0.0),
        doubtful=any(doubtful_cue(texts, g.start) is not None for g in group if g.start < len(texts)),
        instead=_NOT_A_REPORT[label],
    )
