"""Both detectors together: what is found in a message, what it asserts of it, and the patient's words that it stands on."""

from __future__ import annotations

import pytest

from aftercare.detection import Detector
from aftercare.findings import Assertion
from aftercare.reading import Reader

PRESENT = Assertion.PRESENT


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, tuple[Assertion, str]]]:
    detector, reader = Detector(), Reader()
    return {
        message: {f.name: (f.assertion, message[f.start : f.end]) for f in detector.detect(reader.read(message))}
        for message, *_ in CASES
    }


CASES = [
    # message, finding, status, the words that are quoted to the nurse
    ("ok thanks, and I get puffed going up one flight", "breathlessness", PRESENT, "I get puffed going up one flight"),
    (
        "Lovely clinic. But my arm just hangs there like a wet sock!",
        "new_weakness",
        PRESENT,
        "my arm just hangs there like a wet sock",
    ),
    ("No fever, but it stabs under the ribs when I inhale.", "chest_pain", PRESENT, "it stabs under the ribs when I inhale"),
    ("No fever, but it stabs under the ribs when I inhale.", "fever", Assertion.ABSENT, "No fever"),
    ("My dog has a fever and the vet is closed, I feel great", "fever", Assertion.OTHER_PERSON, "My dog has a fever"),
]


@pytest.mark.parametrize(("message", "finding", "status", "words"), CASES)
def test_a_finding_its_status_and_its_words(
    found: dict[str, dict[str, tuple[Assertion, str]]], message: str, finding: str, status: Assertion, words: str
) -> None:
    assert found[message][finding][0] is status
    assert found[message][finding][1].startswith(words)
