"""The widget's channel under a real `rasa run`: who may talk to it, what it takes, and what one conversation sees of another."""

from __future__ import annotations

import concurrent.futures
import urllib.parse

import pytest

from tests.channels.widget_standin import GENEROUS, Server, standin

WEBHOOK = "/webhooks/aftercare"
SLOTS_OF_THE_CHANNEL = {"urgency", "highest_urgency", "treated_at"}


@pytest.fixture(scope="module")
def server() -> Server:
    return standin(GENEROUS)


def senders(server: Server) -> set[str]:
    return {sender for (sender,) in server.rows("select distinct sender_id from events")}


# --- a conversation ---------------------------------------------------------------------------------------------------


def test_a_conversation_with_levels_and_hours(server: Server) -> None:
    token = server.start_conversation()
    hello = server.say(token, "hello").json
    assert hello["messages"][0]["text"] == "Hello. How can I help?"
    assert hello["messages"][0]["buttons"][0] == {"title": "I am sore", "payload": "my back is sore"}
    assert (hello["urgency"], hello["highest_urgency"], hello["hours_since_treatment"]) == ("none", None, None)
    sore = server.say(token, "my back is sore").json
    assert sore["urgency"] == "self_care"
    assert 29.9 < sore["hours_since_treatment"] < 32
    assert sore["messages"][0]["image"] == "/widget/clinic.svg"
    chest = server.say(token, "it hurts when I breathe in").json
    assert (chest["urgency"], chest["highest_urgency"]) == ("emergency", "emergency")
    later = server.say(token, "hello").json
    assert (later["urgency"], later["highest_urgency"]) == ("none", "emergency")


def test_a_reload_gets_the_conversation_back(server: Server) -> None:
    token = server.start_conversation()
    assert server.history(token).json["messages"] == []
    server.say(token, "hello", id="message-1")
    server.say(token, button="my back is sore")
    told = server.history(token).json
    assert [(line["from"], line["text"]) for line in told["messages"]] == [
        ("user", "hello"),
        ("bot", "Hello. How can I help?"),
        ("user", "my back is sore"),
        ("bot", "Soreness like this is common and passes. A warm shower helps."),
    ]
    assert told["messages"][0]["id"] == "message-1"
    assert told["urgency"] == "self_care"


def test_ids_are_made_by_the_server_and_carry_the_channel_s_prefix(server: Server) -> None:
    before = senders(server)
    token = server.start_conversation()
    body = {
        "text": "hello",
        "sender": "victim",
        "sender_id": "victim",
        "conversation_id": "victim",
        "metadata": {"sender": "victim"},
    }
    assert server.ask("POST", f"{WEBHOOK}/message?sender=victim", body, token).status == 200
    (made,) = senders(server) - before
    assert made.startswith("web:")
    assert len(made) == len("web:") + 32
    assert token not in made


def test_a_message_that_is_sent_again_is_answered_and_not_repeated(server: Server) -> None:
    token = server.start_conversation()
    first = server.say(token, "my back is sore", id="message-1").json
    again = server.say(token, "my back is sore", id="message-1", retry=True).json
    assert again["messages"] == first["messages"]
    assert again["urgency"] == first["urgency"]
    assert len([line for line in server.history(token).json["messages"] if line["from"] == "user"]) == 1
    lost = server.say(token, "hello", id="message-2", retry=True).json
    assert lost["messages"][0]["text"] == "Hello. How can I help?", "a message that never arrived is answered"


# --- what is typed ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "/secret_topic",
        "/restart",
        "/session_start",
        "/back",
        "/unknown",
        "//secret_topic",
        " /secret_topic",
        "\u200b/secret_topic",
        "\x00/secret_topic",
        '/soreness{"treated_at": "2020-01-01"}',
        '/secret_topic{"urgency": "none", "highest_urgency": "none"}',
        "/secret_topic@0.99",
    ],
)
def test_a_typed_slash_is_text_and_sets_no_slot(server: Server, typed: str) -> None:
    token = server.start_conversation()
    server.say(token, "it hurts when I breathe in")
    reply = server.say(token, typed)
    assert reply.status == 200
    assert "behind a button" not in reply.texts
    assert reply.json["highest_urgency"] == "emergency"
    assert reply.json["hours_since_treatment"] is None
    assert server.say(token, "hello").texts == "Hello. How can I help?", "and the next message works"


def test_a_button_counts_only_where_it_was_offered(server: Server) -> None:
    one, other = server.start_conversation(), server.start_conversation()
    assert "behind a button" not in server.say(one, button="/secret_topic").texts, "not offered yet"
    server.say(one, "hello")
    assert "behind a button" in server.say(one, button="/secret_topic").texts
    assert "behind a button" not in server.say(one, "/secret_topic").texts, "typing it is not pressing it"
    assert "behind a button" not in server.say(one, button='/secret_topic{"urgency": "none"}').texts, "nor is a changed one"
    assert "behind a button" not in server.say(other, button="/secret_topic").texts, "nor is the other conversation's"
    assert server.say(other, button="my back is sore").json["urgency"] == "self_care", "a button's plain text is plain text"


