"""Read the development table of treatment times with dateparser and with our own reader, side by side.

    python -m bench.times

Weighed were dateparser 1.2 (`search_dates`, English, past preferred, day before month) and Microsoft's recognizers-text.
The latter was only resolved (`uv pip install --dry-run recognizers-text-date-time`): it does resolve here, but all there is
are alpha releases, 1.0.2a2 of every part, with emoji, datedelta and multipledispatch besides. An alpha is no ground for
patients' data, so it was not installed. dateparser gets half of the table right. It finds dates, not treatments: it reads
"I'm flying at 8 tonight" as willingly as "needled last night", and knows no parts of the day, no "week and a half", no
corrections and no slips. So our own reader is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml
from dateparser.search import search_dates

from aftercare.elapsed import elapsed
from aftercare.text import words

_TABLE = Path(__file__).parents[1] / "tests" / "nlu" / "dev" / "times.yml"
_TOLERANCE = 0.05  # hours
Reader = Callable[[str, datetime], float | None]


def ours(message: str, now: datetime) -> float | None:
    """Hours since treatment by `aftercare.elapsed`."""
    found = elapsed(words(message), now)
    return None if found is None else found.hours


def with_dateparser(message: str, now: datetime) -> float | None:
    """Hours since the first date that dateparser finds."""
    settings = {"RELATIVE_BASE": now.replace(tzinfo=None), "PREFER_DATES_FROM": "past", "DATE_ORDER": "DMY"}
    found = search_dates(message, languages=["en"], settings=settings)
    return None if not found else (now.replace(tzinfo=None) - found[0][1].replace(tzinfo=None)).total_seconds() / 3600


def is_right(wanted: Any, hours: float | None) -> bool:
    """Whether hours are what a row of the table wants: nothing, a number, or a range."""
    if wanted is None or hours is None:
        return wanted is hours
    low, high = wanted if isinstance(wanted, list) else (wanted, wanted)
    return low - _TOLERANCE <= hours <= high + _TOLERANCE


def score(read: Reader, table: dict[str, Any]) -> tuple[float, float]:
    """The share of rows that a reader gets right, and its milliseconds a message."""
    now = datetime.fromisoformat(table["now"]).replace(tzinfo=timezone.utc)
    begun = time.perf_counter()
    right = sum(is_right(case["hours"], read(case["say"], now)) for case in table["cases"])
    return right / len(table["cases"]), 1000 * (time.perf_counter() - begun) / len(table["cases"])


def main() -> None:
    """Print both scores."""
    table = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    print(f"{len(table['cases'])} messages of {_TABLE.name}, development set")
    for name, read in (("dateparser search_dates", with_dateparser), ("aftercare.elapsed", ours)):
        score(read, table)  # once to load what is loaded lazily
        share, cost = score(read, table)
        print(f"{name:24} {share:6.1%} right {cost:9.3f} ms a message")


if __name__ == "__main__":
    main()
