"""The semantic detector: a small transformer that says yes or no to every finding, intent and level at once.

It reads a text as a whole, so that a denial, an "if" or somebody else's story is understood in its context. There are two, taught
alike from different beginnings, and their mean counts: they err in different places. Their weights (`weights/`) are made by
`make network` from data/nlu and data/messages; at run time they only need onnxruntime, and no connection to anywhere.
Labels are findings, `intent:<name>` and `level:<label>`; each has its own output, so that two things in one sentence do not
compete as they would for a single winner.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
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


_FILES = ("wordpieces.txt", "vocabulary.txt")
#: Whether the networks take turns; see `Network`.
in_turn: ContextVar[bool] = ContextVar("in_turn", default=False)
#: Word pieces that two passages of a long message share, so that no sentence is seen only in part.
_OVERLAP = 30


@dataclass(frozen=True)
class Passage:
    """What the network makes of words `start` to `end`: a probability (0 to 1) for every label.

    `places`: for a label the word (index in the message) that the network looked at most.
    """

    start: int
    end: int
    probabilities: Mapping[str, float]
    places: Mapping[str, int]


class Network:
    """The trained networks. `read` is a pure function of the words; each has a thread, so that two take the time of one.

    In a context where `in_turn` is set they run one after the other, which costs less when other work wants the processors.
    """

    def __init__(self, folder: Path = WEIGHTS) -> None:
        """Raises NetworkError."""
        about = description(folder)
        missing = [name for name in (*about["weights"], *_FILES) if not (folder / name).is_file()]
        if missing:
            raise NetworkError(f"{folder.name}/{missing[0]} is not there: it is part of the repository, or `make network`")
        self._runs = [_session(folder / name, sha256) for name, sha256 in about["weights"].items()]
        self._threads = ThreadPoolExecutor(len(self._runs), "network")
        self._labels: list[str] = about["labels"]
        self._pieces = BertWordPieceTokenizer(str(folder / "wordpieces.txt"), lowercase=True)
        self._room = int(about["most_pieces"]) - 2  # pieces of a passage, between the marks at both ends

    def read(self, words: Sequence[str]) -> list[Passage]:
        """Read a message: all of it at once, or in passages that overlap when it has more word pieces than fit."""
        coded = self._pieces.encode(" ".join(words))
        (first, *ids, last), of_word = coded.ids, _words_of_pieces(words, coded.offsets[1:-1])
        return [
            self._passage([first, *ids[start:end], last], of_word[start:end]) for start, end in passages(len(ids), self._room)
        ]

    def _passage(self, ids: list[int], of_word: list[int]) -> Passage:
        given = {"ids": np.array([ids], dtype=np.int64)}
        if in_turn.get():
            said = [run(None, given) for run in self._runs]
        else:
            others = [self._threads.submit(run, None, given) for run in self._runs[1:]]
            said = [self._runs[0](None, given), *(other.result() for other in others)]
        logits, attention = (sum(one[output][0] for one in said) / len(said) for output in range(2))
        probabilities = 1.0 / (1.0 + np.exp(-logits))
        # The marks at both ends gather what is said of the whole; the place that is quoted is one between them.
        places = (of_word[piece] for piece in attention[1:-1].argmax(axis=0).tolist())
        return Passage(
            of_word[0], of_word[-1] + 1, dict(zip(self._labels, probabilities.tolist())), dict(zip(self._labels, places))
        )


def _session(file: Path, sha256: str) -> Callable[..., list[Any]]:
    weights = file.read_bytes()
    if hashlib.sha256(weights).hexdigest() != sha256:
        raise NetworkError(f"{file.parent.name}/{file.name} is not the file that network.json describes: `make network`")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    run: Callable[..., list[Any]] = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"]).run
    return run


def passages(length: int, room: int) -> list[tuple[int, int]]:
    """Where the passages of `length` word pieces begin and end when `room` of them fit; none for an empty message."""
    if length <= room:
        return [(0, length)] if length else []
    starts = range(0, length - _OVERLAP, room - _OVERLAP)
    return [(start, min(length, start + room)) for start in starts]


@cache
def shared_network() -> Network:
    """The network of this process; loading takes about 0.4 s and 120 MB. Raises NetworkError."""
    return Network()


def description(folder: Path = WEIGHTS) -> dict[str, Any]:
    """What `network.json` says of the weights: labels, sha256, what they were trained on. Raises NetworkError."""
    try:
        return dict(json.loads((folder / "network.json").read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise NetworkError(f"{folder.name}/network.json cannot be read ({type(error).__name__}): `make network`") from error


def _words_of_pieces(words: Sequence[str], offsets: Sequence[tuple[int, int]]) -> list[int]:
    """For every word piece the index of the word that it is part of."""
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
