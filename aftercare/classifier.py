"""The semantic detector: for each label its own yes or no, from a sentence vector and hashed word pieces.

Labels are findings and intents alike. One logistic regression a label, so that two things in one sentence do not
compete as they would for a single winner. Weights are arrays (npz): nothing is unpickled.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

from aftercare.encoder import Vectors

_VECTOR_SCALE = 10.0  # unit vectors are too small beside the default penalty of logistic regression (DESIGN.md)
_SPARSE_SCALE = 3.0
_PENALTY = 2.0
_TOLERANCE = 1e-2  # weights correlate .999 with those of the default 1e-4, in half the time
_WORDS = HashingVectorizer(n_features=2**14, ngram_range=(1, 2), token_pattern=r"\S+", alternate_sign=False)
_PIECES = HashingVectorizer(n_features=2**14, analyzer="char_wb", ngram_range=(2, 4), alternate_sign=False)

Probabilities = npt.NDArray[np.float32]


@dataclass
class LabelClassifier:
    """Yes/no classifiers over the same features, one column of `weights` a label."""

    labels: list[str]
    weights: npt.NDArray[np.float32]
    biases: npt.NDArray[np.float32]

    @classmethod
    def train(cls, texts: Sequence[str], vectors: Vectors, gold: Sequence[set[str]]) -> LabelClassifier:
        """Fit one classifier for every label in `gold` (the labels that are true of each text)."""
        labels = sorted(set().union(*gold))
        features = _features(texts, vectors)

        def fit(label: str) -> LogisticRegression:
            model = LogisticRegression(C=_PENALTY, solver="liblinear", tol=_TOLERANCE, max_iter=300)
            return model.fit(features, [label in true for true in gold])

        with ThreadPoolExecutor() as pool:  # liblinear works outside the interpreter's lock
            models = list(pool.map(fit, labels))
        weights = np.array([model.coef_[0] for model in models], np.float32).T
        return cls(labels, np.ascontiguousarray(weights), np.array([m.intercept_[0] for m in models], np.float32))

    def probabilities(self, texts: Sequence[str], vectors: Vectors) -> Probabilities:
        """One row a text, one column a label (in the order of `labels`), each between 0 and 1 by itself."""
        logits = _features(texts, vectors) @ self.weights + self.biases
        probability: Probabilities = 1.0 / (1.0 + np.exp(-np.asarray(logits, np.float32)))
        return probability

    def save(self, path: Path) -> None:
        """Write the weights to an npz file."""
        np.savez_compressed(path, labels=np.array(self.labels), weights=self.weights, biases=self.biases)

    @classmethod
    def load(cls, path: Path) -> LabelClassifier:
        """Read what `save` wrote. Raises FileNotFoundError."""
        with np.load(path, allow_pickle=False) as stored:
            return cls([str(label) for label in stored["labels"]], stored["weights"], stored["biases"])


def _features(texts: Sequence[str], vectors: Vectors) -> csr_matrix:
    words, pieces = _WORDS.transform(texts), _PIECES.transform(texts)
    return hstack([csr_matrix(vectors * _VECTOR_SCALE), words * _SPARSE_SCALE, pieces * _SPARSE_SCALE]).tocsr()
