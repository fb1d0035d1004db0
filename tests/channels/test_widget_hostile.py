"""Ten thousand random and hostile requests at the widget's channel: no 5xx, no lost turn, no slot set from text."""

from __future__ import annotations

import http.client
import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.channels.widget_standin import GENEROUS, TOPICS, Server, standin

WEBHOOK = "/webhooks/aftercare"
SHARE = float(os.environ.get("AFTERCARE_FUZZ", "1"))  # of the ten thousand, for a quick look
MANY = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
TURNS_OF_ONE_CONVERSATION = 8

# Words that mean something to Rasa, to this channel, to a database, to a template or to a browser.
NASTY = [
    *("/restart", "/session_start", "/back", '/soreness{"treated_at": "2020-01-01"}', "/chest", "/chest@0.99", "EXTERNAL: chest"),
    *("/", "//", "@", "{clinic_phone}", "{0}", "{", "}", "%s", "%n", "${HOME}", "{{7*7}}", "__import__('os')", "\\x00", "\x00"),
    *("'; DROP TABLE events; --", "<script>alert(1)</script>", "javascript:alert(1)", "\ud800", "\udfff", "\u202e", "\ufeff"),
    *("\r\n\r\n", "\u2028", "NaN", "null", "undefined", "a" * 1999, "é" * 2000, "😀" * 700, "sore", "breathe", "hello"),
    *("unreachable by typing", "action_listen", "utter_chest", 'slot{"urgency": "none"}'),
]
hostile_text = st.lists(st.sampled_from(NASTY) | st.text(max_size=30), min_size=1, max_size=4).map("".join) | st.text(
    max_size=3000
)
keys = st.sampled_from(
    ["text", "button", "id", "retry", "sender", "message", "metadata", "token", "parse_data", "input_channel"]
) | st.text(max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | hostile_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
messages = st.fixed_dictionaries(
    {},
    optional={
        "text": hostile_text,
        "button": hostile_text,
        "id": st.from_regex(r"[A-Za-z0-9-]{8,20}", fullmatch=True) | hostile_text,
        "retry": st.booleans() | values,
        "sender": hostile_text,
        "metadata": values,
    },
)
bodies = (
    st.binary(max_size=600)
    | values.map(lambda value: json.dumps(value).encode())
    | messages.map(lambda value: json.dumps(value).encode())
    | st.binary(min_size=16_000, max_size=17_000)
    | st.sampled_from(
        [
            b"[" * 15_000,
            b'{"text":' * 2_000,
            b'{"text":"' + b"\\ud83d" * 2_000 + b'"}',
            b"9" * 15_000,
            b'{"text": 1e999}',
            b'{"text":"\xff"}',
        ]
    )
)


class Client:
    """One kept connection, as a browser has, and one conversation, changed for a fresh one from time to time."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.token = ""
        self.turns: list[str] = []
        self.ids: set[str] = set()

    def send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        try:
            self.connection.request(method, path, body, headers)
            got = self.connection.getresponse()
            return got.status, got.read()
        except (http.client.HTTPException, OSError):
            # The server may end the connection with a refusal before it was read; then ask again on a fresh one.
            self.connection.close()
            self.connection.request(method, path, body, headers)
            got = self.connection.getresponse()
            return got.status, got.read()

    def message(self, body: bytes) -> tuple[int, Any]:
        if not self.token or len(self.turns) >= TURNS_OF_ONE_CONVERSATION:
            self.check_turns()
            self.token, self.turns, self.ids = self.server.start_conversation(), [], set()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        status, answer = self.send("POST", f"{WEBHOOK}/message", body, headers)
        return status, json.loads(answer)

    def count(self, answer: Any, sent: dict[str, Any]) -> None:
        """Notes a turn, unless it was one sent again, whose answer is repeated and not stored a second time."""
        if not (sent.get("retry") is True and sent.get("id") in self.ids):
            self.turns.extend(message["text"] for message in answer["messages"])
        self.ids |= {sent["id"]} if sent.get("id") else set()

    def check_turns(self) -> None:
        """Every turn that was answered is stored with that answer."""
        if self.token:
            told = self.server.history(self.token).json["messages"]
            assert [line["text"] for line in told if line["from"] == "bot"] == self.turns


@pytest.fixture(scope="module")
def server() -> Server:
    return standin(GENEROUS)


@pytest.fixture(scope="module")
def client(server: Server) -> Client:
    return Client(server)


@settings(MANY, max_examples=int(6_000 * SHARE))
@given(body=bodies)
def test_no_body_breaks_the_channel(client: Client, body: bytes) -> None:
    status, answer = client.message(body)
    assert status in (200, 400, 413), (status, answer)
    if status == 200:
        assert answer["messages"], "nobody is met by silence"
        if "urgency" in answer:  # without it the channel itself spoke, and it was no turn
            assert "failed" not in answer
            client.count(answer, json.loads(body))


@settings(MANY, max_examples=int(600 * SHARE))
@given(text=hostile_text)
def test_no_text_breaks_a_turn_or_the_next_one(client: Client, text: str) -> None:
    status, answer = client.message(json.dumps({"text": text}).encode())
    assert status in (200, 413)
    assert answer["messages"]
    assert "failed" not in answer or status == 413
    if status == 200 and "urgency" in answer:
        client.turns.extend(message["text"] for message in answer["messages"])
    status, answer = client.message(b'{"text": "hello"}')
    assert (status, answer["messages"][0]["text"]) == (200, "Hello. How can I help?")
    client.turns.append(answer["messages"][0]["text"])


header_text = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=300)


@settings(MANY, max_examples=int(2_400 * SHARE))
@given(
    path=st.sampled_from(["message", "history", "delete"]),
    token=header_text | st.sampled_from(["Bearer", "Bearer ", "Bearer a.b.c", "Basic x"]),
)
def test_no_token_but_the_server_s_own_opens_anything(client: Client, path: str, token: str) -> None:
    for authorization in (token, f"Bearer {token}"):
        method, body = ("GET", None) if path == "history" else ("POST", b'{"text": "hello"}')
        status, answer = client.send(method, f"{WEBHOOK}/{path}", body, {"Authorization": authorization})
        assert status == 401, (status, answer)


@settings(MANY, max_examples=int(1_000 * SHARE))
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]),
    path=st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=40),
    base=st.sampled_from([WEBHOOK + "/", WEBHOOK + "/message", WEBHOOK + "/history?", "/widget/", "/health", "/"]),
    origin=st.none() | header_text,
    body=st.none() | st.binary(max_size=200),
)  # fmt: skip
def test_no_path_method_or_origin_breaks_the_server(
    client: Client, method: str, path: str, base: str, origin: str | None, body: bytes | None
) -> None:
    headers = {} if origin is None else {"Origin": origin}
    status, _ = client.send(method, base + path, body, headers)
    assert status < 500


@pytest.fixture(scope="module", autouse=True)
def senders_before(server: Server) -> set[str]:
    """Conversations that tests before these have begun on the same server, some of them over Rasa's own REST channel."""
    return {sender for (sender,) in server.rows("select distinct sender_id from events")}


def test_afterwards_no_slot_holds_what_a_patient_wrote(client: Client, server: Server, senders_before: set[str]) -> None:
    client.check_turns()
    levels = {urgency for _, urgency, _, _ in TOPICS.values()}
    found = {
        (data["name"], data["value"])
        for (text,) in server.rows("select data from events where type_name = 'slot'")
        for data in [json.loads(text)]
    }
    assert found, "the topics did set slots"
    for name, value in found:
        assert name in ("urgency", "highest_urgency", "treated_at", "session_started_metadata")
        assert value is None or value in levels or name == "treated_at"
    treated = {value for name, value in found if name == "treated_at" and value}
    assert len(treated) <= 2, "the two times that the topics hold"
    senders = {sender for (sender,) in server.rows("select distinct sender_id from events")} - senders_before
    assert [sender for sender in senders if not sender.startswith("web:") and sender != "default"] == []
    assert server.ask("GET", "/health").status == 200
