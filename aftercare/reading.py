"""Reads a message: words, corrected words, clauses, and what the network makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aftercare.clauses import clauses
from aftercare.facts import fact_words
from aftercare.network import WEIGHTS, Passage, shared_network
from aftercare.patterns import clinical_words
from aftercare.spelling import Speller
from aftercare.text import Word, words


@dataclass(frozen=True)
class Reading:
    """A message as words (as written and as corrected), clauses (start, end in words) and passages that the network read."""

    raw: tuple[Word, ...]
    fixed: tuple[Word, ...]
    clauses: tuple[tuple[int, int], ...]
    passages: tuple[Passage, ...]


class Reader:
    """Reads messages. `corrects` off leaves spelling as it is (for ablation only)."""

    def __init__(self, corrects: bool = True) -> None:
        """Raises NetworkError."""
        self._network = shared_network()
        self._speller = shared_speller() if corrects else None

    def read(self, message: str) -> Reading:
        """Read one message. An empty one has neither clauses nor passages."""
        raw = words(message)
        fixed = self._speller.correct(raw) if self._speller else raw
        texts = [word.text for word in fixed]
        return Reading(tuple(raw), tuple(fixed), tuple(clauses(texts)) if texts else (), tuple(self._network.read(texts)))


@cache
def shared_speller() -> Speller:
    """The speller of this process: it leaves alone every word that patients in the training data wrote more than once."""
    return Speller(clinical_words() | fact_words(), vocabulary())


def vocabulary(folder: Path = WEIGHTS) -> list[str]:
    """The words of the training data that stand in it twice or more (written by `make network`)."""
    return (folder / "vocabulary.txt").read_text(encoding="utf-8").split()
