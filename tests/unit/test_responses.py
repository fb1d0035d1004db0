"""Every sentence that a patient reads: traceable, complete, plain, short, and never saying what it must not."""

import re
from statistics import median

import pytest
import yaml

from aftercare.clinic import load_clinic
from aftercare.findings import Urgency
from aftercare.replies import response_names
from aftercare.review import DOMAIN_PATH, Entry, ReviewError, clinical_entries, read_responses, sheet

RESPONSES = read_responses()
NAMES = sorted(RESPONSES)
TEXTS = {name: items[0]["text"].strip() for name, items in RESPONSES.items()}
BUTTONS = [(name, button) for name, items in RESPONSES.items() for item in items for button in item.get("buttons", ())]

#: Said by the channels and the server themselves, not by aftercare/replies.py.
SAID_BY_CHANNELS = {
    f"utter_{name}"
    for name in """
    start help stopped deleted only_text only_private too_fast too_long empty welcome message_too_long still_working
    not_deleted restarted caption_only button_expired timeline timeline_late telegram_commands telegram_description
    """.split()
}
CLINIC_PLACEHOLDERS = set(load_clinic().values())  # the keys of that mapping
MORE_VALUES = {
    "utter_emergency_you_wrote": {"words"},
    "utter_emergency_chest_wall": {"treated_area_said"},
    "utter_area_noted": {"treated_area_said"},
    "utter_timeline": {"hours"},
    "utter_timeline_late": {"days"},
}
#: Static: a rule utters these with no action, so nothing but the clinic's values can fill them.
STATIC = ("utter_emergency", "utter_crisis", "utter_urgent")
MOST_CHARACTERS = 420
MOST_BUTTON_TITLE = 30
MOST_BUTTON_PAYLOAD_BYTES = 64  # Telegram's limit for what a button carries
MOST_GRADE = 8.0
MOST_MEDIAN_GRADE = 6.0

FORBIDDEN = {
    "the source's claim on waste, unproven": r"\bflush|\btoxin|\bwaste\b|\bdetox",
    "a diagnosis as a claim": r"\bdiagnos|\b(you have|this is) an? (infection|blood clot|clot|collapsed lung|nerve)",
    "waiting as advice": r"\bjust wait|\bwait and see|\bwait it out|\bwait a (day|few)|\bcan wait until|\bno need to call",
    "jargon": r"\bpneumothorax|\bmyofascial|\banalges|\bNSAID|\badverse|\bhealthcare provider|\bsymptom",
    "a dose": r"\d\s*-?\s*(mg|milligrams?|grams?|g|ml|tablets?|pills?|capsules?|times|drops)\b",
    "a session, which is Rasa's word": r"\bsessions?\b",
    "gender": r"\b(he|she|him|her|his|hers)\b",
    "false comfort": r"\bdon'?t worry|\bnothing to worry|\bharmless|\byou are fine|\bnothing serious",
    "emoji": r"[\U0001F000-\U0001FAFF\u2600-\u27BF]",
    "exclamation": r"!",
}


@pytest.mark.parametrize("name", NAMES)
def test_it_has_one_variation_and_a_source_or_is_marked_as_not_clinical(name: str) -> None:
    [item] = RESPONSES[name]
    metadata = item["metadata"]
    if metadata.get("clinical") is False:
        assert set(metadata) == {"clinical"}
    else:
        assert set(metadata) == {"source", "reviewed"}
        assert re.match(r"dry-needling-and-pain\.txt, .+ ¶\d|beyond the source$", metadata["source"])


def test_every_response_that_a_reply_can_name_exists_and_none_is_left_over() -> None:
    assert not response_names() - set(NAMES)
    assert not set(NAMES) - response_names() - SAID_BY_CHANNELS
    assert not SAID_BY_CHANNELS - set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_placeholders_are_known_where_they_stand(name: str) -> None:
    used = set(re.findall(r"\{([^{}]*)\}", TEXTS[name]))
    assert used <= CLINIC_PLACEHOLDERS | MORE_VALUES.get(name, set())
    assert re.sub(r"\{\w+\}", "", TEXTS[name]).count("{") == 0


