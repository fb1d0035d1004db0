"""A message is judged clause by clause, so that a red flag in a long chatty message is not averaged away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.clauses import clauses
from aftercare.text import words

TABLE = [
    ("my shoulder is sore", ["my shoulder is sore"]),
    ("thanks for the help. it hurts when I breathe in", ["thanks for the help .", "it hurts when i breathe in"]),
    (
        "sore today but my chest is tight",
        ["sore today but my chest is tight"],
    ),  # too short to stand alone: stays with its neighbour
    ("I am sore today but my chest is tight", ["i am sore today", "but my chest is tight"]),
    ("lovely clinic, my breathing is hard", ["lovely clinic , my breathing is hard"]),
    ("what a lovely clinic, my breathing is hard", ["what a lovely clinic", ", my breathing is hard"]),
    ("I went to the gym and I can't breathe", ["i went to the gym", "and i can not breathe"]),
    ("it started at noon because I ran", ["it started at noon", "because i ran"]),
    ("how long does it last? and is ice ok", ["how long does it last ?", "and is ice ok"]),
    ("bread and butter and jam", ["bread and butter and jam"]),
    ("no fever, chills or redness", ["no fever , chills or redness"]),
    ("I had needling yesterday - now my leg is numb", ["i had needling yesterday -", "now my leg is numb"]),
    ("all good (I have a fever)", ["all good (", "i have a fever )"]),
    ("all good today (I have a fever)", ["all good today (", "i have a fever )"]),
    ("sore", ["sore"]),
    ("", []),
]


def split(message: str) -> list[str]:
    texts = [word.text for word in words(message)]
    return [" ".join(texts[start:end]) for start, end in clauses(texts)]


@pytest.mark.parametrize(("message", "expected"), TABLE)
def test_the_clauses_of_a_message(message: str, expected: list[str]) -> None:
    assert split(message) == expected


@given(
    st.lists(
        st.sampled_from(["i", "and", "but", ",", ".", "?", "-", "(", "sore", "my", "chest", "now", "because", "hurts"]),
        max_size=30,
    )
)
def test_the_clauses_hold_every_word_once_and_in_order(texts: list[str]) -> None:
    found = clauses(texts)
    assert [text for start, end in found for text in texts[start:end]] == texts
