"""What is left of a patient's text before it is read; nothing of it can steer Rasa."""

import pytest

from server.patching import RasaChanged, wrap
from server.rasa_patches import LONGEST_TEXT, as_typed


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("I am sore", "I am sore"),
        ("  I am sore \n", "I am sore"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("and/or", "and/or"),
        ("120/80", "120/80"),
        ("/restart", "restart"),
        ("/session_start", "session_start"),
        ("/", ""),
        (" / // /", ""),
        ("// /restart", "restart"),
        ("\n\t /restart", "restart"),
        ("\u2003/restart", "restart"),
        ("\u0000/restart", "restart"),
        ("/\u0000/restart", "restart"),
        ('/inform{"slot": "x"}', ""),
        ('/inform@0.9{"slot": "x"}', ""),
        ('/ inform {"slot": "x"}', ""),
        ('/inform{"slot":\n"x"}', ""),
        ("/chat/ask{}", ""),
        ('inform{"slot": "x"}', 'inform{"slot": "x"}'),
        ('/my chest hurts {"really": 1}', 'my chest hurts {"really": 1}'),
        ("/inform" + '{"a":' * 300, "inform" + '{"a":' * 300),
        ("/my chest {hurts}", "my chest {hurts}"),
        ("/it hurts when I breathe in", "it hurts when I breathe in"),
        ("a\u0000b\u0007c\u0085d\u001be", "abc de"),
        ("sore \ud800 here", "sore ? here"),
        ("😀", "😀"),
        ("", ""),
        ("x" * 2001, "x" * 2000),
        ("/" + "x" * 2001, "x" * 2000),
        ("\n" * 100_000 + "hello", "hello"),
    ],
)
def test_as_typed(typed: str, read: str) -> None:
    assert as_typed(typed) == read
    assert len(as_typed(typed)) <= LONGEST_TEXT
    assert as_typed(as_typed(typed)) == as_typed(typed)


class Changed:
    async def parse_message(self, message: str, something_new: int) -> None: ...

    def not_async(self, message: str) -> None: ...


@pytest.mark.parametrize("name", ["parse_message", "not_async", "gone"])
def test_a_rasa_that_has_changed_is_refused(name: str) -> None:
    with pytest.raises(RasaChanged, match=f"Changed.{name}"):
        wrap(Changed, name, "self message", lambda method: method)
