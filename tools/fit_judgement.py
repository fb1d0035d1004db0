"""Learn the weights of `aftercare/tables/judgement.yml` again: `python -m tools.fit_judgement` (some minutes).

Reads only data/nlu. The whole messages there (`whole_messages_*`, `more_*`, `indirect_*`) are split in two halves; each half
is read by classifiers that were trained without it, and a logistic regression a level learns how much each piece of
evidence is worth. Thresholds are kept as they stand in the table: they were chosen on tests/nlu/dev.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression

from aftercare.detection import Detector
from aftercare.findings import TABLES, level_of, load
from aftercare.judgement import FEATURES
from aftercare.reading import Example, Reader

_WHOLE = ("whole_messages_", "more_", "indirect_")
_SEED = 1
_HEADER = """# How much each piece of evidence weighs, one row a level; probabilities enter as logits. Learned from
# out-of-fold predictions on the training data (`python -m tools.fit_judgement`). A finding is a report from `threshold` on, from
# `with_pattern` on when
# a pattern says so too, and always in plain words that no classifier takes for anything else (below `plain_words`).
# The thresholds were chosen on tests/nlu/dev; do not edit the weights by hand.
"""


def examples(folder: Path) -> Iterator[tuple[bool, Example]]:
    """Every training example, with whether its file holds whole messages."""
    for path in sorted(folder.glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            metadata = block.get("metadata") or {}
            intents, findings = (block["intent"], *metadata.get("also", ())), tuple(metadata.get("findings", ()))
            for line in block["examples"].splitlines():
                if line.strip().startswith("- "):
                    yield path.name.startswith(_WHOLE), Example(line.strip()[2:], intents, findings)


def evidence(data: list[tuple[bool, Example]]) -> Iterator[tuple[str, list[float], bool]]:
    """Level, features and truth of every finding that was raised in a message which the classifiers had not seen."""
    pieces = [example for whole, example in data if not whole]
    wholes = [example for whole, example in data if whole]
    random.Random(_SEED).shuffle(wholes)
    detector, half = Detector(), len(wholes) // 2
    for seen, unseen in ((wholes[:half], wholes[half:]), (wholes[half:], wholes[:half])):
        reader = Reader.train(pieces + seen)
        for example in unseen:
            reading = reader.read(example.text)
            levels = {level_of(name) for name in example.findings}
            for found, candidates in detector.evidence(reading.raw, reading.fixed, reading.clauses):
                true = candidates[0].name in example.findings
                if true or found.level not in levels:  # another finding of that level is no false alarm
                    yield found.level.label, found.features(), true


def main() -> None:
    """Fit and write the table."""
    rows: dict[str, tuple[list[list[float]], list[bool]]] = {}
    for level, features, true in evidence(list(examples(Path("data/nlu")))):
        rows.setdefault(level, ([], []))
        rows[level][0].append(features)
        rows[level][1].append(true)
    table: dict[str, Any] = {}
    for level, (numbers, truth) in rows.items():
        model = LogisticRegression(C=0.5, fit_intercept=False, max_iter=2000).fit(np.array(numbers), truth)
        kept = {name: float(value) for name, value in load("judgement")[level].items() if name != "weights"}
        table[level] = {**kept, "weights": dict(zip(FEATURES, (round(float(weight), 3) for weight in model.coef_[0])))}
    text = yaml.safe_dump(table, sort_keys=False, default_flow_style=None, width=130)
    (TABLES / "judgement.yml").write_text(_HEADER + text, encoding="utf-8")


if __name__ == "__main__":
    main()
