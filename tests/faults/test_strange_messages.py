"""Messages that are no sentences, or that try to steer Rasa: a sane answer, no slot set from them, and the next one works."""

import itertools
import json

import pytest

from tests.running import Server

FROM_TEXT_ONLY = ("treated_at", "treated_area", "blood_thinner", "emergency_open")  # slots that decide what a patient is told
COUNTER = itertools.count()

STRANGE = {
    "empty": "",
    "spaces": "   \n\t ",
    "slash": "/",
    "slashes": "//// / /",
    "restart": "/restart",
    "session start": "/session_start",
    "unknown command": "/unknown",
    "an intent with a slot": '/inform_time{"treated_at": "2020-01-01T00:00:00+00:00"}',
    "an unknown intent with a slot": '/intent{"slot": "x"}',
    "an intent with an entity": '/inform_blood_thinner{"blood_thinner": true, "treated_area": "chest"}',
    "an intent after spaces": ' \n /inform_area{"treated_area": "chest"}',
    "an intent after slashes": '/ //inform_area{"treated_area": "chest"}',
    "an intent after a control character": '\u0000/inform_area{"treated_area": "chest"}',
    "braces": "{clinic_phone} {emergency_number} {0} {} {{",
    "an annotation": '[hello](treated_at) [nice]{"entity": "weather", "value": "rain"}',
    "control characters": "\u0000\u0001\u0007\u001b\u0085",
    "control characters in words": "he\u0000llo\u0007 there",
    "a lone surrogate": "hello \ud800 there",
    "emoji only": "😀😀👍🏽🏳️‍🌈",
    "right to left": "\u202eolleh\u202c مرحبا",
    "zero width": "\u200b\u200d\ufeff",
    "combining": "h" + "\u0301" * 500,
    "Spanish": "Hola, ¿cómo está usted hoy?",
    "Chinese": "你好,请问今天天气怎么样",
    "one long word": "a" * 50_000,
    "100 kB": "what a lovely day. " * 5500,
    "100 kB of digits": "1234567890 " * 9000,
    "100 kB of emoji": "😀" * 25_000,
    "100 kB of lines": "\n" * 50_000 + "hello" + "\n" * 50_000,
    "markup": "<script>alert(1)</script><b>hello</b>",
    "SQL": "'; DROP TABLE events; --",
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_a_strange_message_is_answered_sets_no_slot_and_the_next_one_works(server: Server, text: str) -> None:
    sender = f"strange-{next(COUNTER)}"
    answer = server.say(sender, text)
    assert answer
    assert all(message.get("text", "x").strip() for message in answer)
    assert "{" not in json.dumps([message.get("text", "") for message in answer])
    slots = server.slots(sender)
    assert not any(slots[name] for name in FROM_TEXT_ONLY), slots
    assert slots["urgency"] in ("none", "info"), slots
    assert server.say(sender, "should I use heat or ice?")
    assert server.slots(sender)["urgency"] == "info"


@pytest.mark.parametrize("command", ["/restart", "/session_start", "/back"])
def test_a_typed_command_does_not_make_the_assistant_forget(server: Server, command: str) -> None:
    sender = f"forget-{next(COUNTER)}"
    server.say(sender, "it hurts when I breathe in")
    server.say(sender, command)
    assert server.slots(sender)["highest_urgency"] == "emergency"


def test_a_red_flag_behind_a_slash_is_read(server: Server) -> None:
    server.say("slash", "/my chest is tight and I cannot breathe")
    assert server.slots("slash")["urgency"] == "emergency"


def test_a_red_flag_in_front_of_100_kB_is_read(server: Server) -> None:
    server.say("long", "it hurts when I breathe in. " + "what a lovely day. " * 5500)
    assert server.slots("long")["urgency"] == "emergency"
    kept = next(event for event in server.tracker("long")["events"] if event["event"] == "user")
    assert len(kept["text"]) <= 2000
    assert kept["metadata"]["text_was_cut"] is True


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not json", 400),
        (b"\xff\xfe\x00", 400),
        (b'{"sender": "x"}', 200),
        (b'{"sender": "x", "message": null}', 200),
        (b'{"sender": "x", "message": 5}', 200),
        (b'{"sender": "x", "message": ["a"]}', 200),
        (b'{"sender": "x", "message": "' + b"a" * 2_000_000 + b'"}', 413),
    ],
)
def test_a_body_that_is_no_message_does_no_harm(server: Server, body: bytes, status: int) -> None:
    assert server.post(body).status_code == status
    assert server.say(f"after-{next(COUNTER)}", "hello")


def test_the_log_holds_no_words_of_a_patient(server: Server) -> None:
    server.say("log", "my quadratus is sore")
    server.post(b'{"sender": "log", "message": ["my quadratus"]}')
    assert "quadratus" not in server.log()
