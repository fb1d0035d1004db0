"""The semantic detector: for each label its own yes or no, from a sentence vector and hashed word pieces.

Labels are findings, intents and levels alike; each has its own output, so that two things in one sentence do not compete
as they would for a single winner. A small ensemble: networks over the sentence vector alone (meaning) and one over the
vector and the words (wording), averaged as logits. Weights are arrays (npz): nothing is unpickled.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from aftercare.encoder import Vectors

_VECTOR_SCALE, _SPARSE_SCALE = 4.0, 2.0  # unit vectors are too small beside the penalty (DESIGN.md)
_MEANING_MEMBERS = 3
_WORDS = HashingVectorizer(n_features=2**13, ngram_range=(1, 2), token_pattern=r"\S+", alternate_sign=False)
_PIECES = HashingVectorizer(n_features=2**13, analyzer="char_wb", ngram_range=(2, 4), alternate_sign=False)

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class _Member:
    """One hidden layer: `into` and `onto` with their biases. `wording` members also see the word pieces."""

    wording: bool
    into: Array
    into_bias: Array
    onto: Array
    onto_bias: Array

    def logits(self, vectors: Array, pieces: csr_matrix) -> Array:
        size = vectors.shape[1]
        hidden = vectors @ self.into[:size] + self.into_bias
        if self.wording:
            hidden = hidden + pieces @ self.into[size:]
        result: Array = np.maximum(hidden, 0.0) @ self.onto + self.onto_bias
        return result


@dataclass(frozen=True)
class LabelClassifier:
    """Yes/no classifiers over the same features, one output a label."""

    labels: list[str]
    members: list[_Member]

    @classmethod
    def train(cls, texts: Sequence[str], vectors: Vectors, gold: Sequence[set[str]]) -> LabelClassifier:
        """Fit every label in `gold` (the labels that are true of each text). Deterministic: the seeds are fixed."""
        labels = sorted(set().union(*gold))
        truth = np.array([[label in true for label in labels] for true in gold], dtype=np.int8)
        dense = vectors * _VECTOR_SCALE
        both = hstack([csr_matrix(dense), _pieces(texts)]).tocsr()

        def fit(seed: int) -> _Member:
            wording = seed == 0
            size, epochs, penalty, rate = (192, 8, 1e-2, 1e-3) if wording else (256, 25, 1e-2, 2e-3)
            model = MLPClassifier(
                (size,), alpha=penalty, max_iter=epochs, learning_rate_init=rate, batch_size=128, random_state=seed
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # stopped early on purpose
                model.fit(both if wording else dense, truth)
            (into, onto), (into_bias, onto_bias) = model.coefs_, model.intercepts_
            return _Member(wording, *(np.ascontiguousarray(part, np.float32) for part in (into, into_bias, onto, onto_bias)))

        # One thread a member: numpy works outside the interpreter's lock, and its own threads would only get in the way.
        with threadpool_limits(1), ThreadPoolExecutor() as pool:
            return cls(labels, list(pool.map(fit, range(1 + _MEANING_MEMBERS))))

    def probabilities(self, texts: Sequence[str], vectors: Vectors) -> Array:
        """One row a text, one column a label (in the order of `labels`), each between 0 and 1 by itself."""
        dense = (vectors * _VECTOR_SCALE).astype(np.float32)
        pieces = _pieces(texts)
        wording = [member.logits(dense, pieces) for member in self.members if member.wording]
        meaning = [member.logits(dense, pieces) for member in self.members if not member.wording]
        logits = (np.mean(wording, axis=0) + np.mean(meaning, axis=0)) / 2  # wording and meaning count the same
        probability: Array = 1.0 / (1.0 + np.exp(-logits))
        return probability

    def save(self, path: Path) -> None:
        """Write the weights to an npz file, in half precision."""
        arrays: dict[str, npt.NDArray[np.generic]] = {
            "labels": np.array(self.labels),
            "wording": np.array([m.wording for m in self.members]),
        }
        for at, member in enumerate(self.members):
            parts = zip(
                ("into", "into_bias", "onto", "onto_bias"), (member.into, member.into_bias, member.onto, member.onto_bias)
            )
            arrays |= {f"{name}_{at}": part.astype(np.float16) for name, part in parts}
        np.savez(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> LabelClassifier:
        """Read what `save` wrote. Raises FileNotFoundError."""
        with np.load(path, allow_pickle=False) as stored:
            members = [
                _Member(
                    bool(wording),
                    *(stored[f"{name}_{at}"].astype(np.float32) for name in ("into", "into_bias", "onto", "onto_bias")),
                )
                for at, wording in enumerate(stored["wording"])
            ]
            return cls([str(label) for label in stored["labels"]], members)


def _pieces(texts: Sequence[str]) -> csr_matrix:
    return (hstack([_WORDS.transform(texts), _PIECES.transform(texts)]) * _SPARSE_SCALE).tocsr().astype(np.float32)
