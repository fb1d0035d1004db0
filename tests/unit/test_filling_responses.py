"""How a response gets its values: the clinic's always win, and a patient never reads a gap."""

from typing import Any

import pytest
from rasa.shared.core.domain import Domain

from aftercare.clinic import load_clinic
from server.responses import ClinicResponses, fill

DOMAIN = """
version: "3.1"
slots:
  clinic_phone: {type: text, mappings: [{type: custom}]}
  area: {type: text, mappings: [{type: custom}]}
responses:
  utter_call: [{text: "Call {clinic_phone} or {emergency_number}."}]
  utter_area: [{text: "It was the {area}. Rest it."}]
  utter_only_area: [{text: "It was the {area}."}]
  utter_buttons: [{text: "Where?", buttons: [{title: "The {area}", payload: "It was the {area}"}]}]
  utter_json: [{custom: {phone: "{clinic_phone}", list: ["{area}", 3, null]}}]
  utter_empty: [{text: ""}]
  utter_channel: [{channel: telegram, text: "On Telegram"}, {text: "Elsewhere"}]
  utter_problem: [{text: "Call {clinic_phone}."}]
"""
PHONE = load_clinic().phone
EMERGENCY = load_clinic().emergency_number


@pytest.fixture
def responses() -> ClinicResponses:
    return ClinicResponses(domain=Domain.from_yaml(DOMAIN))


@pytest.mark.parametrize(
    ("name", "slots", "values", "text"),
    [
        ("utter_call", {}, {}, f"Call {PHONE} or {EMERGENCY}."),
        ("utter_call", {"clinic_phone": "1"}, {"emergency_number": "2"}, f"Call {PHONE} or {EMERGENCY}."),
        ("utter_area", {"area": "back"}, {}, "It was the back. Rest it."),
        ("utter_area", {"area": "back"}, {"area": "leg"}, "It was the leg. Rest it."),
        ("utter_area", {"area": None}, {}, "Rest it."),
        ("utter_area", {}, {}, "Rest it."),
        ("utter_area", {"area": "{clinic_phone}"}, {}, "It was the (clinic_phone). Rest it."),
        ("utter_area", {"area": "0[x] {0} {{"}, {}, "It was the 0[x] (0) ((. Rest it."),
        ("utter_area", {"area": 0}, {}, "It was the 0. Rest it."),
        ("utter_only_area", {}, {}, f"Call {PHONE}."),
        ("utter_empty", {}, {}, f"Call {PHONE}."),
        ("utter_that_nobody_wrote", {}, {}, f"Call {PHONE}."),
        ("utter_channel", {}, {}, "Elsewhere"),
    ],
)
def test_the_text(responses: ClinicResponses, name: str, slots: dict[str, Any], values: dict[str, Any], text: str) -> None:
    response = responses.generate_from_slots(name, slots, "rest", **values)
    assert response is not None
    assert response["text"] == text


def test_other_parts_are_filled_too(responses: ClinicResponses) -> None:
    response = responses.generate_from_slots("utter_buttons", {"area": "back"}, "rest") or {}
    assert response["buttons"] == [{"title": "The back", "payload": "It was the back"}]
    response = responses.generate_from_slots("utter_json", {"area": "back"}, "rest") or {}
    assert response["custom"] == {"phone": PHONE, "list": ["back", 3, None]}


def test_the_domain_is_not_changed_by_filling(responses: ClinicResponses) -> None:
    for area in ("back", "leg"):
        response = responses.generate_from_slots("utter_buttons", {"area": area}, "rest") or {}
        assert response["buttons"][0]["title"] == f"The {area}"


def test_rasa_may_restart_without_a_word(responses: ClinicResponses) -> None:
    assert responses.generate_from_slots("utter_restart", {}, "rest") is None


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("One {a}. Two {b}. Three {a}.", "One 1. Three 1."),
        ("One {a}.\n\nTwo {b}.\nThree.", "One 1.\n\nThree."),
        ("{b}", ""),
        ("One {a}: yes! {b}? Two.", "One 1: yes! Two."),
        ("One. Two { }. Three {a b}.", "One."),
        (5, 5),
        (None, None),
    ],
)
def test_a_sentence_without_its_value_is_left_out(template: Any, filled: Any) -> None:
    assert fill(template, {"a": 1, "b": None}) == filled
