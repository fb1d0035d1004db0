"""The trained model with one of its parts switched off, to see what the part buys."""

from __future__ import annotations

import io
import json
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from aftercare.findings import Urgency
from tools.in_process import Parser
from tools.scoring import Answer, Figure, figures, recall
from tools.test_sets import Said

#: What is switched off, by the component (aftercare/nlu) and the option of its configuration.
PARTS: dict[str, tuple[str, str] | None] = {
    "nothing": None,
    "speller": ("MessageReader", "speller"),
    "patterns": ("FindingExtractor", "patterns"),
    "network": ("FindingExtractor", "network"),
    "assertion": ("FindingExtractor", "assertion"),
}
_METADATA = "metadata.json"


def ablated(model: Path, messages: list[Said], slipped: list[Said]) -> dict[str, dict[str, Figure]]:
    """The figures of single messages, and of emergencies with slips, without each of the parts. The rest is not trained anew."""
    table = {}
    for name, option in PARTS.items():
        with _without(model, option) as path:
            parser = Parser(path)
            progress = tqdm([*messages, *slipped], f"without {name}", unit="")
            answers = [Answer.to(message, parser.level(message.text)) for message in progress]
        single, with_slips = answers[: len(messages)], answers[len(messages) :]
        table[name] = {**figures(single), "slips": recall(with_slips, Urgency.EMERGENCY)}
    return table


@contextmanager
def _without(model: Path, option: tuple[str, str] | None) -> Iterator[Path]:
    if option is None:
        yield model
        return
    component, switch = option
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / model.name
        with tarfile.open(model) as source, tarfile.open(path, "w:gz", compresslevel=1) as changed:
            for member in source:
                content = source.extractfile(member)
                data = content.read() if content else b""
                if member.name.lstrip("./") == _METADATA:
                    data = _switched_off(data, component, switch)
                    member.size = len(data)
                changed.addfile(member, io.BytesIO(data))
        yield path


def _switched_off(metadata: bytes, component: str, switch: str) -> bytes:
    """The model's metadata with that option off. Raises ValueError when the model has no such component."""
    described = json.loads(metadata)
    nodes: Mapping[str, dict[str, dict[str, object]]] = described["predict_schema"]["nodes"]
    chosen = [node for name, node in nodes.items() if name.startswith("run_") and f".{component}" in name]
    if not chosen:
        raise ValueError(f"the model has no component {component}")
    for node in chosen:
        node["config"][switch] = False
    return json.dumps(described).encode()
