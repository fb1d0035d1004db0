"""A message is read whole, a long one in passages that overlap; nothing that a patient types can upset it."""

from __future__ import annotations

import json
from contextvars import copy_context
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aftercare.network import WEIGHTS, Network, NetworkError, description, in_turn, passages
from aftercare.reading import Reader
from tools.examples import examples, fingerprint

ASIDE = "the dog was sick and the bus was late and we had tea with the neighbours and talked of the garden . "


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.mark.parametrize("length", [1, 2, 94, 95, 158, 159, 160, 999])
def test_passages_cover_every_word_piece_and_overlap(length: int) -> None:
    places = passages(length, room=94)
    assert places[0][0] == 0
    assert places[-1][1] == length
    assert all(0 < end - start <= 94 for start, end in places)
    assert all(one[1] - other[0] >= 30 for one, other in zip(places, places[1:]))


def test_a_message_that_fits_is_read_at_once() -> None:
    assert passages(94, room=94) == [(0, 94)]
    assert passages(0, room=94) == []


def test_an_empty_message_has_no_passages(reader: Reader) -> None:
    assert reader.read("").passages == ()
    assert reader.read(" \t 🙂").passages == ()


@pytest.mark.parametrize(
    ("message", "label", "word"),
    [
        ("I loved the coffee at your clinic. Now I get puffed on the stairs.", "breathlessness", "stairs"),
        ("Teeth chattering and 39 degrees here. My dog sends his regards to the team.", "fever", "39"),
        ("My shoulder moves so much better now. Can I have some ibuprofen?", "intent:ask_nsaids", "ibuprofen"),
    ],
)
def test_the_network_says_yes_and_which_sentence_it_looked_at(reader: Reader, message: str, label: str, word: str) -> None:
    reading = reader.read(message)
    passage = reading.passages[0]
    assert passage.probabilities[label] > 0.5
    texts = [fixed.text for fixed in reading.fixed]
    assert (passage.places[label] > texts.index(".")) is (texts.index(word) > texts.index("."))


@pytest.mark.parametrize("before", [0, 1, 3, 9])
def test_a_red_flag_is_seen_wherever_it_stands_in_a_long_story(reader: Reader, before: int) -> None:
    reading = reader.read(ASIDE * before + "since the needling I can not get my breath . " + ASIDE * (9 - before))
    assert max(passage.probabilities["breathlessness"] for passage in reading.passages) > 0.5


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_anything_can_be_read(message: str) -> None:
    reading = Reader().read(message)
    for passage in reading.passages:
        assert all(0.0 <= probability <= 1.0 for probability in passage.probabilities.values())
        assert all(passage.start <= place < passage.end for place in passage.places.values())


@pytest.mark.parametrize("before", [0, 1, 2, 3])
def test_a_red_flag_is_seen_among_words_of_many_pieces(reader: Reader, before: int) -> None:
    """Misspelt words have three pieces and more: passages are cut by pieces, so that none is longer than the network sees."""
    gibberish = "xqzvkpw jhgrtbx wvbnmqx zzkqpwv " * 10
    reading = reader.read(gibberish * before + " i can not breathe properly since the needles " + gibberish * (3 - before))
    assert max(passage.probabilities["breathlessness"] for passage in reading.passages) > 0.3


def test_a_word_of_many_pieces_does_not_push_the_places_out_of_the_passage(reader: Reader) -> None:
    passages = reader.read("x" * 500 + " " + "ab1cd2" * 100).passages
    assert all(passage.start <= place < passage.end for passage in passages for place in passage.places.values())


def test_the_weights_were_trained_on_the_data_as_it_is() -> None:
    """When this fails: `make network` (docs/TRAINING.md)."""
    assert description()["trained_on"] == fingerprint()


def test_the_network_knows_every_label_of_the_data() -> None:
    assert set(description()["labels"]) == set().union(*(example.labels for example in examples()))


@pytest.mark.parametrize(
    ("about", "said"),
    [
        (None, "network.json cannot be read"),
        ("{", "network.json cannot be read"),
        (json.dumps({**description(), "weights": {"network-1.onnx": "0" * 64}}), "is not the file that"),
    ],
)
def test_weights_that_are_not_the_ones_described_stop_the_start(tmp_path: Path, about: str | None, said: str) -> None:
    for name in ("network-1.onnx", "wordpieces.txt", "vocabulary.txt"):
        (tmp_path / name).symlink_to(WEIGHTS / name)
    if about is not None:
        (tmp_path / "network.json").write_text(about, encoding="utf-8")
    with pytest.raises(NetworkError, match=said):
        Network(tmp_path)


@pytest.mark.parametrize("name", ["network-1.onnx", "wordpieces.txt", "vocabulary.txt"])
def test_a_missing_file_of_the_network_stops_the_start_by_its_name(tmp_path: Path, name: str) -> None:
    for path in WEIGHTS.iterdir():
        if path.name != name:
            (tmp_path / path.name).symlink_to(path)
    with pytest.raises(NetworkError, match=name):
        Network(tmp_path)


def test_the_networks_say_the_same_in_turn_and_beside_each_other() -> None:
    words = "my chest hurts when i breathe in but the bruise is fine".split()
    context = copy_context()
    context.run(in_turn.set, True)
    assert context.run(Network().read, words) == Network().read(words)
