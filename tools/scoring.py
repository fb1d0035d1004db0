"""What is counted of the answers, and how sure a share is. Nothing here knows where the answers come from."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from aftercare.findings import Urgency
from tools.test_sets import Said

CALM = Urgency.SELF_CARE  # a message whose right levels are all at most this one is calm
SOURCE_SIGNS = frozenset({"chest", "breath", "cough"})  # the emergency signs that the clinical source itself names
HARD = "hard_negative"
_Z = 1.959964  # of a 95 % interval


@dataclass(frozen=True)
class Answer:
    """The levels that are right for a message or a turn, the one it got, and the message's tags."""

    right: tuple[Urgency, ...]
    got: Urgency
    tags: tuple[str, ...] = ()

    @classmethod
    def to(cls, said: Said, got: Urgency) -> Answer:
        """The answer that `said` got."""
        return cls(said.right, got, said.tags)

    @property
    def exact(self) -> bool:
        """Whether it got its level, or one that is right too."""
        return self.got in self.right

    @property
    def calm(self) -> bool:
        """Whether nothing above self-care is right for it."""
        return max(self.right) <= CALM


@dataclass(frozen=True)
class Figure:
    """A share with what it is a share of."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        """Between 0 and 1; 0 of nothing is 0."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval at 95 %; all of 0 to 1 when there is nothing."""
        if not self.of:
            return 0.0, 1.0
        spread = _Z * _Z / self.of
        middle = (self.share + spread / 2) / (1 + spread)
        half = _Z / (1 + spread) * math.sqrt(self.share * (1 - self.share) / self.of + spread / (4 * self.of))
        return max(0.0, middle - half), min(1.0, middle + half)


def count(answers: Iterable[Answer], hit: Callable[[Answer], bool], among: Callable[[Answer], bool] = lambda _: True) -> Figure:
    """How many of the answers `among` which are a `hit`."""
    chosen = [answer for answer in answers if among(answer)]
    return Figure(sum(map(hit, chosen)), len(chosen))


def recall(answers: Iterable[Answer], least: Urgency, among: Callable[[Answer], bool] = lambda _: True) -> Figure:
    """Of those whose first right level is `least` or higher: how many got at least that, or another level listed as right."""
    return count(answers, lambda a: a.exact or a.got >= least, lambda a: a.right[0] >= least and among(a))


def false_alarms(answers: Iterable[Answer], least: Urgency, among: Callable[[Answer], bool] = lambda _: True) -> Figure:
    """Of the calm ones: how many were answered at `least` or higher."""
    return count(answers, lambda a: a.got >= least, lambda a: a.calm and among(a))


def figures(messages: Sequence[Answer]) -> dict[str, Figure]:
    """The figures of single messages, by the names that `tools.targets` uses."""
    return {
        "emergency": recall(messages, Urgency.EMERGENCY),
        "source_signs": recall(messages, Urgency.EMERGENCY, lambda a: bool(SOURCE_SIGNS & set(a.tags))),
        "urgent": recall(messages, Urgency.URGENT),
        "false_emergency": false_alarms(messages, Urgency.EMERGENCY),
        "false_urgent": false_alarms(messages, Urgency.URGENT),
        "false_emergency_hard": false_alarms(messages, Urgency.EMERGENCY, lambda a: HARD in a.tags),
        "false_urgent_hard": false_alarms(messages, Urgency.URGENT, lambda a: HARD in a.tags),
        "exact": count(messages, lambda a: a.exact),
    }


def confusion(answers: Sequence[Answer]) -> dict[str, dict[str, int]]:
    """How often each first right level (outer, most urgent first) was answered with each level (inner).

    An answer that is listed as right too counts as its first level.
    """
    levels = list(reversed(Urgency))
    table = {right.label: {got.label: 0 for got in levels} for right in levels}
    for answer in answers:
        got = answer.right[0] if answer.exact else answer.got
        table[answer.right[0].label][got.label] += 1
    return table


def by_tag(answers: Sequence[Answer]) -> dict[str, dict[str, Figure]]:
    """The figures of every tag, the most frequent tag first."""
    tags = sorted({tag for answer in answers for tag in answer.tags})
    table = {}
    for tag in tags:
        tagged = [answer for answer in answers if tag in answer.tags]
        table[tag] = {
            "exact": count(tagged, lambda a: a.exact),
            "emergency": recall(tagged, Urgency.EMERGENCY),
            "false_urgent": false_alarms(tagged, Urgency.URGENT),
        }
    return dict(sorted(table.items(), key=lambda item: -item[1]["exact"].of))
