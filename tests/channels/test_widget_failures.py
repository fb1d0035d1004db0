"""When something breaks behind the widget's channel, the patient still gets words, and no turn is lost."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time
from typing import Any

import pytest
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore
from rasa.shared.core.domain import Domain

from tests.channels.widget_stub import StubAgent, served

PHONE, EMERGENCY = "+1 202 555 0142", "911"


def spoken(reply: Any) -> str:
    """The reply's words, which must name both numbers whenever the channel itself speaks."""
    assert PHONE in reply.texts
    assert EMERGENCY in reply.texts
    return reply.texts


def test_an_action_that_raises_is_answered_with_the_numbers_and_can_be_sent_again() -> None:
    agent = StubAgent()

    async def fail(message: Any) -> None:
        raise RuntimeError("broken")

    with served(agent) as server:
        token = server.start_conversation()
        agent.behave = fail
        reply = server.say(token, "hello", id="message-1")
        assert (reply.status, reply.json["failed"]) == (200, True)
        spoken(reply)
        agent.behave = agent.echo
        again = server.say(token, "hello", id="message-1", retry=True)
        assert again.texts == "You said hello"
        assert "failed" not in again.json


def test_a_turn_without_a_reply_is_not_met_by_silence() -> None:
    agent = StubAgent()

    async def nothing(message: Any) -> None:
        pass

    with served(agent) as server:
        agent.behave = nothing
        reply = server.say(server.start_conversation(), "hello")
        assert reply.json["failed"] is True
        spoken(reply)


def test_a_slow_turn_is_answered_in_time_goes_on_and_is_not_done_twice() -> None:
    agent = StubAgent()
    turns, go = [], threading.Event()

    async def slow(message: Any) -> None:
        turns.append(message.text)
        while not go.is_set():
            await asyncio.sleep(0.01)
        await agent.echo(message)

    with served(agent, reply_seconds=0.2) as server:
        agent.behave = slow
        token = server.start_conversation()
        late = server.say(token, "hello", id="message-1")
        assert late.json["failed"] is True
        spoken(late)
        waiting = server.say(token, "hello", id="message-1", retry=True)
        assert waiting.json["failed"] is True, "it joins the turn that is still running"
        go.set()
        for _ in range(200):
            again = server.say(token, "hello", id="message-1", retry=True)
            if "failed" not in again.json:
                break
        assert again.texts == "You said hello"
        assert turns == ["hello"]


def test_a_closed_page_does_not_cancel_its_turn() -> None:
    agent = StubAgent()
    entered, go = threading.Event(), threading.Event()

    async def slow(message: Any) -> None:
        entered.set()
        while not go.is_set():
            await asyncio.sleep(0.01)
        await agent.echo(message)

    with served(agent) as server:
        agent.behave = slow
        token = server.start_conversation()
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        body = json.dumps({"text": "I am leaving", "id": "message-1"})
        headers = {"Authorization": f"Bearer {token}", "Origin": server.origin}
        connection.request("POST", "/webhooks/aftercare/message", body, headers)
        assert entered.wait(30)
        connection.close()
        time.sleep(0.1)
        go.set()
        for _ in range(200):
            told = server.history(token).json["messages"]
            if told:
                break
            time.sleep(0.02)
        assert [line["text"] for line in told] == ["I am leaving", "You said I am leaving"]


