"""What `rasa init` would give: its default NLU pipeline, trained on our examples, its intent read as a level."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from tqdm import tqdm

from aftercare.findings import Urgency, load
from aftercare.triage import NOT_CLINICAL
from tools.in_process import Parser
from tools.scoring import Answer, Figure, by_tag, confusion, count, figures, recall
from tools.slips import slips_of
from tools.test_sets import ROOT, Said, TestSet, fingerprint

FOLDER = ROOT / "var" / "baseline"  # not kept by git
DATA = ROOT / "data" / "nlu"


def trained() -> Path:
    """The model, trained if the examples have changed since; 20 minutes and more on two cores. Raises CalledProcessError."""
    name = fingerprint(sorted(DATA.rglob("*.yml")))
    model = FOLDER / f"{name}.tar.gz"
    if model.is_file():
        return model
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yml"
        config.write_text(yaml.safe_dump(default_pipeline(), sort_keys=False), encoding="utf-8")
        options = ["--config", str(config), "--nlu", str(DATA), "--out", str(FOLDER), "--fixed-model-name", name]
        subprocess.run(
            [sys.executable, "-m", "server.quiet", "train", "nlu", *options],
            cwd=ROOT,
            env={**os.environ, "RASA_MAX_CACHE_SIZE": "0"},  # the cache of the assistant's own training stays as it is
            check=True,
        )
    return model


def default_pipeline() -> dict[str, Any]:
    """Rasa's own default configuration of NLU, from the file that `rasa init` and an empty `pipeline:` take it from."""
    text = (files("rasa.engine.recipes.config_files") / "default_config.yml").read_text(encoding="utf-8")
    described = yaml.safe_load(text)
    return {key: described[key] for key in ("recipe", "assistant_id", "language", "pipeline")}


def levels() -> dict[str, Urgency]:
    """The level of each intent: the highest of the findings that lead to it; info for a question; what is missing is none."""
    table: dict[str, Urgency] = {}
    for row in load("findings").values():
        for intent, level in (("intent", "level"), ("intent_on_blood_thinner", "level_on_blood_thinner")):
            if intent in row:
                table[row[intent]] = max(table.get(row[intent], Urgency.NONE), Urgency.of(row[level]))
    return table


def level_of(intent: str) -> Urgency:
    """The level that a message with this intent gets."""
    if intent.startswith("ask_"):
        return Urgency.NONE if intent.removeprefix("ask_") in NOT_CLINICAL else Urgency.INFO
    return levels().get(intent, Urgency.NONE)


def evaluated(model: Path, tests: TestSet) -> dict[str, Any]:
    """Its figures, confusion matrix and tags. It has no memory: every turn of a conversation is read by itself."""
    parser = Parser(model)

    def answers(said: list[Said], what: str) -> list[Answer]:
        return [Answer.to(one, level_of(parser.parse(one.text)["intent"]["name"] or "")) for one in tqdm(said, what, unit="")]

    messages = answers(tests.messages, "default pipeline, messages")
    turns = answers([turn for talk in tests.conversations for turn in talk], "default pipeline, turns")
    slipped = answers(slips_of(tests.emergencies), "default pipeline, slips")
    found: dict[str, Figure] = {
        **figures(messages),
        "turns": count(turns, lambda a: a.exact),
        "slips": recall(slipped, Urgency.EMERGENCY),
    }
    return {"figures": found, "confusion": confusion(messages), "tags": by_tag(messages)}
