"""Rasa's own commands, for those who want them, also without an action server: no red flag and no patient without an answer."""

from collections.abc import Iterator

import pytest

from aftercare.clinic import load_clinic
from tests.running import STOCK, Server, start


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Stock `rasa run`, with no action server beside it."""
    running = start(tmp_path_factory.mktemp("stock"), command=STOCK)
    yield running
    running.stop()


def test_a_red_flag_gets_its_emergency_line(stock: Server) -> None:
    answer = stock.say("chest", "it hurts when I breathe in")
    assert f"call {load_clinic().emergency_number} now" in answer[0]["text"]
    assert stock.slots("chest")["urgency"] == "emergency"


def test_everything_else_gets_the_clinics_phone(stock: Server) -> None:
    answer = stock.say("sore", "my shoulder is a bit sore since yesterday")
    assert load_clinic().phone in answer[0]["text"]
    assert stock.slots("sore")["urgency"] == "contact_clinic"


def test_a_typed_intent_sets_no_slot(stock: Server) -> None:
    assert stock.say("typed", '/inform_blood_thinner{"blood_thinner": true}')
    assert stock.slots("typed")["blood_thinner"] is None
