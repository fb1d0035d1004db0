"""The parts of the widget's channel, each as a table: tokens, rate limits, incoming messages, what goes back."""

from __future__ import annotations

import json
import os
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.shared.core.events import BotUttered, UserUttered

from aftercare.channels import envelope
from aftercare.channels.incoming import BadRequest, read_message, readable, typed
from aftercare.channels.limits import RateLimit, address_key
from aftercare.channels.tokens import IDLE_S, LONGEST_S, SecretError, Tokens, load_secret
from aftercare.channels.widget import Settings

SECRET = "a secret that is only used in tests, 40 characters or more"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


# --- tokens -----------------------------------------------------------------------------------------------------------


def test_a_token_is_read_back_and_does_not_tell_the_sender_id() -> None:
    tokens = Tokens(SECRET)
    token, conversation = tokens.start()
    assert tokens.read(token) == conversation
    assert conversation.sender_id.startswith("web:")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert conversation.sender_id[4:] not in json.dumps(claims)
    assert claims["sub"] not in conversation.sender_id


def test_tokens_of_different_secrets_name_different_conversations() -> None:
    token, _ = Tokens(SECRET).start()
    assert Tokens(SECRET + "2").read(token) is None
    assert Tokens(SECRET).start()[1].sender_id != Tokens(SECRET).start()[1].sender_id


def _signed(claims: dict[str, object], secret: str = SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, secret, algorithm=algorithm)


GOOD = {"sub": "0" * 32, "aud": "aftercare-widget", "beg": 1_000_000.0, "exp": 1_000_500.0}


@pytest.mark.parametrize(
    ("why", "token"),
    [
        ("no token", ""),
        ("no structure", "abc"),
        ("another secret", _signed(GOOD, "x" * 40)),
        ("no signature", _signed(GOOD, None, "none")),  # type: ignore[arg-type]
        ("another algorithm", _signed(GOOD, SECRET, "HS512")),
        ("for another audience", _signed({**GOOD, "aud": "rasa"})),
        ("without an audience", _signed({k: v for k, v in GOOD.items() if k != "aud"})),
        ("without an end", _signed({k: v for k, v in GOOD.items() if k != "exp"})),
        ("without a beginning", _signed({k: v for k, v in GOOD.items() if k != "beg"})),
        ("without a conversation", _signed({k: v for k, v in GOOD.items() if k != "sub"})),
        ("an end that is no number", _signed({**GOOD, "beg": "soon"})),
        ("expired", _signed({**GOOD, "exp": 999_999.0})),
        ("not ASCII", "é.ü.ß"),
        ("half a character", "\ud800.a.b"),
        ("very long", "a." * 5_000),
    ],
)
def test_a_token_that_the_server_did_not_make_is_worthless(why: str, token: str) -> None:
    assert Tokens(SECRET, Clock()).read(token) is None, why


def test_a_good_token_of_the_same_form_is_read() -> None:
    assert Tokens(SECRET, Clock()).read(_signed(GOOD)) is not None


@given(st.text(max_size=80), st.integers(0, 300), st.characters())
def test_no_change_of_a_token_is_accepted(junk: str, place: int, char: str) -> None:
    tokens = Tokens(SECRET)
    token, conversation = tokens.start()
    changed = token[: place % len(token)] + char + token[place % len(token) + 1 :]
    read = tokens.read(changed)
    assert read is None or read.key == conversation.key  # base64 has spare bits at its end: the same bytes, the same conversation
    assert tokens.read(junk) is None


def test_a_token_ends_a_day_after_it_was_made_and_is_renewed_by_use_for_two_weeks() -> None:
    clock = Clock()
    tokens = Tokens(SECRET, clock)
    token, conversation = tokens.start()
    assert tokens.renew(conversation) is None
    clock.now += IDLE_S - 1
    assert tokens.read(token)
    clock.now += 1
    assert tokens.read(token) is None

    token, conversation = tokens.start()
    started, steps = clock.now, 0
    while (read := tokens.read(token)) is not None and steps < 100:
        steps += 1
        assert read.sender_id == conversation.sender_id
        token = tokens.renew(read) or token
        clock.now += IDLE_S * 0.6
    assert LONGEST_S - IDLE_S < clock.now - started <= LONGEST_S + IDLE_S


def test_a_deleted_conversation_s_tokens_are_worthless() -> None:
    tokens = Tokens(SECRET)
    token, conversation = tokens.start()
    other, _ = tokens.start()
    tokens.revoke(conversation)
    assert tokens.read(token) is None
    assert tokens.is_revoked(conversation)
    assert tokens.read(other) is not None
    tokens.unrevoke(conversation)
    assert tokens.read(token) is not None


