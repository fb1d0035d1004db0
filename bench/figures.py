"""What is counted, how the two bots are compared, and what the targets are. Figures only: nothing here measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from tools.latency import percentile

#: The figures of one bot, or of both under the names of BOTS.
Figures = dict[str, Any]

OURS, INIT = "ours", "init"
BOTS = (OURS, INIT)
CONNECTIONS = (1, 8, 32)
SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
TURNS = (1, 10, 100, 1000)


@dataclass(frozen=True)
class Round:
    """What the load generator brought back: seconds of each answer and of the whole, messages without an answer, responses."""

    seconds: tuple[float, ...]
    elapsed: float
    empty: int = 0
    responses: int = 0

    @property
    def rate(self) -> float:
        """Messages a second."""
        return len(self.seconds) / self.elapsed


def load_figures(rounds: Sequence[Round]) -> Figures:
    """Of all rounds together: messages a second, milliseconds (p50, p95, p99), the slowest and the fastest round's rate."""
    seconds = [value for one in rounds for value in one.seconds]
    return {
        "messages": len(seconds),
        "rate": round(len(seconds) / sum(one.elapsed for one in rounds), 2),
        "slowest_round": round(min(one.rate for one in rounds), 2),
        "fastest_round": round(max(one.rate for one in rounds), 2),
        **{name: round(1000 * percentile(seconds, share), 2) for name, share in SHARES.items()},
        "empty": sum(one.empty for one in rounds),
        "responses": sum(one.responses for one in rounds),
    }


def middle(seconds: Sequence[float]) -> float:
    """The median in milliseconds."""
    return round(1000 * median(seconds), 2)


def get(figures: Figures, *path: str) -> float | None:
    """A figure by its path, or None when it was not measured."""
    value: Any = figures
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    return None if value is None else float(value)


def ratio(figures: Figures, *path: str) -> float | None:
    """Ours to that of `rasa init`, or None when one of the two was not measured or is nothing."""
    ours, init = get(figures, OURS, *path), get(figures, INIT, *path)
    return ours / init if ours is not None and init else None


@dataclass(frozen=True)
class Target:
    """A number that has to be at least (`low`) or at most (`high`) so large. `value` is None when it was not measured."""

    title: str
    text: str
    value: Callable[[Figures], float | None]
    low: float | None = None
    high: float | None = None
    unit: str = "×"

    def reached(self, figures: Figures) -> str:
        """The number, or a dash."""
        value = self.value(figures)
        return "–" if value is None else shown(value, self.unit)

    def verdict(self, figures: Figures) -> str:
        """met, **missed** by how much, or not measured."""
        value = self.value(figures)
        if value is None:
            return "not measured"
        if self.low is not None and value < self.low:
            return f"**missed** by {shown(self.low - value, self.unit)}"
        if self.high is not None and value > self.high:
            return f"**missed** by {shown(value - self.high, self.unit)}"
        return "met"


def shown(value: float, unit: str) -> str:
    """A number with its unit, three figures that count."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}{'' if unit == '×' else ' '}{unit}"


def _to_init(*path: str) -> Callable[[Figures], float | None]:
    return lambda figures: ratio(figures, *path)


def _growth(figures: Figures) -> float | None:
    late, early = get(figures, OURS, "turns", "1000"), get(figures, OURS, "turns", "10")
    return late / early if late is not None and early else None


TARGETS = (
    Target("messages a second, one connection", "≥ 5×", _to_init("load", "1", "rate"), low=5),
    Target("messages a second, 8 connections", "≥ 6×", _to_init("load", "8", "rate"), low=6),
    Target("p50 at one connection", "≤ 1/4", _to_init("load", "1", "p50"), high=1 / 4),
    Target("p99 at one connection", "≤ 1/3", _to_init("load", "1", "p99"), high=1 / 3),
    Target("train from scratch", "≤ 1/3", _to_init("train"), high=1 / 3),
    Target("train from scratch, seconds", "≤ 30 s", lambda figures: get(figures, OURS, "train"), high=30, unit="s"),
    Target("start to first answer, model present", "≤ 1/4", _to_init("start"), high=1 / 4),
    Target("resident memory, all processes", "≤ 2/3", _to_init("memory"), high=2 / 3),
    Target("installed size", "≤ 2/3", _to_init("installed"), high=2 / 3),
    Target("p50 at turn 1,000 against turn 10, ours", "≤ 1.5×", _growth, high=1.5),
)