@pytest.mark.parametrize("name", STATIC)
def test_static_responses_need_only_the_clinic(name: str) -> None:
    assert set(re.findall(r"\{(\w+)\}", TEXTS[name])) <= CLINIC_PLACEHOLDERS


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("utter_emergency", ["call {emergency_number} now", "do not wait", "not drive yourself", "{clinic_phone}"]),
        ("utter_emergency_short", ["call {emergency_number} now"]),
        ("utter_crisis", ["call {emergency_number} now", "{crisis_line}"]),
        ("utter_first_aid_self_harm", ["{crisis_line}"]),  # the opening may have been utter_emergency
        ("utter_what_if_emergency", ["call {emergency_number}", "not wait", "not drive yourself", "{clinic_phone}"]),
        ("utter_urgent", ["medical attention today", "call {emergency_number}", "{clinic_phone}"]),
        ("utter_urgent_reminder", ["today", "call {emergency_number}"]),
        ("utter_urgent_leg_swelling", ["not massage", "{emergency_number}"]),
        ("utter_urgent_severe_bruise", ["Do not stop your medicine"]),
        ("utter_contact_clinic_needle_left", ["do not dig"]),
        ("utter_contact_clinic_how", ["today", "{clinic_phone}", "{emergency_number}"]),
        ("utter_contact_clinic_reminder", ["today", "{clinic_phone}"]),
        ("utter_contact_clinic_numbness", ["{emergency_number}"]),
        ("utter_self_care_unknown", ["expected", "Water, warmth", "{emergency_number}", "{clinic_phone}"]),
        ("utter_self_care_first_day", ["expected", "Water, warmth", "{emergency_number}", "{clinic_phone}"]),
        ("utter_self_care_second_day", ["expected", "Water, warmth", "{emergency_number}", "{clinic_phone}"]),
        ("utter_self_care_third_day", ["settling", "Water, warmth", "{emergency_number}", "{clinic_phone}"]),
        ("utter_self_care_three_days", ["beyond three days", "practitioner", "{emergency_number}", "{clinic_phone}"]),
        ("utter_answer_duration_beyond", ["call the clinic now", "{clinic_phone}"]),
        ("utter_answer_exercise_beyond", ["call the clinic now", "until they have answered", "{clinic_phone}"]),
        ("utter_answer_nsaids", ["ask your practitioner", "alarm"]),
        ("utter_answer_nsaids_on_blood_thinner", ["do not add", "Keep taking your blood thinner"]),
        ("utter_answer_acetaminophen", ["paracetamol", "as the packet says"]),
        ("utter_answer_warning_signs", ["{emergency_number}", "{clinic_phone}", "dry cough", "fever", "three days"]),
        ("utter_menu", ["{clinic_phone}", "{emergency_number}"]),
        ("utter_still_not_understood", ["{clinic_phone}", "{emergency_number}"]),
        ("utter_problem", ["{clinic_phone}", "{emergency_number}"]),
        ("utter_start", ["not an emergency service", "{emergency_number}", "{privacy_note}"]),
        ("utter_too_fast", ["{emergency_number}"]),
    ],
)
def test_what_must_be_said_is_said(name: str, parts: list[str]) -> None:
    assert [part for part in parts if part not in TEXTS[name]] == []


@pytest.mark.parametrize("level", [Urgency.EMERGENCY, Urgency.URGENT, Urgency.CONTACT_CLINIC])
def test_a_hypothetical_names_whom_to_call(level: Urgency) -> None:
    assert re.search(r"\{(emergency_number|clinic_phone)\}", TEXTS[f"utter_what_if_{level.label}"])


@pytest.mark.parametrize("reason", FORBIDDEN)
def test_nothing_says(reason: str) -> None:
    said = [*TEXTS.items(), *((name, button["title"]) for name, button in BUTTONS)]
    assert [(name, text) for name, text in said if re.search(FORBIDDEN[reason], text, re.IGNORECASE)] == []


@pytest.mark.parametrize("name", NAMES)
def test_it_is_short(name: str) -> None:
    assert 0 < len(TEXTS[name]) <= MOST_CHARACTERS
    assert "\n" not in TEXTS[name]


@pytest.mark.parametrize(("name", "button"), BUTTONS)
def test_buttons_are_plain_sentences_within_limits(name: str, button: dict[str, str]) -> None:
    assert set(button) == {"title", "payload"}
    assert 0 < len(button["title"]) <= MOST_BUTTON_TITLE
    assert 0 < len(button["payload"].encode()) <= MOST_BUTTON_PAYLOAD_BYTES
    assert not button["payload"].startswith("/")
    assert not set("{}") & set(button["payload"])


@pytest.mark.parametrize(
    ("name", "payloads"),
    [
        ("utter_emergency_tell_me", ["I have called the emergency number", "I have been seen by a doctor"]),
        (
            "utter_ask_time",
            [
                "It was today",
                "It was yesterday",
                "It was two days ago",
                "It was three days ago",
                "It was more than three days ago",
                "I do not know when it was",
            ],
        ),
        ("utter_ask_blood_thinner", ["Yes, I take a blood thinner", "No, I do not take a blood thinner", "I do not know"]),
        ("utter_ask_red_flags", ["Yes", "No", "I do not know"]),
        ("utter_still_not_understood", []),
    ],
)
def test_a_question_offers_its_answers(name: str, payloads: list[str]) -> None:
    assert [button["payload"] for said_by, button in BUTTONS if said_by == name] == payloads


