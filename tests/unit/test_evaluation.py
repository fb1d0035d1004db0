"""What `make evaluate` counts, how it misspells, and that its report shows figures and never a message."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from aftercare.findings import Urgency
from tools import report, results
from tools.scoring import Answer, Figure, by_tag, confusion, figures
from tools.slips import slips_of, with_slips
from tools.targets import ABLATION, TARGETS, Target
from tools.test_sets import Said, TestSet, TimeCase, spread

SECRET = "an utterance that nobody may see"


def answer(right: str, got: str, *tags: str) -> Answer:
    return Answer(tuple(map(Urgency.of, right.split())), Urgency.of(got), tags)


@pytest.mark.parametrize(
    ("right", "got", "expected"),
    [
        # of one message: recognised emergencies, urgent or higher, exact, false emergencies, false urgent
        ("emergency", "emergency", "1/1 1/1 1/1 0/0 0/0"),
        ("emergency", "urgent", "0/1 1/1 0/1 0/0 0/0"),
        ("emergency", "self_care", "0/1 0/1 0/1 0/0 0/0"),
        ("urgent", "emergency", "0/0 1/1 0/1 0/0 0/0"),
        ("urgent contact_clinic", "contact_clinic", "0/0 1/1 1/1 0/0 0/0"),
        ("contact_clinic", "urgent", "0/0 0/0 0/1 0/0 0/0"),
        ("none info", "info", "0/0 0/0 1/1 0/1 0/1"),
        ("info", "emergency", "0/0 0/0 0/1 1/1 1/1"),
        ("self_care", "urgent", "0/0 0/0 0/1 0/1 1/1"),
        ("info emergency", "emergency", "0/0 0/0 1/1 0/0 0/0"),
    ],
)
def test_how_a_message_is_counted(right: str, got: str, expected: str) -> None:
    found = figures([answer(right, got)])
    shown = [found[key] for key in ("emergency", "urgent", "exact", "false_emergency", "false_urgent")]
    assert " ".join(f"{figure.hits}/{figure.of}" for figure in shown) == expected


def test_signs_of_the_source_and_hard_negatives_are_counted_by_tag() -> None:
    found = figures(
        [
            answer("emergency", "info", "chest"),
            answer("emergency", "emergency", "collapse"),
            answer("emergency", "emergency", "cough", "typo"),
            answer("info", "emergency", "hard_negative"),
            answer("info", "emergency"),
        ]
    )
    assert found["source_signs"] == Figure(1, 2)
    assert found["false_emergency_hard"] == Figure(1, 1)
    assert found["false_emergency"] == Figure(2, 2)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),  # Newcombe's example (Statistics in Medicine 1998)
        (400, 400, 0.9905, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilsons_interval(hits: int, of: int, low: float, high: float) -> None:
    assert Figure(hits, of).interval == pytest.approx((low, high), abs=5e-5)


def test_a_listed_level_is_right_in_the_confusion_matrix() -> None:
    table = confusion([answer("info none", "none"), answer("info", "urgent")])
    assert table["info"] == {"emergency": 0, "urgent": 1, "contact_clinic": 0, "self_care": 0, "info": 1, "none": 0}


def test_the_most_frequent_tag_comes_first() -> None:
    table = by_tag([answer("info", "info", "uk"), answer("emergency", "info", "caps"), answer("none", "none", "caps")])
    assert list(table) == ["caps", "uk"]
    assert table["caps"]["exact"] == Figure(1, 2)
    assert table["caps"]["emergency"] == Figure(0, 1)


@pytest.mark.parametrize(
    ("target", "figure", "verdict"),
    [
        (Target("a", "a", low=0.95), Figure(95, 100), "met"),
        (Target("a", "a", low=0.95), Figure(90, 100), "**missed** by 5.0 points (5 more)"),
        (Target("a", "a", high=0.01), Figure(1, 100), "met"),
        (Target("a", "a", high=0.01), Figure(3, 100), "**missed** by 2.0 points (2 fewer)"),
        (Target("a", "a"), Figure(3, 100), ""),
    ],
)
def test_verdicts(target: Target, figure: Figure, verdict: str) -> None:
    assert target.verdict(figure) == verdict


@pytest.mark.parametrize("text", ["my chest hurts when I breathe", "SHORTNESS of breath!!", "itchy a bit 😩"])
def test_slips_change_one_or_two_words_and_stay_the_same_for_a_seed(text: str) -> None:
    for seed in map(str, range(50)):
        slipped = with_slips(text, 2, seed)
        assert slipped == with_slips(text, 2, seed)
        assert len(slipped.split()) == len(text.split())
        assert 1 <= sum(a != b for a, b in zip(slipped.split(), text.split())) <= 2
        assert abs(len(slipped) - len(text)) <= 2


def test_slips_leave_short_words_and_tags_alone() -> None:
    assert with_slips("I am in no air", 2, "seed") == "I am in no air"
    said = Said("shortness of breath", (Urgency.EMERGENCY,), ("breath",))
    (slipped,) = slips_of([said])
    assert (slipped.right, slipped.tags) == (said.right, said.tags)
    assert slipped.text != said.text


@pytest.mark.parametrize(
    ("wanted", "hours", "right"),
    [
        (None, None, True), (None, 3.0, False), ((3, 10), None, False), ((3, 10), 3.0, True), ((3, 10), 10.04, True),
        ((3, 10), 10.1, False), ((48, 48), 48.0, True),
    ],
)  # fmt: skip
def test_times(wanted: tuple[float, float] | None, hours: float | None, right: bool) -> None:
    assert TimeCase("", wanted).is_right(hours) is right


def test_a_part_of_a_set_is_spread_over_it() -> None:
    assert spread(list(range(10)), 4) == [0, 2, 5, 7]
    assert spread([1, 2], None) == spread([1, 2], 5) == [1, 2]


def test_no_repr_shows_a_text() -> None:
    said, time = Said(SECRET, (Urgency.INFO,)), TimeCase(SECRET, None)
    tests = TestSet("held_out", [said], [[said]], [time], datetime(2026, 1, 1, tzinfo=timezone.utc), "")
    assert SECRET not in f"{said!r} {time!r} {tests!r} {Answer.to(said, Urgency.INFO)!r}"


def measured(name: str) -> dict[str, Any]:
    answers = [answer("emergency", "emergency", "chest")] * 12
    about = {
        "date": "2026-01-02",
        "command": "make evaluate",
        "set": "held_out",
        "fingerprint": "abc",
        "model": "def",
        "program": "123",
    }
    tests = TestSet("held_out", [Said(SECRET, (Urgency.EMERGENCY,))], [], [], datetime(2026, 1, 1, tzinfo=timezone.utc), "abc")
    took = {"p50": 7.0, "p95": 9.0, "processor_p50": 6.0, "processor_p95": 8.0, "messages": 12, "machine": "a machine"}
    found = {target.name: Figure(12, 12) for target in TARGETS if name == "assistant" or target.name != "times"}
    parts = {"without": {part: {key: Figure(3, 4) for key in ABLATION} for part in ("nothing", "speller")}}
    whole = {"figures": found, "confusion": confusion(answers), "tags": by_tag(answers), "parse": took, "answer": took}
    return {**about, "counts": tests.counts, **(parts if name == "ablation" else whole)}


@pytest.mark.parametrize("names", [("assistant",), ("baseline",), ("assistant", "ablation", "baseline")])
def test_the_report_is_complete_with_any_parts_and_keeps_the_notes(names: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "evaluation.json"
    results.write(path, {name: measured(name) for name in names})
    first = report.written(results.read(path), "")
    again = report.written(results.read(path), f"{first}\nWhy one target was missed.\n")
    assert again == f"{first}\nWhy one target was missed.\n"
    assert ("Not measured yet." in first) is (len(names) < 3)
    assert ("**not measured yet**" in first) is (len(names) < 3)
    assert "100.0 % (12/12; 75.8 to 100.0)" in first
    assert "$" not in first
    assert SECRET not in first + path.read_text(encoding="utf-8")


def test_parts_of_different_models_are_not_compared_in_silence() -> None:
    parts = {"assistant": measured("assistant"), "ablation": {**measured("ablation"), "model": "another"}}
    assert "different models" in report.written(parts, "")
    assert "different" not in report.written({**parts, "ablation": measured("ablation")}, "").split("## Against")[0]