def test_messages_of_one_conversation_at_once_keep_their_order_and_none_is_lost() -> None:
    agent = StubAgent()
    with served(agent) as server:
        token = server.start_conversation()
        got: list[Any] = []
        threads = [threading.Thread(target=lambda n=n: got.append(server.say(token, f"number {n}"))) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        answered = sorted(reply.texts for reply in got if reply.status == 200)
        refused = [reply for reply in got if reply.status == 429]
        assert len(answered) + len(refused) == 20
        assert len(answered) >= 3
        for reply in refused:
            spoken(reply)
        told = [line["text"] for line in server.history(token).json["messages"] if line["from"] == "bot"]
        assert sorted(told) == answered


@pytest.mark.parametrize(
    "message", [{"text": 7}, {"buttons": 3, "text": "ok"}, {"image": []}, "no dict", None, {"elements": [{}], "custom": object()}]
)
def test_a_bot_message_of_a_wrong_form_does_not_lose_the_turn(message: Any) -> None:
    agent = StubAgent()

    async def odd(incoming: Any) -> None:
        await incoming.output_channel.send_response(incoming.sender_id, message)
        await agent.echo(incoming)

    with served(agent) as server:
        agent.behave = odd
        token = server.start_conversation()
        reply = server.say(token, "hello")
        assert reply.status == 200
        assert "You said hello" in reply.texts
        assert server.history(token).json["messages"][0]["text"] == "hello"


def test_before_the_model_is_loaded_the_numbers_are_given_and_health_says_503() -> None:
    for agent in (None, StubAgent()):
        with served(agent) as server:
            if agent:
                agent.ready = False
            started = server.ask("POST", "/webhooks/aftercare/start", {})
            assert started.status == 200
            assert started.json["clinic"]["phone"] == PHONE
            token = started.json["token"]
            reply = server.say(token, "hello")
            assert reply.status == 503
            assert reply.headers["retry-after"] == "10"
            spoken(reply)
            assert server.history(token).status == 503
            assert server.ask("GET", "/health").status == 503
            assert server.delete(token).json["deleted"] is (agent is not None), "said to be deleted only where there is a store"
            assert server.ask("GET", "/").status == 200


class Unanswering(InMemoryTrackerStore):
    broken = False

    async def retrieve(self, sender_id: str) -> Any:
        if self.broken:
            raise ConnectionError("the database is gone")
        return await super().retrieve(sender_id)

    retrieve_full_tracker = retrieve  # type: ignore[assignment]


def test_health_says_503_while_the_tracker_store_does_not_answer() -> None:
    store = Unanswering(Domain.empty())
    agent = StubAgent(store)
    with served(agent) as server:
        assert server.ask("GET", "/health").json == {"status": "ok"}
        token = server.start_conversation()
        store.broken = True
        down = server.ask("GET", "/health")
        assert down.status == 503
        assert "tracker store" in down.json["reason"]
        reply = server.say(token, "hello")
        assert reply.status == 200
        assert reply.json["messages"]
        store.broken = False
        assert server.ask("GET", "/health").status == 200


def test_health_sees_an_sql_database_that_went(tmp_path: Any) -> None:
    store = SQLTrackerStore(Domain.empty(), db=str(tmp_path / "tracker.db"))
    with served(StubAgent(store)) as server:
        assert server.ask("GET", "/health").status == 200
        store.Base.metadata.drop_all(store.engine)
        assert server.ask("GET", "/health").status == 503


class Undeletable(InMemoryTrackerStore):
    @property
    def store(self) -> dict[str, str]:
        return self._kept

    @store.setter
    def store(self, value: dict[str, str]) -> None:
        class Kept(dict):  # type: ignore[type-arg]
            def pop(self, *args: Any) -> Any:
                raise OSError("read only")

        self._kept = Kept(value)


def test_a_conversation_that_could_not_be_deleted_is_not_said_to_be_and_can_go_on() -> None:
    with served(StubAgent(Undeletable(Domain.empty()))) as server:
        token = server.start_conversation()
        server.say(token, "hello")
        gone = server.delete(token)
        assert gone.json["deleted"] is False
        assert PHONE in gone.texts
        assert server.history(token).json["messages"], "still there, and still the patient's"


def test_deleting_waits_for_the_message_that_is_being_answered() -> None:
    agent = StubAgent()
    entered, go = threading.Event(), threading.Event()

    async def slow(message: Any) -> None:
        entered.set()
        while not go.is_set():
            await asyncio.sleep(0.01)
        await agent.echo(message)

    with served(agent) as server:
        agent.behave = slow
        token = server.start_conversation()
        got: list[Any] = []
        saying = threading.Thread(target=lambda: got.append(server.say(token, "hello")))
        saying.start()
        assert entered.wait(30)
        deleting = threading.Thread(target=lambda: got.append(server.delete(token)))
        deleting.start()
        time.sleep(0.1)
        go.set()
        saying.join(30)
        deleting.join(30)
        assert {reply.status for reply in got} == {200}
        assert agent.tracker_store._tracker_store.store == {}


def test_the_channel_s_words_come_from_the_domain_when_it_has_them() -> None:
    responses = {
        "utter_empty": [{"text": "Say something, or call {clinic_phone} ({emergency_number})."}],
        "utter_problem": [{"text": "{broken"}],
        "utter_message_too_long": [{"text": ""}],
        "utter_welcome": [{"text": "Hello from {clinic_name}", "buttons": [{"title": "Sore", "payload": "I am sore"}]}],
    }
    agent = StubAgent(responses=responses)

    async def fail(message: Any) -> None:
        raise RuntimeError

    with served(agent) as server:
        started = server.ask("POST", "/webhooks/aftercare/start", {}).json
        assert started["messages"][0]["text"] == "Hello from Riverside Physiotherapy"
        token = started["token"]
        assert server.say(token, "  ").texts == f"Say something, or call {PHONE} ({EMERGENCY})."
        agent.behave = fail
        assert server.say(token, "hello").texts, "a response that cannot be filled still leaves words"
        spoken(server.say(token, "x" * 2001))


def test_a_broken_generator_leaves_the_built_in_words() -> None:
    agent = StubAgent()
    agent.nlg = None  # type: ignore[assignment]
    with served(agent) as server:
        assert server.ask("POST", "/webhooks/aftercare/start", {}).json["messages"] == []
        spoken(server.say(server.start_conversation(), ""))
