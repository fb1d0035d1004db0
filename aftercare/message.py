"""One message as the rules see it: what the NLU pipeline found in it, without the text itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aftercare.findings import Assertion, Finding


@dataclass(frozen=True)
class Message:
    """What one message says. `hours` is hours since treatment as stated (may be implausible), None when not stated.

    `answer` is yes, no or dont_know when the message begins with such an answer.
    """

    intent: str = "nlu_fallback"
    findings: tuple[Finding, ...] = ()
    questions: tuple[str, ...] = ()
    hours: float | None = None
    area: str | None = None
    blood_thinner: bool | None = None
    answer: str | None = None

    @property
    def present(self) -> tuple[str, ...]:
        """Names of the findings that count."""
        return tuple(finding.name for finding in self.findings if finding.present)

    @classmethod
    def from_parse(cls, parsed: Mapping[str, Any]) -> Message:
        """Read Rasa's parse result (`tracker.latest_message`); entities that are not ours are passed over."""
        values: dict[str, list[Mapping[str, Any]]] = {}
        for entity in parsed.get("entities") or ():
            values.setdefault(str(entity.get("entity")), []).append(entity)
        text = str(parsed.get("text") or "")

        def first(name: str) -> Any:
            return values[name][0].get("value") if values.get(name) else None

        return cls(
            intent=(parsed.get("intent") or {}).get("name") or "nlu_fallback",
            findings=tuple(_finding(entity, text) for entity in values.get("finding", ())),
            questions=tuple(str(entity["value"]) for entity in values.get("question", ())),
            hours=first("elapsed_time"),
            area=first("treated_area"),
            blood_thinner=first("blood_thinner"),
            answer=first("answer"),
        )


def _finding(entity: Mapping[str, Any], text: str) -> Finding:
    start, end = int(entity.get("start") or 0), int(entity.get("end") or 0)
    assertion = Assertion(entity.get("assertion", Assertion.PRESENT.value))
    return Finding(str(entity["value"]), assertion, text[start:end], start, end, str(entity.get("detector", "")))
