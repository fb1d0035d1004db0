"""The record that the clinic gets of every patient who was told to seek help."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aftercare.case import Case
from aftercare.findings import Urgency
from aftercare.message import Message
from aftercare.timeline import hours_since
from aftercare.triage import Assessment


def escalation(before: Case, assessment: Assessment, message: Message, now: datetime) -> dict[str, Any] | None:
    """A record when this message raises a new reason to seek help, else None.

    Times are ISO 8601 in UTC, hours are since treatment; plain JSON, so that it can stand in a slot.
    """
    if assessment.urgency < Urgency.CONTACT_CLINIC or assessment.help_received:
        return None
    names = [finding.name for finding in assessment.reported] or list(assessment.case.findings)
    if not names:  # an emergency of an earlier treatment that is still open: it has its record
        return None
    new = set(assessment.case.findings) - set(before.findings)
    overdue = assessment.case.lasts_too_long(now) and not before.lasts_too_long(now)
    if not (new or overdue or assessment.urgency > before.highest_urgency or assessment.new_emergency):
        return None
    hours = hours_since(assessment.case.treated_at, now)
    return {
        "at": now.isoformat(timespec="seconds"),
        "urgency": assessment.urgency.label,
        "findings": names,
        "words": [finding.words for finding in assessment.reported if finding.words],
        "treated_area": assessment.case.treated_area,
        "near_chest_wall": assessment.chest_wall,
        "blood_thinner": assessment.case.blood_thinner,
        "hours_since_treatment": None if hours is None else round(hours, 1),
    }
