"""Learn the weights of `aftercare/tables/judgement.yml` again: `python -m tools.fit_judgement SOURCE,SOURCE` (a minute).

The sources are files of data/messages that the network in use has not seen: train one without them first (`python -m training.fit
var/network --without SOURCE,SOURCE`). A logistic regression a level learns how much each piece of evidence is worth. Thresholds
are kept as they stand in the table: they were chosen on tests/nlu/dev.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from aftercare.detection import Detector
from aftercare.findings import TABLES, level_of, load
from aftercare.judgement import FEATURES
from aftercare.reading import Reader
from tools.examples import Example, examples

_HEADER = """\
# How much each piece of evidence weighs, one row a level; probabilities enter as logits. Learned from messages that the
# network had not seen (`python -m tools.fit_judgement`). A finding is a report from `threshold` on, from `with_pattern` on
# when a pattern says so too, and always in plain words that the network does not take for anything else (below
# `plain_words`). The thresholds were chosen on tests/nlu/dev; do not edit the weights by hand.
"""


def evidence(unseen: list[Example]) -> Iterator[tuple[str, list[float], bool]]:
    """Level, features and truth of every finding that was raised in those messages."""
    detector, reader = Detector(), Reader()
    for example in tqdm(unseen, "messages", unit=""):
        levels = {level_of(name) for name in example.findings}
        for found, candidates in detector.evidence(reader.read(example.text)):
            true = candidates[0].name in example.findings
            if true or found.level not in levels:  # another finding of that level is no false alarm
                yield found.level.label, found.features(), true


def main() -> None:
    """Fit and write the table."""
    sources = sys.argv[1].split(",")
    rows: dict[str, tuple[list[list[float]], list[bool]]] = {}
    for level, features, true in evidence([example for example in examples() if example.source in sources]):
        rows.setdefault(level, ([], []))
        rows[level][0].append(features)
        rows[level][1].append(true)
    table: dict[str, Any] = {}
    for level, (numbers, truth) in sorted(rows.items()):
        model = LogisticRegression(C=0.5, fit_intercept=False, max_iter=2000).fit(np.array(numbers), truth)
        kept = {name: float(value) for name, value in load("judgement")[level].items() if name != "weights"}
        table[level] = {**kept, "weights": dict(zip(FEATURES, (round(float(weight), 3) for weight in model.coef_[0])))}
    text = yaml.safe_dump(table, sort_keys=False, default_flow_style=None, width=130)
    (TABLES / "judgement.yml").write_text(_HEADER + text, encoding="utf-8")


if __name__ == "__main__":
    main()
