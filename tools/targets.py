"""The figures that are published, what each is called, and what it has to reach."""

from __future__ import annotations

from dataclasses import dataclass

from tools.scoring import Figure


@dataclass(frozen=True)
class Target:
    """A share that has to be at least (`low`) or at most (`high`) so large; neither for one that is only reported."""

    name: str
    title: str
    low: float | None = None
    high: float | None = None

    @property
    def text(self) -> str:
        """What is asked for, or a dash."""
        if self.low is not None:
            return f"≥ {_percent(self.low)}"
        return f"≤ {_percent(self.high)}" if self.high is not None else "–"

    def verdict(self, figure: Figure) -> str:
        """Whether the figure reaches it, and how many messages are lacking if not."""
        if self.low is not None and figure.share < self.low:
            lacking = next(n for n in range(figure.of + 1) if figure.hits + n >= self.low * figure.of)
            return f"**missed** by {100 * (self.low - figure.share):.1f} points ({lacking} more)"
        if self.high is not None and figure.share > self.high:
            lacking = next(n for n in range(figure.of + 1) if figure.hits - n <= self.high * figure.of)
            return f"**missed** by {100 * (figure.share - self.high):.1f} points ({lacking} fewer)"
        return "met" if self.low is not None or self.high is not None else ""


TARGETS = (
    Target("emergency", "emergencies recognised", low=0.995),
    Target("source_signs", "chest pain, breathlessness, dry cough recognised", low=1.0),
    Target("urgent", "urgent or higher recognised", low=0.985),
    Target("false_emergency", "false emergencies among calm messages", high=0.01),
    Target("false_emergency_hard", "false emergencies among hard negatives"),
    Target("false_urgent", "false urgent-or-higher among calm messages", high=0.02),
    Target("false_urgent_hard", "false urgent-or-higher among hard negatives"),
    Target("exact", "right level, single messages", low=0.95),
    Target("turns", "right level, turns of conversations", low=0.93),
    Target("slips", "emergencies recognised, two random slips each", low=0.975),
    Target("times", "time expressions read right, fixed clock", low=0.98),
)
PARSE_P50 = 9.0  # ms, at most

#: The figures that the picture shows, and those that ablation is told by.
ALARMS = ("false_emergency", "false_emergency_hard", "false_urgent", "false_urgent_hard")
RECALLS = ("emergency", "source_signs", "urgent", "slips", "exact", "turns", "times")
ABLATION = ("emergency", "slips", "urgent", "false_emergency", "false_urgent", "exact")


def title(name: str) -> str:
    """What a figure is called. Raises StopIteration for another name."""
    return next(target.title for target in TARGETS if target.name == name)


def _percent(share: float) -> str:
    return f"{100 * share:.4g} %"
