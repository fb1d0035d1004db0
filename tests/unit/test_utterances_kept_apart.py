"""What the assistant is measured on, it was not taught: no utterance and no sentence stands in two of the sets.

Of the held-out set only counts and file names are ever printed. The tables of times (times.yml) are left out: "two days
ago" is nobody's own words, and the time reader learns nothing from examples.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.examples import examples

ROOT = Path(__file__).parents[2]
HELD_OUT, ACCEPTANCE = "tests/nlu/held_out", "../shared/acceptance"
SETS = ("data", "tests/nlu/dev", HELD_OUT, ACCEPTANCE)
NOT_LEARNT_FROM = "times.yml"
SHORTEST_UTTERANCE, SHORTEST_SENTENCE = 3, 4  # words; "thank you" and "yes please" may stand anywhere

_ANNOTATION = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
_SENTENCE = re.compile(r"[.!?…\n]+")


def normalised(text: str) -> str:
    """Lower case, letters and digits only, one blank between words."""
    return " ".join(re.findall(r"[^\W_]+", text.lower().replace("'", "").replace("’", "")))


def pieces(utterance: str) -> Iterator[str]:
    """An utterance and its sentences, normalised, as far as they are long enough to be somebody's own words."""
    yield from (text for text in [normalised(utterance)] if len(text.split()) >= SHORTEST_UTTERANCE)
    sentences = (normalised(sentence) for sentence in _SENTENCE.split(utterance))
    yield from (text for text in sentences if len(text.split()) >= SHORTEST_SENTENCE)


def said(content: Any) -> Iterator[str]:
    """Every utterance of a test set's file: whatever is called `say`."""
    if isinstance(content, dict):
        yield from (str(value) for key, value in content.items() if key == "say")
        content = list(content.values())
    if isinstance(content, list):
        for part in content:
            yield from said(part)


@cache
def read(folder: str) -> dict[str, set[str]]:
    """For every piece of a set the names of the files that hold it."""
    found: dict[str, set[str]] = {}
    if folder == "data":
        for example in examples():
            for piece in pieces(_ANNOTATION.sub(r"\1", example.text)):
                found.setdefault(piece, set()).add(example.source)
    for path in sorted((ROOT / folder).glob("*.yml")):
        if path.name == NOT_LEARNT_FROM:
            continue
        for utterance in said(yaml.safe_load(path.read_text(encoding="utf-8"))):
            for piece in pieces(utterance):
                found.setdefault(piece, set()).add(path.name)
    return found


def present(folder: str) -> bool:
    """Whether the set is there. The acceptance set is not in a user's clone; in CI it must be."""
    return (ROOT / folder).is_dir() or folder != ACCEPTANCE or bool(os.environ.get("CI"))


@pytest.mark.parametrize("folder", SETS)
def test_a_set_is_there_and_read(folder: str) -> None:
    if not present(folder):
        pytest.skip("shared/acceptance is not part of this clone")
    count = len(read(folder))  # not in the assertion: pytest would print what it compares
    assert count > 40


@pytest.mark.parametrize(("one", "other"), itertools.combinations(SETS, 2))
def test_nothing_stands_in_two_sets(one: str, other: str) -> None:
    if not (present(one) and present(other)):
        pytest.skip("shared/acceptance is not part of this clone")
    shared = sorted(set(read(one)) & set(read(other)))
    if shared:
        files = sorted({name for piece in shared for name in (*read(one)[piece], *read(other)[piece])})
        shown = "" if HELD_OUT in (one, other) else ": " + " | ".join(shared[:20])
        pytest.fail(
            f"{len(shared)} utterances or sentences stand in both {one} and {other} ({', '.join(files)}){shown}", pytrace=False
        )


@pytest.mark.parametrize(
    ("utterance", "expected"),
    [
        ("Thank you!", []),
        ("I can't breathe", ["i cant breathe"]),
        ("Hi. I'm sore since yesterday.", ["hi im sore since yesterday", "im sore since yesterday"]),
        ("  no   FEVER, none ", ["no fever none"]),
    ],
)
def test_what_counts_as_somebodys_own_words(utterance: str, expected: list[str]) -> None:
    assert list(pieces(utterance)) == expected


def test_messages_and_conversations_are_read() -> None:
    assert list(said([{"say": "one"}, {"note": "x", "turns": [{"say": "two"}]}])) == ["one", "two"]


def test_both_kinds_of_training_data_are_read() -> None:
    sources = {example.source for example in examples()}
    assert {path.stem for path in (ROOT / "data" / "nlu").glob("*.yml")} <= sources
    assert {path.stem for path in (ROOT / "data" / "messages").glob("*.tsv")} <= sources
