"""Reads a message: words, corrected words, clauses, and what the network makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aftercare.clauses import clauses
from aftercare.facts import fact_words
from aftercare.network import WEIGHTS, Reply, shared_network
from aftercare.patterns import clinical_words
from aftercare.spelling import Speller
from aftercare.text import Word, words

#: A passage is what the network reads at once. Patients' messages rarely have more words than one; a long one is read in
#: passages that overlap, so that no sentence is seen only in part.
PASSAGE_WORDS, OVERLAP_WORDS = 60, 20


@dataclass(frozen=True)
class Passage:
    """Words `start` to `end` of the corrected message with the network's probability (0 to 1) for every label.

    `places`: for a label the word (index in the message) that the network looked at most.
    """

    start: int
    end: int
    probabilities: Mapping[str, float]
    places: Mapping[str, int]


@dataclass(frozen=True)
class Reading:
    """A message as words (as written and as corrected), clauses (start, end in words) and passages."""

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
        passages = (_passage(start, end, self._network.read(texts[start:end])) for start, end in passage_places(len(texts)))
        return Reading(tuple(raw), tuple(fixed), tuple(clauses(texts)) if texts else (), tuple(passages))


@cache
def shared_speller() -> Speller:
    """The speller of this process: it leaves alone every word that patients in the training data wrote more than once."""
    return Speller(clinical_words() | fact_words(), vocabulary())


def vocabulary(folder: Path = WEIGHTS) -> list[str]:
    """The words of the training data that stand in it twice or more (written by `make network`)."""
    return (folder / "vocabulary.txt").read_text(encoding="utf-8").split()


def passage_places(length: int) -> Sequence[tuple[int, int]]:
    """Where the passages of a message of `length` words begin and end."""
    if length <= PASSAGE_WORDS:
        return [(0, length)] if length else []
    starts = range(0, length - OVERLAP_WORDS, PASSAGE_WORDS - OVERLAP_WORDS)
    return [(start, min(length, start + PASSAGE_WORDS)) for start in starts]


def _passage(start: int, end: int, reply: Reply) -> Passage:
    return Passage(start, end, reply.probabilities, {label: start + at for label, at in reply.looked_at.items()})