@pytest.mark.parametrize("nothing", ["", " ", "\n\t", "/", "\u200b", "\x00\x01"])
def test_nothing_said_is_asked_about_and_is_no_turn(server: Server, nothing: str) -> None:
    token = server.start_conversation()
    reply = server.say(token, nothing)
    assert reply.status == 200
    assert reply.texts
    assert server.history(token).json["messages"] == []


def test_the_limits_of_length(server: Server) -> None:
    token = server.start_conversation()
    assert server.say(token, "hello " + "x" * 1994).status == 200
    for reply in (server.say(token, "x" * 2001), server.say(token, "x" * 20_000), server.say(token, "x" * 100_000)):
        assert reply.status == 413
        assert "+1 202 555 0142" in reply.texts
        assert "911" in reply.texts
    assert server.say(token, "hello").status == 200
    huge = server.ask("POST", f"{WEBHOOK}/start", b"{" + b" " * 20_000 + b"}")
    assert huge.status == 413


@pytest.mark.parametrize(
    "text",
    [
        "😀😀😀",
        "لا أستطيع",
        "我很疼",
        "\u0000\u0001\u0002a",
        "\ud83d",
        "a\u0301" * 900,
        "🏳️‍🌈" * 150,
        "{clinic_phone}",
        "%s %d {0} {}",
    ],
)
def test_any_writing_gets_an_answer(server: Server, text: str) -> None:
    token = server.start_conversation()
    reply = server.say(token, text)
    assert reply.status == 200
    assert reply.texts
    assert server.say(token, "hello").texts == "Hello. How can I help?"


# --- who may ask ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["http://localhost:1", "http://LOCALHOST:5120", "http://127.0.0.1:8080", "http://localhost"])
def test_an_allowed_site_may_read_the_answer(server: Server, origin: str) -> None:
    preflight = server.ask("OPTIONS", f"{WEBHOOK}/message", origin=origin, access_control_request_method="POST")
    assert preflight.status == 204
    assert preflight.headers["access-control-allow-headers"] == "Authorization, Content-Type"
    for reply in (preflight, server.ask("POST", f"{WEBHOOK}/start", {}, origin=origin)):
        assert reply.headers["access-control-allow-origin"] == origin
        assert reply.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in reply.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "http://localhost.evil.example",
        "http://localhost:5120.evil.example",
        "http://evil.example/http://localhost:5120",
        "https://localhost:5120",
        "file://",
        "http://localhost:5120, https://evil.example",
    ],
)
def test_any_other_site_is_refused_everything(server: Server, origin: str) -> None:
    token = server.start_conversation()
    assert server.ask("OPTIONS", f"{WEBHOOK}/message", origin=origin, access_control_request_method="POST").status == 403
    for method, path in (("POST", "start"), ("POST", "message"), ("POST", "delete"), ("GET", "history")):
        reply = server.ask(method, f"{WEBHOOK}/{path}", {"text": "hello"} if method == "POST" else None, token, origin=origin)
        assert reply.status == 403
        assert not [name for name in reply.headers if name.startswith("access-control-")]
    assert server.history(token).json["messages"] == []


def test_only_the_channel_s_own_methods_and_paths_exist(server: Server) -> None:
    token = server.start_conversation()
    for method, path in (
        ("GET", "message"),
        ("PUT", "message"),
        ("DELETE", "delete"),
        ("POST", "history"),
        ("GET", "start"),
        ("GET", "delete"),
    ):
        assert server.ask(method, f"{WEBHOOK}/{path}", None, token).status == 405
    assert server.ask("GET", f"{WEBHOOK}/../../etc/passwd").status in (400, 404)


# --- two conversations ------------------------------------------------------------------------------------------------


MINE = "a token of the stranger's own"
NAMES = ("sender", "sender_id", "conversation_id", "recipient_id", "session_id", "token", "input_channel")


