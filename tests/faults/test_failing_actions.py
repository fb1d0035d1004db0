"""Whatever breaks inside a turn, the patient gets an answer with the clinic's phone, and the next message works."""

import sys
import threading
from collections.abc import Iterator

import pytest

from aftercare.clinic import load_clinic
from tests.running import ROOT, Server, start

FAULTY = (sys.executable, str(ROOT / "tests" / "faults" / "faulty_server.py"), "api")
FAULTS = ("raise", "hang", "exit", "unstorable", "event", "response", "parse")
SORE = "my shoulder is a bit sore since yesterday, fault {}"
CHEST = "it hurts when I breathe in, fault {}"


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start(tmp_path_factory.mktemp("faulty"), command=FAULTY)
    yield running
    running.stop()


def said(messages: list[dict[str, str]]) -> str:
    return "\n".join(message.get("text", "") for message in messages)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_patient_gets_the_phone_number_and_the_next_message_works(faulty: Server, fault: str) -> None:
    clinic = load_clinic()
    answer = said(faulty.say(fault, SORE.format(fault)))  # one that hangs does so for an hour, the client waits a minute
    assert clinic.phone in answer
    assert clinic.emergency_number in answer
    assert faulty.say(fault, "should I use heat or ice?")
    assert clinic.phone not in said(faulty.say(fault, "hello"))


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in ("parse", "response")])
def test_the_level_is_not_an_older_calmer_one(faulty: Server, fault: str) -> None:
    sender = f"level-{fault}"
    faulty.say(sender, "should I use heat or ice?")
    assert faulty.slots(sender)["urgency"] == "info"
    faulty.say(sender, SORE.format(fault))
    assert faulty.slots(sender)["urgency"] == "contact_clinic"


@pytest.mark.parametrize("fault", ["raise", "hang", "exit"])
def test_a_red_flag_keeps_its_emergency_line_and_its_level(faulty: Server, fault: str) -> None:
    sender = f"chest-{fault}"
    answer = faulty.say(sender, CHEST.format(fault))
    assert f"call {load_clinic().emergency_number} now" in answer[0]["text"]
    slots = faulty.slots(sender)
    assert (slots["urgency"], slots["highest_urgency"], slots["emergency_open"]) == ("emergency", "emergency", True)
    faulty.say(sender, "thanks, it is nothing")
    assert faulty.slots(sender)["highest_urgency"] == "emergency"


def test_a_hanging_action_holds_up_nobody_else(faulty: Server) -> None:
    hanging = threading.Thread(target=faulty.say, args=("holds-up", SORE.format("hang")))
    hanging.start()
    assert faulty.say("not-held-up", "hello")
    assert hanging.is_alive()
    hanging.join()


def test_the_log_names_the_fault_and_not_the_patients_words(faulty: Server) -> None:
    faulty.say("log", "my zygomaticus is sore, fault raise")
    faulty.say("log", "my zygomaticus is sore, fault parse")
    log = faulty.log()
    assert "ValueError" in log
    assert "KeyError" in log
    assert "faulty_server.py" in log
    assert "zygomaticus" not in log
