"""What is known of one treatment, kept over messages and chat sessions, and its form as Rasa slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from aftercare.findings import Urgency, finding_rows, level_of
from aftercare.timeline import Phase, hours_since, phase_of

#: What "any soreness or pain beyond 72 h" is made of (TRIAGE.md, "Findings").
PERSISTING = frozenset({"soreness", "twitching", "stiff_neck"})


@dataclass(frozen=True)
class Case:
    """One treatment. Times are aware datetimes in UTC; `findings` are names of rows of findings.yml.

    `asked` is the question that the last reply put (time, blood_thinner, red_flags), `asked_before` those already put
    once. `emergency_open` holds from an emergency until the patient says that they have called or been seen.
    """

    treated_at: datetime | None = None
    treated_area: str | None = None
    blood_thinner: bool | None = None
    findings: tuple[str, ...] = ()
    highest_urgency: Urgency = Urgency.NONE
    emergency_open: bool = False
    asked: str | None = None
    asked_before: tuple[str, ...] = ()
    misunderstood: int = 0

    def phase(self, now: datetime) -> Phase:
        """Where the patient stands on the timeline."""
        return phase_of(hours_since(self.treated_at, now))

    def urgency(self, now: datetime) -> Urgency:
        """The most urgent of all that is known of this treatment."""
        levels = [level_of(name, bool(self.blood_thinner)) for name in self.findings]
        if self.lasts_too_long(now):
            levels.append(Urgency.CONTACT_CLINIC)
        return max(levels, default=Urgency.NONE)

    def lasts_too_long(self, now: datetime) -> bool:
        """Whether soreness is known and the treatment is more than 72 h ago (source, "persists well beyond")."""
        return self.phase(now) is Phase.BEYOND and bool(PERSISTING & set(self.findings))

    def after_new_treatment(self) -> Case:
        """The case of a new treatment: what belongs to the patient stays, what belongs to the old treatment goes.

        An emergency that nobody has seen to stays open.
        """
        highest = Urgency.EMERGENCY if self.emergency_open else Urgency.NONE
        return Case(blood_thinner=self.blood_thinner, emergency_open=self.emergency_open, highest_urgency=highest)

    def to_slots(self) -> dict[str, Any]:
        """Slot values, all of them plain JSON."""
        return {
            "treated_at": self.treated_at.isoformat() if self.treated_at else None,
            "treated_area": self.treated_area,
            "blood_thinner": self.blood_thinner,
            "findings": list(self.findings),
            "highest_urgency": self.highest_urgency.label,
            "emergency_open": self.emergency_open,
            "asked": self.asked,
            "asked_before": list(self.asked_before),
            "misunderstood": self.misunderstood,
        }

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> Case:
        """The case kept in slots; a missing or empty slot is its default."""
        treated_at = slots.get("treated_at")
        return cls(
            treated_at=datetime.fromisoformat(treated_at) if treated_at else None,
            treated_area=slots.get("treated_area"),
            blood_thinner=slots.get("blood_thinner"),
            findings=tuple(name for name in slots.get("findings") or () if name in finding_rows()),
            highest_urgency=Urgency.of(slots.get("highest_urgency") or "none"),
            emergency_open=bool(slots.get("emergency_open")),
            asked=slots.get("asked"),
            asked_before=tuple(slots.get("asked_before") or ()),
            misunderstood=int(slots.get("misunderstood") or 0),
        )

    def with_findings(self, names: tuple[str, ...]) -> Case:
        """The case with these findings added, each once."""
        return replace(self, findings=tuple(dict.fromkeys(self.findings + names)))