@pytest.mark.parametrize("method_and_path", ["POST message", "GET history", "POST delete"])
def test_neither_conversation_can_read_continue_or_push_into_the_other(server: Server, method_and_path: str) -> None:
    method, path = method_and_path.split()
    before = senders(server)
    victim = server.start_conversation()
    server.say(victim, "it hurts when I breathe in", id="message-of-victim")
    (victim_sender,) = senders(server) - before
    seen = server.history(victim).json
    fields = [(MINE, {name: value}) for name in NAMES for value in (victim_sender, victim)]
    forged = [(token, {}) for token in (victim_sender, victim_sender[4:], "", None, "null", victim[:-8] + "AAAAAAAA")]
    for given, extra in fields + forged:
        token = server.start_conversation() if given == MINE else given
        query = "?" + urllib.parse.urlencode(extra)
        body = {"text": "my back is sore", **extra} if method == "POST" else None
        reply = server.ask(method, f"{WEBHOOK}/{path}{query}", body, token)
        assert reply.status == (200 if extra else 401), (token, extra)
        assert b"breathe" not in reply.body
        assert b"emergency" not in reply.body
    # The same message id in another conversation is another message.
    assert "Call 911" not in server.say(server.start_conversation(), "hello", id="message-of-victim", retry=True).texts
    # The stock REST channel, where a clinic has turned it on, does not know the id: it cannot be computed from a token.
    for guess in (victim, victim.split(".")[1], "web:" + victim.split(".")[1], victim_sender[4:]):
        reply = server.ask("POST", "/webhooks/rest/webhook", {"sender": guess, "message": "hello"})
        assert b"breathe" not in reply.body
    assert server.history(victim).json["messages"] == seen["messages"], "and the victim's conversation is as it was"
    assert server.say(victim, "hello").json["highest_urgency"] == "emergency"


def test_many_conversations_at_once_do_not_mix(server: Server) -> None:
    words = {
        "hello": "Hello. How can I help?",
        "my back is sore": "Soreness like this",
        "fever": "A fever needs",
        "website": "Read https",
    }

    def talk(number: int) -> None:
        said, expected = list(words.items())[number % len(words)]
        token = server.start_conversation()
        for _ in range(3):
            assert expected in server.say(token, said).texts
        assert all(expected in line["text"] for line in server.history(token).json["messages"] if line["from"] == "bot")

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(talk, range(40)))


# --- deleting ---------------------------------------------------------------------------------------------------------


def test_delete_removes_the_words_from_the_database_and_its_file(server: Server) -> None:
    before = senders(server)
    token, other = server.start_conversation(), server.start_conversation()
    server.say(token, "my back is sore and this is mysecretword")
    (sender,) = senders(server) - before
    server.say(other, "hello")
    assert server.delete(token).json == {"deleted": True}
    assert server.rows("select count(*) from events where sender_id = ?", sender) == [(0,)]
    assert not [path for path in server.folder.glob("tracker.db*") if b"mysecretword" in path.read_bytes()]
    for reply in (server.history(token), server.say(token, "hello"), server.delete(token)):
        assert reply.status == 401
    assert server.history(other).json["messages"][0]["text"] == "hello", "no other conversation is touched"


# --- limits -----------------------------------------------------------------------------------------------------------


def test_rate_limits_answer_kindly_with_the_numbers() -> None:
    server = standin("conversation_per_minute: 1\nconversation_burst: 3\naddress_per_minute: 1\naddress_burst: 9\n")
    try:
        token = server.start_conversation()
        assert [server.say(token, "hello").status for _ in range(3)] == [200, 200, 200]
        refused = server.say(token, "hello")
        assert refused.status == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.texts == "Slow down please, or call +1 202 555 0142; in an emergency 911."
        other = server.start_conversation()
        assert server.say(other, "hello").status == 200, "one conversation's limit is no other's"
        statuses = [server.ask("POST", f"{WEBHOOK}/start", {}).status for _ in range(6)]
        assert statuses[-1] == 429, "one address cannot start conversations without end"
        assert server.history(token).status == 429
        assert len(server.rows("select 1 from events where type_name = 'user'")) == 4, "what is refused is no turn"
    finally:
        assert server.process
        server.process.terminate()
        server.process.wait(20)


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_demo_page_is_strict_and_in_the_clinic_s_name(server: Server) -> None:
    page = server.ask("GET", "/")
    assert page.status == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    text = page.body.decode()
    for part in ("Riverside Physiotherapy", "tel:+12025550142", "tel:911", "/widget/aftercare-chat.js"):
        assert part in text
    assert "style=" not in text
    assert "http" not in text.replace("https://your-server", "").replace("http-equiv", "")


def test_the_widget_s_files_and_nothing_else(server: Server) -> None:
    script = server.ask("GET", "/widget/aftercare-chat.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    assert script.body.startswith(b"globalThis.aftercareClinic = {")
    unchanged = server.ask("GET", "/widget/aftercare-chat.js", if_none_match=script.headers["etag"])
    assert (unchanged.status, unchanged.body) == (304, b"")
    for path in ("/widget/index.html", "/widget/..%2fclinic.yml", "/widget/%2e%2e/clinic.yml", "/widget/README.md", "/widget/"):
        assert server.ask("GET", path).status == 404, path


def test_health_is_ok_when_the_model_is_loaded_and_the_database_answers(server: Server) -> None:
    health = server.ask("GET", "/health")
    assert (health.status, health.json) == (200, {"status": "ok"})
