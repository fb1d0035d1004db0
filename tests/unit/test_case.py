"""What is known of one treatment, and its form as Rasa slots."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given

from aftercare.case import Case
from aftercare.findings import Urgency
from aftercare.timeline import Phase
from tests.unit.clinical import NOW, cases, known

LEVELS = [
    # known findings, hours, on a thinner: the level of all that is known
    ((), None, None, "none"),
    (("soreness",), None, None, "self_care"),
    (("soreness",), 71, None, "self_care"),
    (("soreness",), 73, None, "contact_clinic"),
    (("twitching",), 73, None, "contact_clinic"),
    (("small_bruise",), 73, None, "self_care"),
    (("small_bruise", "numbness"), 5, None, "contact_clinic"),
    (("severe_bruise",), 5, None, "contact_clinic"),
    (("severe_bruise",), 5, False, "contact_clinic"),
    (("severe_bruise",), 5, True, "urgent"),
    (("soreness", "fever"), 100, None, "urgent"),
    (("fever", "chest_pain"), 100, None, "emergency"),
]


@pytest.mark.parametrize(("findings", "hours", "thinner", "level"), LEVELS)
def test_the_level_of_all_that_is_known(findings: tuple[str, ...], hours: float | None, thinner: bool | None, level: str) -> None:
    assert known(*findings, hours=hours, blood_thinner=thinner).urgency(NOW).label == level


@given(cases())
def test_it_goes_into_slots_and_comes_back_the_same(case: Case) -> None:
    assert Case.from_slots(case.to_slots()) == case


@given(cases())
def test_it_comes_back_the_same_from_a_database(case: Case) -> None:
    assert Case.from_slots(json.loads(json.dumps(case.to_slots()))) == case


@pytest.mark.parametrize(
    "slots", [{}, dict.fromkeys(Case().to_slots()), {"findings": [], "asked_before": [], "misunderstood": 0.0}]
)
def test_missing_and_empty_slots_are_a_new_case(slots: dict[str, object]) -> None:
    assert Case.from_slots(slots) == Case()


def test_numbers_of_rasas_float_slots_are_whole_again() -> None:
    assert Case.from_slots({"misunderstood": 2.0}).misunderstood == 2


def test_every_slot_is_in_the_domain() -> None:
    domain = yaml.safe_load((Path(__file__).parents[2] / "domain.yml").read_text(encoding="utf-8"))
    assert set(Case().to_slots()) | {"urgency", "escalation"} == set(domain["slots"])


def test_a_new_treatment_keeps_the_patient_and_drops_the_old_treatment() -> None:
    old = known(
        "fever", hours=50, treated_area="calf", blood_thinner=True, highest_urgency=Urgency.URGENT, asked_before=("time",)
    )
    assert old.after_new_treatment() == Case(blood_thinner=True)


def test_a_finding_is_kept_once() -> None:
    assert known("soreness").with_findings(("soreness", "fever", "fever")).findings == ("soreness", "fever")


def test_the_time_is_absolute_and_does_not_go_stale() -> None:
    case = Case.from_slots(known("soreness", hours=70).to_slots())
    assert case.phase(NOW) is Phase.THIRD_DAY
    assert case.phase(NOW + timedelta(hours=3)) is Phase.BEYOND
    assert case.urgency(NOW + timedelta(hours=3)) is Urgency.CONTACT_CLINIC


def test_the_time_is_stored_in_utc() -> None:
    assert datetime.fromisoformat(known(hours=1).to_slots()["treated_at"]).utcoffset() == timedelta(0)
