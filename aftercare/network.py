"""The semantic detector: one small transformer that says yes or no to every finding, intent and level at once.

It reads a text as a whole, so that a denial, an "if" or somebody else's story is understood in its context. Its weights
(`weights/`) are made by `make network` from data/nlu and data/messages; at run time it only needs onnxruntime, and no network.
Labels are findings, `intent:<name>` and `level:<label>`; each has its own output, so that two things in one sentence do not
compete as they would for a single winner.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import BertWordPieceTokenizer

WEIGHTS = Path(__file__).parent / "weights"


class NetworkError(RuntimeError):
    """The weights are missing, or are not those that their description names."""


@dataclass(frozen=True)
class Reply:
    """What the network makes of a text: a probability (0 to 1) a label, and for every label the word it looked at most."""

    probabilities: Mapping[str, float]
    looked_at: Mapping[str, int]


class Network:
    """The trained network. `read` is a pure function of the words."""

    def __init__(self, folder: Path = WEIGHTS) -> None:
        """Raises NetworkError."""
        about = description(folder)
        weights = (folder / "network.onnx").read_bytes()
        if hashlib.sha256(weights).hexdigest() != about["sha256"]:
            raise NetworkError(f"{folder.name}/network.onnx is not the file that network.json describes: `make network`")
        self._labels: list[str] = about["labels"]
        self._pieces = BertWordPieceTokenizer(str(folder / "wordpieces.txt"), lowercase=True)
        self._pieces.enable_truncation(int(about["most_pieces"]))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._run = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"]).run

    def read(self, words: Sequence[str]) -> Reply:
        """Read one passage. Words beyond the longest that it was trained on (`most_pieces`) are not seen."""
        coded = self._pieces.encode(" ".join(words))
        logits, attention = self._run(None, {"ids": np.array([coded.ids], dtype=np.int64)})
        probabilities = 1.0 / (1.0 + np.exp(-logits[0]))
        of_word = _words_of_pieces(words, coded.offsets)
        # The marks at both ends gather what is said of the whole; the place that is quoted is one between them.
        inside = attention[0][1:-1] if len(coded.ids) > 2 else attention[0]
        pieces = (inside.argmax(axis=0) + (len(coded.ids) > 2)).tolist()
        return Reply(
            dict(zip(self._labels, probabilities.tolist())), {label: of_word[piece] for label, piece in zip(self._labels, pieces)}
        )


@cache
def shared_network() -> Network:
    """The network of this process; loading takes about 0.2 s and 60 MB. Raises NetworkError."""
    return Network()


def description(folder: Path = WEIGHTS) -> dict[str, Any]:
    """What `network.json` says of the weights: labels, sha256, what they were trained on. Raises NetworkError."""
    try:
        return dict(json.loads((folder / "network.json").read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise NetworkError(f"{folder.name}/network.json cannot be read ({type(error).__name__}): `make network`") from error


def _words_of_pieces(words: Sequence[str], offsets: Sequence[tuple[int, int]]) -> list[int]:
    """For every word piece the index of the word that it is part of; the marks at both ends count for the nearest word."""
    starts, at = [], 0
    for word in words:
        starts.append(at)
        at += len(word) + 1
    found, index = [], 0
    for start, end in offsets:
        while end > start and index + 1 < len(starts) and starts[index + 1] <= start:
            index += 1
        found.append(index)
    return found
