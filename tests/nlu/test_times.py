"""How many of the times that patients write are read right: the development table and the held-out one.

Of the held-out table nothing but the share is ever printed or named in a failure.
"""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from aftercare.elapsed import elapsed
from aftercare.text import words

HERE = Path(__file__).parent
FLOOR = 0.98
TOLERANCE = 0.05  # hours, for the fractions of a clock time


def is_right(case: dict[str, Any], now: datetime) -> bool:
    """Whether a message's hours are what its row wants: nothing, a number, or a range."""
    found, wanted = elapsed(words(case["say"]), now), case["hours"]
    if wanted is None or found is None:
        return wanted is None and found is None
    low, high = wanted if isinstance(wanted, list) else (wanted, wanted)
    return bool(low - TOLERANCE <= found.hours <= high + TOLERANCE)


def wrong_and_share(name: str) -> tuple[list[str], float]:
    """The messages of a set that are read wrong, and the share that is read right."""
    table = yaml.safe_load((HERE / name / "times.yml").read_text(encoding="utf-8"))
    now = datetime.fromisoformat(table["now"]).replace(tzinfo=timezone.utc)
    wrong = [case["say"] for case in table["cases"] if not is_right(case, now)]
    return wrong, 1 - len(wrong) / len(table["cases"])


def test_development_table(capsys: pytest.CaptureFixture[str]) -> None:
    wrong, share = wrong_and_share("dev")
    with capsys.disabled():
        print(f"\ntimes, dev: {share:.1%} right")
    assert share >= FLOOR, wrong


def test_held_out_table(capsys: pytest.CaptureFixture[str]) -> None:
    share = wrong_and_share("held_out")[1]
    with capsys.disabled():
        print(f"\ntimes, held out: {share:.1%} right")
    assert share >= FLOOR
