"""What the widget's channel takes: bodies, typed text without commands, settings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.channels.incoming import BadRequest, read_message, readable, typed
from aftercare.channels.widget import Settings


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("/restart", "restart"),
        ("/intent{\"slot\": 1}", "intent{\"slot\": 1}"),
        ("//x", "x"),
        (" / / /x", "x"),
        ("/", ""),
        ("///", ""),
        ("\u200b/x", "x"),
        ("\ufeff /x", "x"),
        ("\x00/x", "x"),
        ("\u202e/x", "x"),
        ("\x1b[31m/x", "[31m/x"),
        ("1/2", "1/2"),
        ("pain 7/10", "pain 7/10"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\ud83d broken", "broken"),
        ("👩‍⚕️ ok", "👩‍⚕️ ok"),
        ("می‌خواهم", "می‌خواهم"),
        ("e\u0301", "e\u0301"),
    ],
)  # fmt: skip
def test_typed_slashes_are_text_and_nothing_hides_in_it(said: str, text: str) -> None:
    assert typed(readable(said)) == text


@given(
    st.text(alphabet=st.characters(), max_size=60).map(lambda text: "/" + text)
    | st.text(alphabet='/ \t\n\u200b\x00a{"}', max_size=20)
)
def test_no_text_can_start_with_a_slash(text: str) -> None:
    clean = typed(readable(text))
    assert not clean.strip().startswith("/")
    clean.encode()
    assert "\x00" not in clean


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"[" * 15_000,
        b'{"text":' * 1_500,
        b"1" * 10_000,
        b"NaN",
        b'"text"',
        b"{}",
        b'{"text": null}',
        b'{"text": 1}',
        b'{"text": ["a"]}',
        b'{"text": {"a": 1}}',
        b'{"button": 7}',
        b'{"text": "a", "id": 7}',
        b'{"text": "a", "id": "short"}',
        b'{"text": "a", "id": "has a space in it"}',
        b'{"text": "a", "id": "' + b"x" * 65 + b'"}',
        b'{"text": "a", "id": null}',
    ],
)
def test_a_body_that_is_not_a_message_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        read_message(body)


def test_a_message_without_an_id_gets_one_of_its_own() -> None:
    first, second = read_message(b'{"text": "a"}'), read_message(b'{"text": "a"}')
    assert first.id != second.id
    assert read_message(b'{"text": "a", "id": "abcdefgh-1", "retry": true, "sender": "telegram:1"}').id == "abcdefgh-1"


def test_settings_are_read_or_refused_in_one_line() -> None:
    assert Settings.read(None) == Settings()
    assert Settings.read({"conversation_per_minute": 5}).conversation_per_minute == 5
    for wrong in (
        [],
        "x",
        {"unknown": 1},
        {"conversation_burst": "many"},
        {"conversation_burst": 0},
        {"reply_seconds": True},
        {"secret_file": ""},
    ):
        with pytest.raises(Exception, match=r"credentials\.yml: the widget's"):
            Settings.read(wrong)
