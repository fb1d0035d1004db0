"""Reads a message: words, corrected words, clauses, and what the classifiers make of each clause."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aftercare.classifier import LabelClassifier
from aftercare.clauses import clauses
from aftercare.detection import Clause, alarm_label
from aftercare.encoder import Vectors, shared_encoder
from aftercare.facts import fact_words
from aftercare.findings import level_of
from aftercare.patterns import clinical_words
from aftercare.spelling import Speller
from aftercare.text import Word, joined, words

_WEIGHTS, _VOCABULARY = "labels.npz", "vocabulary.json"
#: More clauses than this are read together at the end: a wall of text must not hold up every other patient.
_MOST_CLAUSES = 24


@dataclass(frozen=True)
class Reading:
    """A message as words (as written and corrected) and clauses; the last clause is the whole message when there are several."""

    raw: tuple[Word, ...]
    fixed: tuple[Word, ...]
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Example:
    """A training example: what a patient wrote, the intents that are true of it and the findings that it asserts."""

    text: str
    intents: tuple[str, ...]
    findings: tuple[str, ...] = ()


class Reader:
    """A trained reader. `read` is a pure function of the message."""

    def __init__(self, classifier: LabelClassifier, vocabulary: Sequence[str], corrects: bool = True) -> None:
        self._classifier = classifier
        self._vocabulary = list(vocabulary)
        self._speller = Speller(clinical_words() | fact_words(), vocabulary) if corrects else None

    @classmethod
    def train(cls, examples: Sequence[Example]) -> Reader:
        """Learn the labels of all examples; a few tens of seconds on two cores."""
        vocabulary = _vocabulary(examples)
        speller = Speller(clinical_words() | fact_words(), vocabulary)
        texts = [joined(speller.correct(words(example.text))) for example in examples]
        gold = [labels_of(example) for example in examples]
        return cls(LabelClassifier.train(texts, encode_many(texts), gold), vocabulary)

    def read(self, message: str) -> Reading:
        """Read one message. An empty one has no clauses."""
        raw = words(message)
        fixed = self._speller.correct(raw) if self._speller else raw
        places = _places([word.text for word in fixed])
        if not places:
            return Reading(tuple(raw), tuple(fixed), ())
        texts = [joined(fixed[start:end]) for start, end in places]
        rows = self._classifier.probabilities(texts, shared_encoder().encode(texts))
        labels = self._classifier.labels
        read = (Clause(start, end, dict(zip(labels, row.tolist()))) for (start, end), row in zip(places, rows))
        return Reading(tuple(raw), tuple(fixed), tuple(read))

    def save(self, folder: Path) -> None:
        """Write the weights and the vocabulary into a folder."""
        self._classifier.save(folder / _WEIGHTS)
        (folder / _VOCABULARY).write_text(json.dumps(self._vocabulary), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, corrects: bool = True) -> Reader:
        """Read what `save` wrote. `corrects` off leaves spelling as it is. Raises FileNotFoundError."""
        vocabulary = json.loads((folder / _VOCABULARY).read_text(encoding="utf-8"))
        return cls(LabelClassifier.load(folder / _WEIGHTS), vocabulary, corrects)


def labels_of(example: Example) -> set[str]:
    """All labels that are true of an example: its findings, its intents, and the levels that its findings reach."""
    levels = {alarm_label(level_of(name)) for name in example.findings}
    return {*example.findings, *(f"intent:{name}" for name in example.intents), *levels}


def encode_many(texts: Sequence[str]) -> Vectors:
    """Sentence vectors of many texts on all cores (the encoder works outside the interpreter's lock)."""
    encoder = shared_encoder()
    with ThreadPoolExecutor() as pool:
        return np.concatenate(list(pool.map(lambda text: encoder.encode([text]), texts, chunksize=32)))


def _vocabulary(examples: Iterable[Example]) -> list[str]:
    """Words of the training data that stand in it twice or more: the speller leaves them alone."""
    counts: dict[str, int] = {}
    for example in examples:
        for word in words(example.text):
            counts[word.text] = counts.get(word.text, 0) + 1
    return sorted(word for word, count in counts.items() if count > 1 and word.isalpha())


def _places(texts: Sequence[str]) -> list[tuple[int, int]]:
    places = clauses(texts)
    if len(places) > _MOST_CLAUSES:
        places = [*places[: _MOST_CLAUSES - 1], (places[_MOST_CLAUSES - 1][0], len(texts))]
    return [*places, (0, len(texts))] if len(places) > 1 else places
