"""The pattern detector: rows of `tables/findings.yml` as spaCy Matcher patterns over a message's words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from aftercare.findings import finding_rows, load

#: Words that a gap (".." or "...") never skips: a finding may not be read over a negation or a contrast.
BARRIERS = ("not", "no", "never", "without", "nor", "neither", "but", "except", "although", "however", ".", "!", "?", ";")
_GAPS = {"..": 3, "...": 7}
_EXCEPTION = "!"


@dataclass(frozen=True)
class Match:
    """Words `start` to `end` (exclusive, counted in words) read as a finding."""

    finding: str
    start: int
    end: int


class PatternDetector:
    """Finds every row of the table in a list of words. Compiled once; `find` is pure.

    Each pattern is filed under the words of one part that it cannot do without, so that a message is only tried against the
    patterns that have a word in common with it: about a tenth of the time that all of them take.
    """

    def __init__(self) -> None:
        self._vocab = Vocab()
        self._filed: dict[str, Matcher] = {}
        for row in finding_rows().values():
            for name, patterns in ((row.name, row.patterns), (_EXCEPTION + row.name, row.exceptions)):
                for pattern in patterns:
                    for word in _anchors(pattern):
                        self._filed.setdefault(word, Matcher(self._vocab)).add(name, compile_pattern(pattern))

    def find(self, words: Sequence[str]) -> list[Match]:
        """Every match that no exception overlaps, the shortest of those that share words."""
        matchers = [self._filed[key] for key in self._keys(words)]
        if not matchers:
            return []
        strings, doc = self._vocab.strings, Doc(self._vocab, words=list(words))
        found: dict[str, set[tuple[int, int]]] = {}
        for matcher in matchers:
            for key, start, end in matcher(doc):
                found.setdefault(strings[key], set()).add((start, end))
        return [
            Match(name, start, end)
            for name, spans in found.items()
            if not name.startswith(_EXCEPTION)
            for start, end in _shortest(sorted(spans))
            if not any(start < right and left < end for left, right in found.get(_EXCEPTION + name, ()))
        ]

    def _keys(self, words: Sequence[str]) -> list[str]:
        """The files that words of the message point to: the word itself, or its beginning ("breath*")."""
        possible = [form for word in dict.fromkeys(words) for form in (word, *(f"{word[:n]}*" for n in range(1, len(word) + 1)))]
        return [form for form in dict.fromkeys(possible) if form in self._filed]


def _anchors(pattern: str) -> list[str]:
    """The words (or beginnings, with `*`) of the part of a pattern that has fewest of them; one of them must be there."""
    required = [part for part in pattern.split() if part not in _GAPS and not part.endswith("?")]
    choices = [[word for choice in part.split("|") for word in _expand(choice)] for part in required]
    if not choices:
        raise ValueError(f"tables/findings.yml: the pattern {pattern!r} has no word that must be there")
    return min(choices, key=lambda words: (len(words), -max(map(len, words))))


def _shortest(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans that hold no other span within them."""
    for start, end in spans:
        if not any((s, e) != (start, end) and start <= s and e <= end for s, e in spans):
            yield start, end


def compile_pattern(pattern: str) -> list[list[dict[str, Any]]]:
    """One pattern of the table as spaCy token patterns. Raises ValueError for an unknown word class."""
    tokens: list[dict[str, Any]] = []
    for part in pattern.split():
        if part in _GAPS:
            tokens += [{"TEXT": {"NOT_IN": list(BARRIERS)}, "OP": "?"}] * _GAPS[part]
            continue
        optional = part.endswith("?")
        token: dict[str, Any] = {"TEXT": _one_of(part.rstrip("?"))}
        tokens.append({**token, "OP": "?"} if optional else token)
    return [tokens]


@cache
def _one_of(part: str) -> dict[str, Any]:
    words = [word for choice in part.split("|") for word in _expand(choice)]
    stems = [word[:-1] for word in words if word.endswith("*")]
    if not stems:
        return {"IN": words}
    exact = [re.escape(word) for word in words if not word.endswith("*")]
    return {"REGEX": "^(?:" + "|".join(exact + [re.escape(stem) + ".*" for stem in stems]) + ")$"}


def _expand(choice: str) -> list[str]:
    if not choice.startswith("{"):
        return [choice]
    try:
        return [str(word) for word in load("words")[choice.strip("{}")]]
    except KeyError:
        raise ValueError(f"tables/findings.yml: there is no word class {choice} in words.yml") from None


@cache
def clinical_words() -> frozenset[str]:
    """Every plain word that the tables name, for the speller."""
    texts = [p for row in finding_rows().values() for p in row.patterns]
    literal = {word for text in texts for part in text.split() if "{" not in part for word in re.split(r"[|?]", part)}
    classed = {str(word) for words in load("words").values() for word in words}
    return frozenset(word for word in literal | classed if word.isalpha() and len(word) > 2)
