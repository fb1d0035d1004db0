"""The training data: short examples in Rasa's own format (data/nlu) and whole messages as tables (data/messages).

A whole message often says several things, so its table has a column of findings (what it asserts as present now), a column of
intents (the leading one first) and the text; `-` stands for none.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from aftercare.findings import finding_rows, level_of

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = ("findings", "intents", "text")


@dataclass(frozen=True)
class Example:
    """What a patient wrote, the intents that are true of it and the findings that it asserts; `source` is the file's stem."""

    text: str
    intents: tuple[str, ...]
    findings: tuple[str, ...] = ()
    source: str = ""

    @property
    def labels(self) -> set[str]:
        """All labels that are true of it: findings, `intent:<name>`, and `level:<label>` for the levels that they reach."""
        levels = {f"level:{level_of(name).label}" for name in self.findings}
        return {*self.findings, *(f"intent:{name}" for name in self.intents), *levels}


def examples(root: Path = ROOT) -> list[Example]:
    """All of the training data. Raises ValueError for a finding that tables/findings.yml does not have."""
    found = [*_of_rasa(root / "data" / "nlu"), *_of_tables(root / "data" / "messages")]
    unknown = {name for example in found for name in example.findings} - set(finding_rows())
    if unknown:
        raise ValueError(f"data: findings that tables/findings.yml does not have: {', '.join(sorted(unknown))}")
    return found


def fingerprint(root: Path = ROOT) -> str:
    """Twelve hexadecimal digits that change with any of the training data."""
    digest = hashlib.sha256()
    for path in sorted([*(root / "data" / "nlu").glob("*.yml"), *(root / "data" / "messages").glob("*.tsv")]):
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def _of_rasa(folder: Path) -> Iterator[Example]:
    for path in sorted(folder.glob("*.yml")):
        for block in yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["nlu"]:
            metadata = block.get("metadata") or {}
            intents, findings = (block["intent"], *metadata.get("also", ())), tuple(metadata.get("findings", ()))
            for line in block["examples"].splitlines():
                if line.strip().startswith("- "):
                    yield Example(line.strip()[2:], intents, findings, path.stem)


def _of_tables(folder: Path) -> Iterator[Example]:
    for path in sorted(folder.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as lines:
            table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            if tuple(table.fieldnames or ()) != COLUMNS:
                raise ValueError(f"data/messages/{path.name}: the columns must be {', '.join(COLUMNS)}")
            for row in table:
                yield Example(row["text"], _names(row["intents"]), _names(row["findings"]), path.stem)


def _names(cell: str) -> tuple[str, ...]:
    return tuple(name for name in cell.split(",") if name and name != "-")
