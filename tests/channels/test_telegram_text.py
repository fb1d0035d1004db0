"""Long texts are cut where a reader would pause, and no word is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.channels.telegram_text import split, utf16_units

CUTS: list[tuple[str, int, list[str]]] = [
    ("", 10, []),
    ("   \n ", 10, []),
    ("short", 10, ["short"]),
    ("exactly 10", 10, ["exactly 10"]),
    ("one two three", 8, ["one two", "three"]),
    ("one\n\ntwo three", 10, ["one\n\ntwo", "three"]),
    ("One two three. Four five", 20, ["One two three.", "Four five"]),
    ("first para\n\nsecond one", 14, ["first para", "second one"]),
    ("line one\nline two", 12, ["line one", "line two"]),
    ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
    ("😱😱😱", 4, ["😱😱", "😱"]),
    ("Is it? Yes it is", 10, ["Is it?", "Yes it is"]),
]


@pytest.mark.parametrize(("text", "most", "pieces"), CUTS)
def test_where_it_is_cut(text: str, most: int, pieces: list[str]) -> None:
    assert split(text, most) == pieces


@given(st.text(max_size=400) | st.text("ab \n.😱", max_size=400), st.integers(2, 60), st.sampled_from([0.0, 0.5, 0.7, 1.0]))
def test_every_piece_fits_and_together_they_are_the_text(text: str, most: int, fullest: float) -> None:
    pieces = split(text, most, fullest=fullest)
    assert all(piece.strip() and utf16_units(piece) <= most for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(st.lists(st.text("abcdefg", min_size=1, max_size=9), max_size=80), st.integers(10, 40))
def test_no_word_is_broken_that_fits(words: list[str], most: int) -> None:
    pieces = split(" ".join(words), most, fullest=0.0)
    assert [word for piece in pieces for word in piece.split()] == words


def test_the_longest_message_of_telegram_makes_at_most_three_turns() -> None:
    for text in ("a" * 4096, "word " * 819, "A sentence of words. " * 195, ("x" * 1399 + " ") * 3):
        assert len(split(text[:4096], 2_000, len, fullest=0.7)) <= 3