def test_a_rephrase_offers_four_or_five_topics() -> None:
    assert 4 <= sum(name == "utter_rephrase" for name, _ in BUTTONS) <= 5


# Reading age. Values count as the plain words that they stand for; the clinic's privacy note is the clinic's to keep plain.
FILLED = {
    "clinic_name": "the clinic",
    "clinic_phone": "this number",
    "emergency_number": "911",
    "crisis_line": "988",
    "opening_hours": "Monday to Friday from 9 to 5",
    "privacy_note": "",
    "words": "my chest hurts",
    "treated_area_said": "upper back",
    "hours": "30",
    "days": "4",
}


def syllables(word: str) -> int:
    """Groups of vowels, less a silent ending; at least 1."""
    word = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", word))
    if re.search(r"[^aeiouytdl]ed$|[^aeiouylsxzcg]es$|[^aeiouyl]e$|[aeiouy]l(e|es)$", word):
        groups -= 1
    return max(groups, 1)


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text, in years of school."""
    text = re.sub(r"\{(\w+)\}", lambda match: FILLED[match[1]], text)
    sentences = [part for part in re.split(r"[.?!](?=\s|$)", text) if part.strip()]
    words = re.findall(r"[\w'’-]+", text)
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("sore", 1), ("needle", 2), ("needled", 2), ("treated", 2), ("practitioner", 4), ("emergency", 4), ("used", 1),
        ("massage", 2), ("muscles", 2), ("bruises", 2), ("people", 2), ("911", 1), ("breathe", 1), ("asked", 1),
        ("acetaminophen", 6), ("times", 1), ("rule", 1), ("needles", 2),
    ],
)  # fmt: skip
def test_syllables_are_counted(word: str, count: int) -> None:
    assert syllables(word) == count


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_of_twelve_can_read_it(name: str) -> None:
    assert grade(TEXTS[name]) <= MOST_GRADE


def test_most_are_easier_still() -> None:
    assert median(map(grade, TEXTS.values())) <= MOST_MEDIAN_GRADE


def test_the_domain_names_each_slot_that_the_case_keeps() -> None:
    from aftercare.case import Case

    slots = yaml.safe_load(DOMAIN_PATH.read_text(encoding="utf-8"))["slots"]
    assert set(Case().to_slots()) <= set(slots)
    assert {slot["influence_conversation"] for slot in slots.values()} == {False}


def test_the_review_sheet_holds_each_clinical_response_with_source_and_reviewer() -> None:
    responses = {
        "utter_a": [{"text": "Call {clinic_phone}. You wrote {words}.", "metadata": {"source": "leaflet ¶1", "reviewed": None}}],
        "utter_b": [
            {
                "text": "Is it so?",
                "buttons": [{"title": "Yes", "payload": "Yes"}],
                "metadata": {"source": "beyond the source", "reviewed": "A. Clinician, 2024-05-01"},
            }
        ],
        "utter_c": [{"text": "Hello.", "metadata": {"clinical": False}}],
    }
    entries = clinical_entries(responses)
    assert [entry.name for entry in entries] == ["utter_a", "utter_b"]
    page = sheet(entries, {"clinic_name": "Harbour Physio", "clinic_phone": "555 0100"})
    for part in (
        "Harbour Physio", "2 responses, 1 reviewed, 1 to review", "Call 555 0100. You wrote {words}.", "Source: leaflet ¶1",
        "Reviewed: ____", "Reviewed: A. Clinician, 2024-05-01", "Buttons: Yes", "Signature",
    ):  # fmt: skip
        assert part in page
    assert "Hello." not in page


@pytest.mark.parametrize("metadata", [None, {}, {"source": ""}, {"reviewed": "A. Clinician"}, {"clinical": True}])
def test_a_clinical_response_without_a_source_cannot_be_reviewed(metadata: dict[str, str] | None) -> None:
    with pytest.raises(ReviewError, match="utter_a"):
        clinical_entries({"utter_a": [{"text": "Rest.", "metadata": metadata}]})


def test_the_sheet_of_the_repository_is_complete_and_narrow() -> None:
    page = sheet(clinical_entries(RESPONSES), load_clinic().values())
    assert all(f". {entry.name}\n" in page for entry in clinical_entries(RESPONSES))
    assert max(map(len, page.splitlines())) <= 88
    assert "assistant of the clinic" in sheet([Entry("utter_a", "Rest.", "leaflet")], {})
