"""How well patients' words are read: floors for the development set and for the held-out set, and the figures printed.

`make evaluate` measures the same through the server and writes docs/EVALUATION.md; this is the gate that runs with every
change. Of the held-out set nothing but figures is ever printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from aftercare.findings import Urgency
from tests.agent import Assistant, QuickConversation

HERE = Path(__file__).parent

#: The least that must be reached, and the most that may go wrong. Shares of one.
FLOORS = {
    #            emergencies  urgent or     exact    exact turns of
    #            recognised   higher        level    conversations
    "dev":      {"emergency": 0.90, "urgent": 0.85, "exact": 0.80, "turns": 0.75},
    "held_out": {"emergency": 0.90, "urgent": 0.85, "exact": 0.80, "turns": 0.75},
}  # fmt: skip
CEILINGS = {
    #            calm messages answered as
    #            an emergency               urgent or higher
    "dev":      {"false_emergency": 0.06, "false_urgent": 0.08},
    "held_out": {"false_emergency": 0.06, "false_urgent": 0.08},
}  # fmt: skip
CALM = Urgency.SELF_CARE  # a message whose levels are all at most this one


@dataclass(frozen=True)
class Answer:
    """One message or turn: the levels that are right, the one it got, and what was said where that may be shown."""

    right: tuple[Urgency, ...]
    got: Urgency
    say: str = field(repr=False, default="")

    @property
    def exact(self) -> bool:
        """Whether it got its level, or one that is right too."""
        return self.got in self.right


@dataclass(frozen=True)
class Figure:
    """A share with what it is a share of."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        """Between 0 and 1; 0 of nothing is 0."""
        return self.hits / self.of if self.of else 0.0

    def __str__(self) -> str:
        return f"{self.hits}/{self.of} ({self.share:.1%})"


def count(answers: list[Answer], hit: Any, among: Any = lambda answer: True) -> Figure:
    """How many of the answers `among` which are a `hit`."""
    chosen = [answer for answer in answers if among(answer)]
    return Figure(sum(map(hit, chosen)), len(chosen))


def figures(messages: list[Answer], turns: list[Answer]) -> dict[str, Figure]:
    """The figures that the tables above name. The first level listed is the one that recall is counted by."""
    return {
        "emergency": count(messages, lambda a: a.exact or a.got is Urgency.EMERGENCY, lambda a: a.right[0] is Urgency.EMERGENCY),
        "urgent": count(messages, lambda a: a.exact or a.got >= Urgency.URGENT, lambda a: a.right[0] >= Urgency.URGENT),
        "exact": count(messages, lambda a: a.exact),
        "turns": count(turns, lambda a: a.exact),
        "false_emergency": count(messages, lambda a: a.got is Urgency.EMERGENCY, lambda a: max(a.right) <= CALM),
        "false_urgent": count(messages, lambda a: a.got >= Urgency.URGENT, lambda a: max(a.right) <= CALM),
    }


def read(name: str, pattern: str) -> Iterator[dict[str, Any]]:
    for path in sorted((HERE / name).glob(pattern)):
        yield from yaml.safe_load(path.read_text(encoding="utf-8"))


def answered(agent: Assistant, turns: list[dict[str, Any]], may_be_shown: bool) -> Iterator[Answer]:
    """The answers of one conversation, by NLU and the clinical core."""
    patient = QuickConversation(agent)
    for turn in turns:
        right = tuple(Urgency.of(label) for label in (turn["level"], *turn.get("also", ())))
        try:
            got = Urgency.of(patient.say(turn["say"]))
        except Exception as error:
            raise AssertionError(f"a message could not be read: {type(error).__name__}") from None
        yield Answer(right, got, turn["say"] if may_be_shown else "")


@pytest.fixture(scope="module", params=list(FLOORS))
def scored(agent: Assistant, request: pytest.FixtureRequest) -> tuple[str, list[Answer], dict[str, Figure]]:
    """A test set, its answers and its figures; parsed once for all tests of this module."""
    name = str(request.param)
    may_be_shown = name != "held_out"
    messages = [answer for message in read(name, "messages*.yml") for answer in answered(agent, [message], may_be_shown)]
    turns = [answer for talk in read(name, "conversations*.yml") for answer in answered(agent, talk["turns"], may_be_shown)]
    return name, messages, figures(messages, turns)


def test_the_figures_stand_above_their_floors(
    scored: tuple[str, list[Answer], dict[str, Figure]], capsys: pytest.CaptureFixture[str]
) -> None:
    name, messages, found = scored
    with capsys.disabled():
        print(f"\n{name}: " + ", ".join(f"{key} {figure}" for key, figure in found.items()))
    below = [f"{key} {found[key]} is below {floor:.0%}" for key, floor in FLOORS[name].items() if found[key].share < floor]
    above = [f"{key} {found[key]} is above {most:.0%}" for key, most in CEILINGS[name].items() if found[key].share > most]
    missed = [answer.say for answer in messages if answer.say and answer.right[0] is Urgency.EMERGENCY and not answer.exact]
    if below or above:
        pytest.fail("; ".join([*below, *above, *(f"missed: {say[:100]}" for say in missed[:20])]), pytrace=False)


def test_the_sets_are_large_enough_for_their_figures(scored: tuple[str, list[Answer], dict[str, Figure]]) -> None:
    name, _, found = scored
    least = {"emergency": 400, "false_emergency": 750} if name == "held_out" else {"emergency": 100, "false_emergency": 150}
    assert all(found[key].of >= number for key, number in least.items())


@pytest.mark.parametrize(
    ("right", "got", "expected"),
    [
        # of 1 message: recognised emergencies, urgent or higher, exact, false emergencies, false urgent
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
    answer = Answer(tuple(map(Urgency.of, right.split())), Urgency.of(got))
    found = figures([answer], [])
    shown = [found[key] for key in ("emergency", "urgent", "exact", "false_emergency", "false_urgent")]
    assert " ".join(f"{figure.hits}/{figure.of}" for figure in shown) == expected
