"""Facts of the treatment and of the patient: the treated area, a blood thinner, which everyday question it is."""

from __future__ import annotations

import pytest

from aftercare.facts import blood_thinner, everyday_topic, near_chest_wall, treated_area
from aftercare.findings import load
from aftercare.text import words

AREAS = [
    ("you did my calf", "calf"),
    ("both calves this time", "calf"),
    ("it was my upper back", "upper back"),
    ("between the shoulder blades", "upper back"),
    ("in my shoulder blade", "shoulder blade"),
    ("my shoulder", "shoulder"),
    ("lower back and hips", "lower back"),
    ("my back", "back"),
    ("the needles went in my trap", "shoulder"),
    ("piriformis", "buttock"),
    ("IT band", "thigh"),
    ("under the ribs", "ribs"),
    ("TMJ needling", "jaw"),
    ("the left pec", "chest"),
    ("tennis elbow", "elbow"),
    ("nothing in particular", None),
    ("", None),
]

NEAR_THE_CHEST = {  # TRIAGE.md: neck, shoulder, upper back, chest, ribs
    "neck": True, "shoulder": True, "shoulder blade": True, "upper back": True, "back": True, "chest": True, "ribs": True,
    "lower back": False, "calf": False, "thigh": False, "jaw": False, "hand": False, "buttock": False, "foot": False,
}  # fmt: skip

TAKEN, NOT_TAKEN = True, False
THINNERS = [
    ("I take warfarin", TAKEN),
    ("on Eliquis twice a day", TAKEN),
    ("im on xarelto", TAKEN),
    ("a blood thinner for my heart", TAKEN),
    ("low dose aspirin every morning", TAKEN),
    ("on clopidogrel since the stent", TAKEN),
    ("yes, apixaban", TAKEN),
    ("I'm not on any blood thinners", NOT_TAKEN),
    ("no blood thinners", NOT_TAKEN),
    ("I do not take a blood thinner", NOT_TAKEN),
    ("I stopped warfarin in spring", NOT_TAKEN),
    ("never been on warfarin", NOT_TAKEN),
    ("blood thinners: no", NOT_TAKEN),
    ("not on warfarin any more, I'm on Eliquis now", TAKEN),
    ("no allergies. I take warfarin", TAKEN),
    ("not a fan of pills but I take warfarin", TAKEN),
    ("I take ibuprofen", None),
    ("a thin needle", None),
    ("", None),
]

EVERYDAY = [
    ("can I have a beer tonight", "alcohol"),
    ("is a glass of wine ok", "alcohol"),
    ("when can I shower", "bath_or_shower"),
    ("is the sauna allowed", "sauna"),
    ("can I swim tomorrow", "swimming"),
    ("may I drive home", "driving"),
    ("can I go to work", "work"),
    ("how should I sleep on it", "sleep"),
    ("is a massage ok", "massage"),
    ("can I fly on Friday", "flying"),
    ("can I get a tattoo there", "tattoo"),
    ("is a vaccine fine this week", "vaccination"),
    ("can we have sex", "sex"),
    ("what should I eat", "food"),
    ("can I put deodorant on", "skin"),
    ("can I keep bees", "other"),
]


@pytest.mark.parametrize(("message", "area"), AREAS)
def test_the_treated_area_by_the_name_that_the_clinic_uses(message: str, area: str | None) -> None:
    found = treated_area(words(message))
    assert (found.value if found else None) == area


def test_the_longest_name_wins_and_knows_its_place() -> None:
    message = "They did my Upper Back."
    found = treated_area(words(message))
    assert found is not None
    assert message[found.start : found.end] == "Upper Back"


@pytest.mark.parametrize(("area", "near"), NEAR_THE_CHEST.items())
def test_which_areas_are_near_the_chest_wall(area: str, near: bool) -> None:
    assert near_chest_wall(area) is near


def test_an_area_that_is_not_known_is_not_near_the_chest_wall() -> None:
    assert not near_chest_wall(None)


def test_the_areas_near_the_chest_wall_are_areas() -> None:
    assert set(load("facts")["near_chest_wall"]) <= set(load("facts")["areas"])


@pytest.mark.parametrize(("message", "taken"), THINNERS)
def test_whether_a_blood_thinner_is_taken(message: str, taken: bool | None) -> None:
    found = blood_thinner(words(message))
    assert (found[0] if found else None) is taken


@pytest.mark.parametrize("message", ["no, I take warfarin", "No I am on Eliquis", "I never stopped warfarin"])
def test_a_no_to_something_else_does_not_deny_a_thinner(message: str) -> None:
    found = blood_thinner(words(message))
    assert found is not None
    assert found[0] is TAKEN


@pytest.mark.parametrize(("message", "topic"), EVERYDAY)
def test_an_everyday_question_by_its_topic(message: str, topic: str) -> None:
    assert everyday_topic(words(message)) == f"everyday_{topic}"


@pytest.mark.parametrize(("message", "topic"), [("can I use a hot tub", "sauna"), ("can I have a blood test", "vaccination")])
def test_an_everyday_term_of_two_words(message: str, topic: str) -> None:
    assert everyday_topic(words(message)) == f"everyday_{topic}"
