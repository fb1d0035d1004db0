"""What was measured, kept as JSON beside the report, so that one part can be measured anew without the others.

Only figures are kept: of a message neither its text nor its place in the set.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools.scoring import Figure
from tools.test_sets import ROOT

PARTS = ("assistant", "ablation", "baseline")


def read(path: Path) -> dict[str, Any]:
    """The parts that have been measured; nothing when there is no such file."""
    return dict(_revived(json.loads(path.read_text(encoding="utf-8")))) if path.is_file() else {}


def write(path: Path, parts: dict[str, Any]) -> None:
    """Keep the parts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(_plain(parts), indent=1) + "\n", encoding="utf-8")


def publish(path: Path, written: Callable[[str], str]) -> None:
    """Write the report that `written` makes of the one it replaces ("" when there is none), print it and say where it is."""
    text = written(path.read_text(encoding="utf-8") if path.is_file() else "")
    path.write_text(text, encoding="utf-8")
    print(text)
    print(f"Written to {path.relative_to(ROOT)}")


def _plain(value: Any) -> Any:
    if isinstance(value, Figure):
        return {"hits": value.hits, "of": value.of}
    return {key: _plain(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def _revived(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return Figure(**value) if value.keys() == {"hits", "of"} else {key: _revived(inner) for key, inner in value.items()}
