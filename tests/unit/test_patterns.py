"""The pattern language of findings.yml: classes, choices, gaps that never skip a negation, exceptions."""

from __future__ import annotations

from functools import cache

import pytest

from aftercare.patterns import PatternDetector, clinical_words, compile_pattern
from aftercare.text import words

TABLE = [
    # (message, finding, the words it stands on; None: not found)
    ("pain in my chest", "chest_pain", "pain in my chest"),
    ("my chest hurts", "chest_pain", "chest hurts"),
    ("it hurts a lot when I breathe in", "chest_pain", "hurts a lot when i breathe"),
    ("I am out of breath", "breathlessness", "out of breath"),
    ("out breath", "breathlessness", "out breath"),  # "of?" may be missing
    ("a dry cough", "dry_cough", "cough"),
    ("suicidal", "self_harm", "suicidal"),
    ("shivering all night", "fever", "shivering"),
    ("my arm tingles and my arm tingles", "numbness", "tingles"),
    ("sorely tested", "soreness", "sorely"),  # "sore*" is a stem
    # a gap is not skipped over a negation, a contrast or the end of a sentence
    ("my chest is not sore", "chest_pain", None),
    ("my chest is fine but my leg hurts", "chest_pain", None),
    ("good chest. sore leg", "chest_pain", None),
    # a gap has its length
    ("chest one two three pain", "chest_pain", "chest one two three pain"),
    ("chest one two three four pain", "chest_pain", None),
    # exceptions take a match back
    ("chest day was pain", "chest_pain", None),
    ("the pain relief for my chest", "chest_pain", None),
    ("cough syrup", "dry_cough", None),
    ("hay fever", "fever", None),
    ("a breath of fresh air", "breathlessness", None),
]


@cache
def detector() -> PatternDetector:
    return PatternDetector()


@pytest.mark.parametrize(("message", "finding", "stands_on"), TABLE)
def test_what_the_patterns_find(message: str, finding: str, stands_on: str | None) -> None:
    texts = [word.text for word in words(message)]
    found = [" ".join(texts[m.start : m.end]) for m in detector().find(texts) if m.finding == finding]
    assert (stands_on in found) if stands_on else (found == [])


def test_nothing_is_found_in_nothing() -> None:
    assert detector().find([]) == []


def test_the_shortest_of_overlapping_matches_is_kept() -> None:
    found = [(m.start, m.end) for m in detector().find(["pain", "pain", "in", "chest"]) if m.finding == "chest_pain"]
    assert found == [(1, 4)]


@pytest.mark.parametrize(
    ("pattern", "tokens"),
    [
        ("fever", [{"TEXT": {"IN": ["fever"]}}]),
        ("fever|chills", [{"TEXT": {"IN": ["fever", "chills"]}}]),
        ("of? breath", [{"TEXT": {"IN": ["of"]}, "OP": "?"}, {"TEXT": {"IN": ["breath"]}}]),
        ("sore*", [{"TEXT": {"REGEX": "^(?:sore.*)$"}}]),
    ],
)
def test_how_a_pattern_is_compiled(pattern: str, tokens: list[dict[str, object]]) -> None:
    assert compile_pattern(pattern) == [tokens]


@pytest.mark.parametrize(("pattern", "most_words"), [("a .. b", 5), ("a ... b", 9)])
def test_a_gap_skips_three_or_seven_words(pattern: str, most_words: int) -> None:
    [tokens] = compile_pattern(pattern)
    assert len(tokens) == most_words


def test_a_class_that_does_not_exist_is_named() -> None:
    with pytest.raises(ValueError, match=r"\{nonsense\}"):
        compile_pattern("{nonsense}")


def test_the_speller_learns_plain_words_only() -> None:
    assert {"breathless", "fever", "chest"} <= clinical_words()
    assert all(word.isalpha() and len(word) > 2 for word in clinical_words())