def test_the_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AFTERCARE_SECRET", raising=False)
    path = tmp_path / "var" / "secret"
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(load_secret(path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(found[0]) >= 32
    assert os.stat(path).st_mode & 0o077 == 0
    assert os.listdir(path.parent) == ["secret"]


def test_a_secret_that_cannot_protect_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_SECRET", "short")
    with pytest.raises(SecretError, match="32 characters"):
        load_secret(tmp_path / "secret")
    monkeypatch.delenv("AFTERCARE_SECRET")
    (tmp_path / "empty").touch()
    with pytest.raises(SecretError):
        load_secret(tmp_path / "empty")
    with pytest.raises(SecretError):
        load_secret(tmp_path)  # a folder


# --- rate limits ------------------------------------------------------------------------------------------------------


def test_a_burst_is_allowed_and_then_one_for_each_interval() -> None:
    clock = Clock()
    limit = RateLimit(per_minute=30, burst=3, clock=clock)
    assert [limit.wait_s("a") for _ in range(3)] == [0, 0, 0]
    assert limit.wait_s("a") == pytest.approx(2)
    assert limit.wait_s("b") == 0, "one key's burst is no other's"
    clock.now += 1.5
    assert limit.wait_s("a") == pytest.approx(0.5)
    clock.now += 0.5
    assert limit.wait_s("a") == 0
    clock.now += 3600
    assert [limit.wait_s("a") > 0 for _ in range(4)] == [False, False, False, True], "waiting saves up no more than the burst"


def test_the_memory_of_rate_limits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aftercare.channels.limits._MOST_BUCKETS", 10)
    limit = RateLimit(30, 3)
    for number in range(100):
        limit.wait_s(str(number))
    assert len(limit._buckets) == 10


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("nonsense", "nonsense"),
        ("x" * 500, "x" * 64),
    ],
)
def test_what_counts_as_one_address(address: str, key: str) -> None:
    assert address_key(address) == key


# --- incoming ---------------------------------------------------------------------------------------------------------


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


# --- what goes back ---------------------------------------------------------------------------------------------------

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("treated_at", "hours"),
    [
        ((NOW - timedelta(hours=30)).isoformat(), 30),
        ("2026-02-28T12:00:00Z", 24),
        ("2026-02-28T13:00:00+01:00", 24),
        ("2026-02-28T12:00:00", 24),
        (NOW.isoformat(), 0),
        ((NOW + timedelta(hours=1)).isoformat(), None),
        ((NOW - timedelta(days=31)).isoformat(), None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (36, None),
    ],
)
def test_hours_since_treatment(treated_at: object, hours: float | None) -> None:
    assert envelope._hours(treated_at, NOW) == hours


B = {"title": "B", "payload": "b"}


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ({"text": "a"}, [{"text": "a"}]),
        ({"text": " a\n\nb "}, [{"text": "a\n\nb"}]),
        ({"text": ""}, []),
        ({"text": None}, []),
        ({"text": 7}, []),
        ({}, []),
        (None, []),
        ("a", []),
        ({"custom": {"a": 1}}, []),
        ({"image": "/a.png"}, [{"image": "/a.png"}]),
        ({"image": "/a.png", "attachment": "/a.png"}, [{"image": "/a.png"}]),
        ({"text": "see", "attachment": "https://a.example/b.pdf"}, [{"text": "see\nhttps://a.example/b.pdf"}]),
        ({"text": "a", "buttons": [{"title": "B", "payload": "b"}]}, [{"text": "a", "buttons": [B]}]),
        ({"text": "a", "buttons": [{"title": "B"}]}, [{"text": "a", "buttons": [{"title": "B", "payload": "B"}]}]),
        ({"text": "a", "buttons": [{"payload": "b"}, 7, None, {"title": 7}, {"title": "B", "payload": 7}]}, [{"text": "a"}]),
        ({"text": "a", "buttons": "b", "quick_replies": None}, [{"text": "a"}]),
        ({"text": "a", "quick_replies": [{"title": "Q"}]}, [{"text": "a", "buttons": [{"title": "Q", "payload": "Q"}]}]),
    ],
)  # fmt: skip
def test_bot_messages_keep_what_is_well_formed(message: object, kept: list[object]) -> None:
    assert envelope.bot_messages(message) == kept


fields = st.sampled_from(["text", "buttons", "quick_replies", "title", "payload", "image", "attachment", "custom"])
scalars = st.none() | st.booleans() | st.floats() | st.text()


@given(st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(fields, inner)))
def test_no_bot_message_breaks_the_output(message: object) -> None:
    for kept in envelope.bot_messages(message):
        assert kept.get("text") or kept.get("buttons") or kept.get("image")


BUTTONS = {"buttons": [{"title": "Yesterday", "payload": "It was yesterday"}, {"title": "More", "payload": "/more"}]}
EVENTS = [
    UserUttered("hello", message_id="one"),
    BotUttered("Hi. When was it?", BUTTONS),
    UserUttered("It was yesterday", message_id="two"),
    BotUttered("Thank you."),
    BotUttered("Anything else?"),
    UserUttered("/more", message_id="more"),
    BotUttered("More."),
    UserUttered("never answered", message_id="three"),
]


def test_history_shows_who_said_what_and_no_command_of_a_button() -> None:
    told = envelope.history(EVENTS)
    assert [(line["from"], line["text"]) for line in told] == [
        ("user", "hello"),
        ("bot", "Hi. When was it?"),
        ("user", "It was yesterday"),
        ("bot", "Thank you."),
        ("bot", "Anything else?"),
        ("user", "More"),
        ("bot", "More."),
        ("user", "never answered"),
    ]
    assert [line["id"] for line in told if line["from"] == "user"] == ["one", "two", "more", "three"]


@pytest.mark.parametrize(
    ("message_id", "texts"),
    [("one", ["Hi. When was it?"]), ("two", ["Thank you.", "Anything else?"]), ("three", None), ("four", None)],
)
def test_the_replies_to_one_message(message_id: str, texts: list[str] | None) -> None:
    replies = envelope.replies_to(EVENTS, message_id)
    assert (replies and [reply["text"] for reply in replies]) == texts


@pytest.mark.parametrize(
    ("payload", "offered"), [("/more", True), ("It was yesterday", True), ("/restart", False), ("hello", False)]
)
def test_only_what_the_bot_showed_was_offered(payload: str, offered: bool) -> None:
    assert envelope.was_offered(EVENTS, payload) is offered


# --- settings ---------------------------------------------------------------------------------------------------------


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
