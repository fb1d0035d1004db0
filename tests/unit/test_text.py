"""A message as words: contractions opened, quotes and slips of the keyboard made plain, places in the original kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.text import MAX_CHARACTERS, Word, clean, joined, words

ANY_TEXT = st.text(st.characters(categories=["L", "M", "N", "P", "S", "Z", "C"]), max_size=200)

OPENED = [
    # contractions, with and without their apostrophe, straight or curly
    ("I can't breathe", "i can not breathe"),
    ("I cant breathe", "i can not breathe"),
    ("I can’t breathe", "i can not breathe"),
    ("I can`t breathe", "i can not breathe"),
    ("cannot", "can not"),
    ("won't", "will not"),
    ("it hasn't gone", "it has not gone"),
    ("I'm sore", "i am sore"),
    ("im sore", "i am sore"),
    ("I've been", "i have been"),
    ("I'll go", "i will go"),
    ("she'd rather", "she would rather"),
    ("they're", "they are"),
    ("my back's sore", "my back sore"),
    ("we're", "we are"),
    ("dunno", "do not know"),
    ("gonna", "going to"),
    # capitals, stretched letters, full width and other dressings of plain letters
    ("CAN'T BREATHE", "can not breathe"),
    ("sooooo sore", "soo sore"),
    ("ｓｏｒｅ", "sore"),
    # numbers and units stay whole
    ("38.4", "38.4"),
    ("38,4°C", "38,4 ° c"),
    ("9/10", "9 / 10"),
    ("at 7:30", "at 7:30"),
    # punctuation that ends a thought stays, and a new line ends one too
    ("sore. hot", "sore . hot"),
    ("sore\nhot", "sore . hot"),
    ("sore — hot", "sore - hot"),
    # emoji: those that say something clinical become that word, the others go
    ("🤒", "fever"),
    ("great 👍🎉", "great"),
    # nothing
    ("", ""),
    ("   \t ", ""),
    ("\x00\x07\x1b", ""),
    ("\u200b\u202e", ""),
]


@pytest.mark.parametrize(("message", "expected"), OPENED)
def test_a_message_as_plain_words(message: str, expected: str) -> None:
    assert joined(words(message)) == expected


def test_an_emoji_without_a_meaning_is_dropped_whatever_its_code() -> None:
    assert joined(words("sunny ☁ today ❤")) == "sunny today"


def test_the_first_emoji_of_the_range_is_dropped_too() -> None:
    assert joined(words("sunny ☀ today")) == "sunny today"


def test_every_word_knows_its_place() -> None:
    message = "Well, I CAN’T breathe 🤒"
    assert [(word.text, message[word.start : word.end]) for word in words(message)] == [
        ("well", "Well"), (",", ","), ("i", "I"), ("can", "CAN’T"), ("not", "CAN’T"), ("breathe", "breathe"), ("fever", "🤒"),
    ]  # fmt: skip


def test_a_control_character_inside_parts_two_words() -> None:
    assert joined(words("sore\x00neck")) == "sore neck"


@pytest.mark.parametrize("length", [MAX_CHARACTERS - 1, MAX_CHARACTERS, MAX_CHARACTERS + 1, 100_000])
def test_a_long_message_is_cut(length: int) -> None:
    assert len(clean("a" * length)) == min(length, MAX_CHARACTERS)


@given(ANY_TEXT)
def test_cleaning_moves_no_character(message: str) -> None:
    assert len(clean(message)) == len(message)


@given(ANY_TEXT)
def test_words_stand_in_order_inside_the_message(message: str) -> None:
    found = words(message)
    assert all(0 <= word.start < word.end <= len(message) and word.text for word in found)
    assert all(a.start <= b.start and a.end <= b.end for a, b in zip(found, found[1:]))


@given(ANY_TEXT)
def test_words_are_lower_case_and_hold_no_blanks(message: str) -> None:
    assert all(word.text == word.text.strip() and " " not in word.text for word in words(message))


def test_joined_is_the_inverse_of_splitting() -> None:
    assert joined([Word("no", 0, 2), Word("fever", 3, 8)]) == "no fever"
