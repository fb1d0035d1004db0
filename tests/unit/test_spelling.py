"""Slips are corrected towards words that matter; words that exist stay as they are."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aftercare.facts import fact_words
from aftercare.patterns import clinical_words
from aftercare.spelling import Speller
from aftercare.text import joined, words


@cache
def speller() -> Speller:
    return Speller(clinical_words() | fact_words())


def corrected(message: str) -> str:
    return joined(speller().correct(words(message)))


SLIPS = [
    # red flags
    ("shortnes of breth", "shortness of breath"),
    ("breathles", "breathless"),
    ("chets pain", "chest pain"),
    ("chestpain", "chest pain"),
    ("cantbreathe", "cant breathe"),
    ("coughng", "coughing"),
    ("feaver", "fever"),
    ("infectoin", "infection"),
    ("swollin", "swollen"),
    ("dizzzy", "dizzy"),
    ("brused", "bruised"),
    ("numbnes", "numbness"),
    ("suiccidal", "suicidal"),
    ("bleedin", "bleeding"),
    # facts
    ("sholder", "shoulder"),
    ("eliqiss", "eliqis"),
    ("warfrin", "warfrin"),  # a misspelling that facts.yml knows
    # dictation
    ("dry kneeling", "dry needling"),
    ("new moth thorax", "pneumothorax"),
    ("short of breadth", "short of breath"),
    ("chess pain", "chest pain"),
    ("can not breath", "can not breathe"),
]

UNTOUCHED = [
    "warm shower", "breathing exercises", "short of time", "I walk the dog", "can I have a beer", "physio",
    "who won the world cup", "next tuesday", "no", "my wife", "it is ok", "38.4", "a cold pack", "chess club", "healing well",
]  # fmt: skip


@pytest.mark.parametrize(("written", "meant"), SLIPS)
def test_a_slip_becomes_the_word_that_was_meant(written: str, meant: str) -> None:
    assert corrected(written) == meant


@pytest.mark.parametrize("message", UNTOUCHED)
def test_words_that_exist_stay(message: str) -> None:
    assert corrected(message) == joined(words(message))


def test_both_halves_of_a_word_run_together_keep_its_place() -> None:
    message = "my chestpain"
    assert [(word.text, message[word.start : word.end]) for word in speller().correct(words(message))] == [
        ("my", "my"), ("chest", "chestpain"), ("pain", "chestpain"),
    ]  # fmt: skip


def test_a_phrase_keeps_its_place() -> None:
    message = "is it a new moth thorax?"
    assert [message[word.start : word.end] for word in speller().correct(words(message)) if word.text == "pneumothorax"] == [
        "new moth thorax"
    ]


@given(st.text(max_size=80))
@settings(deadline=None)
def test_correcting_twice_changes_nothing_and_no_place_is_lost(message: str) -> None:
    once = speller().correct(words(message))
    assert all(0 <= word.start <= word.end <= len(message) for word in once)
    assert [word.text for word in speller().correct(once)] == [word.text for word in once]
