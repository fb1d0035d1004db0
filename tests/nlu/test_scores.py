"""How well patients' words are read: floors for the development set and for the held-out set, and the figures printed.

`make evaluate` measures the same through the server and writes docs/EVALUATION.md; this is the gate that runs with every
change. Of the held-out set nothing but figures is ever printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from aftercare.findings import Urgency
from tests.agent import Assistant, QuickConversation
from tools.scoring import Answer, Figure, count, figures

HERE = Path(__file__).parent

#: The least that must be reached, and the most that may go wrong. Shares of one.
FLOORS = {
    #            emergencies  urgent or     exact    exact turns of
    #            recognised   higher        level    conversations
    "dev":      {"emergency": 0.995, "urgent": 0.985, "exact": 0.955, "turns": 0.95},
    "held_out": {"emergency": 0.985, "urgent": 0.975, "exact": 0.945, "turns": 0.94},
}  # fmt: skip
CEILINGS = {
    #            calm messages answered as
    #            an emergency               urgent or higher
    "dev":      {"false_emergency": 0.025, "false_urgent": 0.03},
    "held_out": {"false_emergency": 0.02, "false_urgent": 0.03},
}  # fmt: skip


def read(name: str, pattern: str) -> Iterator[dict[str, Any]]:
    for path in sorted((HERE / name).glob(pattern)):
        yield from yaml.safe_load(path.read_text(encoding="utf-8"))


def answered(agent: Assistant, turns: list[dict[str, Any]]) -> Iterator[Answer]:
    """The answers of one conversation, by NLU and the clinical core."""
    patient = QuickConversation(agent)
    for turn in turns:
        right = tuple(Urgency.of(label) for label in (turn["level"], *turn.get("also", ())))
        try:
            got = Urgency.of(patient.say(turn["say"]))
        except Exception as error:
            raise AssertionError(f"a message could not be read: {type(error).__name__}") from None
        yield Answer(right, got, ())


@pytest.fixture(scope="module", params=list(FLOORS))
def scored(agent: Assistant, request: pytest.FixtureRequest) -> tuple[str, dict[str, Figure]]:
    """A test set and its figures; parsed once for all tests of this module."""
    name = str(request.param)
    messages = [answer for message in read(name, "messages*.yml") for answer in answered(agent, [message])]
    turns = [answer for talk in read(name, "conversations*.yml") for answer in answered(agent, talk["turns"])]
    return name, {**figures(messages), "turns": count(turns, lambda answer: answer.exact)}


def test_the_figures_stand_above_their_floors(scored: tuple[str, dict[str, Figure]], capsys: pytest.CaptureFixture[str]) -> None:
    name, found = scored
    named = {**FLOORS[name], **CEILINGS[name]}
    with capsys.disabled():
        print(f"\n{name}: " + ", ".join(f"{key} {found[key].hits}/{found[key].of} ({found[key].share:.1%})" for key in named))
    below = [f"{key} {found[key].share:.3f} is below {floor}" for key, floor in FLOORS[name].items() if found[key].share < floor]
    above = [f"{key} {found[key].share:.3f} is above {most}" for key, most in CEILINGS[name].items() if found[key].share > most]
    if below or above:
        pytest.fail("; ".join([*below, *above]), pytrace=False)


def test_the_sets_are_large_enough_for_their_figures(scored: tuple[str, dict[str, Figure]]) -> None:
    name, found = scored
    least = {"emergency": 800, "false_emergency": 1500} if name == "held_out" else {"emergency": 100, "false_emergency": 150}
    assert all(found[key].of >= number for key, number in least.items())
