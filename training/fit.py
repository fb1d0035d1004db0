"""Fine-tune the networks on the texts of `training.texts` and write them as int8 ONNX.

    python -m training.fit var/network [--out aftercare/weights] [--without SOURCE,SOURCE]

Deterministic for one machine: the seeds are fixed. `--without` leaves out some files of the training data, so that they can be
read by a network that has not seen them (`tools.fit_judgement`). What has been taught is kept beside the texts, so that a run
that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tqdm import tqdm

import training.model
from training.model import Coder, LabelNetwork, base_folder

EPOCHS = 4
BATCH = 32
SEEDS = (1, 2)  # a network each; the assistant reads with their mean
BODY_RATE, HEAD_RATE = 1e-4, 2e-3
MOST_PIECES = 96
#: How often a text is shown as corrected, as typed, or with slips.
SHOWN = {"clean": 0.57, "typed": 0.15, "slipped": 0.28}
JOINED = 0.15  # share of texts that get a second one beside them, so that a sentence counts inside a long message
JOINTS = (" . ", " . ", " and ", " , ", " but ", " . also ", " ")

Row = tuple[dict[str, list[str]], np.ndarray]


def batches(rows: list[Row], coder: Coder, chance: random.Random) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Shuffled batches of texts of like length."""

    def shown(texts: dict[str, list[str]]) -> str:
        return chance.choice(texts[chance.choices(list(SHOWN), list(SHOWN.values()))[0]])

    made = []
    for texts, truth in rows:
        text = shown(texts)
        if chance.random() < JOINED:
            other, more = chance.choice(rows)
            pair = [text, shown(other)]
            chance.shuffle(pair)
            made.append((chance.choice(JOINTS).join(pair), np.maximum(truth, more)))
        else:
            made.append((text, truth))
    made.sort(key=lambda item: len(item[0]) + chance.random() * 20)
    groups = [made[at : at + BATCH] for at in range(0, len(made), BATCH)]
    chance.shuffle(groups)
    for group in groups:
        yield (*coder([text for text, _ in group]), torch.tensor(np.array([truth for _, truth in group])))


def taught(rows: list[Row], labels: int, seed: int, kept: Path) -> LabelNetwork:
    """The network of that seed: from the file where an earlier run has kept it, or taught now and kept there."""
    if kept.is_file():
        network = LabelNetwork(labels)
        network.load_state_dict(torch.load(kept))
        return network.eval()
    network = train(rows, labels, seed)
    torch.save(network.state_dict(), kept.with_suffix(".part"))
    kept.with_suffix(".part").rename(kept)
    return network


def train(rows: list[Row], labels: int, seed: int) -> LabelNetwork:
    """Fine-tune on all rows."""
    chance = random.Random(seed)
    torch.manual_seed(seed)
    network, coder = LabelNetwork(labels).train(), Coder(MOST_PIECES)
    body = [weight for weight in network.body.parameters() if weight.requires_grad]
    head = [weight for name, weight in network.named_parameters() if not name.startswith("body.")]
    optimiser = torch.optim.AdamW([{"params": body, "lr": BODY_RATE}, {"params": head, "lr": HEAD_RATE}], weight_decay=0.01)
    steps = EPOCHS * (len(rows) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, [BODY_RATE, HEAD_RATE], total_steps=steps + 1, pct_start=0.1)
    for epoch in range(EPOCHS):
        progress = tqdm(batches(rows, coder, chance), f"network {seed}, epoch {epoch + 1}", total=steps // EPOCHS, mininterval=5)
        for ids, mask, truth in progress:
            with torch.autocast("cpu", torch.bfloat16):
                logits, _ = network(ids, mask)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits.float(), truth, reduction="sum") / len(truth)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            progress.set_postfix(loss=f"{loss.item():.2f}", refresh=False)
    return network.eval()


def export(network: LabelNetwork, target: Path) -> str:
    """Write int8 ONNX for one text at a time; returns its sha256."""

    class OneText(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            logits, attention = self.network(ids, torch.ones_like(ids))
            return logits, attention

    full = target.with_suffix(".fp32.onnx")
    ids = torch.ones((1, 8), dtype=torch.long)
    axes = {"ids": {1: "pieces"}, "attention": {1: "pieces"}}
    torch.onnx.export(
        OneText().eval(), (ids,), str(full), input_names=["ids"], output_names=["logits", "attention"],
        dynamic_axes=axes, opset_version=17, dynamo=False,
    )  # fmt: skip
    quantize_dynamic(str(full), str(target), weight_type=QuantType.QInt8, per_channel=True)
    full.unlink()
    return hashlib.sha256(target.read_bytes()).hexdigest()


def main() -> None:
    """Read the texts, fine-tune, export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--out", type=Path, default=Path("aftercare/weights"))
    parser.add_argument("--without", default="")
    options = parser.parse_args()
    learnt: dict[str, Any] = json.loads((options.texts / "texts.json").read_text(encoding="utf-8"))
    used = [row for row in learnt["rows"] if row["source"] not in options.without.split(",")]
    labels = sorted({label for row in used for label in row["labels"]})
    rows = [(row, np.array([label in row["labels"] for label in labels], np.float32)) for row in used]
    options.out.mkdir(parents=True, exist_ok=True)
    # What was taught by another program than this one is not taken for its own.
    program = b"".join(Path(module).read_bytes() for module in (__file__, training.model.__file__))
    run = hashlib.sha256(f"{learnt['fingerprint']} {options.without} ".encode() + program).hexdigest()[:12]
    networks = {f"network-{seed}.onnx": taught(rows, len(labels), seed, options.texts / f"{run}-{seed}.pt") for seed in SEEDS}
    about = {
        "made_by": "make network",
        "trained_on": learnt["fingerprint"],
        "examples": len(rows),
        "most_pieces": MOST_PIECES,
        "weights": {name: export(network, options.out / name) for name, network in networks.items()},
        "labels": labels,
    }
    (options.out / "network.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    shutil.copy(options.texts / "vocabulary.txt", options.out / "vocabulary.txt")
    shutil.copy(base_folder() / "vocab.txt", options.out / "wordpieces.txt")


if __name__ == "__main__":
    main()
