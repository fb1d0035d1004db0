"""Tokens of the widget: who may go on with a conversation, for how long, and what stops the start."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.channels.tokens import IDLE_S, LONGEST_S, SecretError, Tokens, load_secret
from tests.channels.widget_clock import Clock

SECRET = "a secret that is only used in tests, 40 characters or more"


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
