"""The project's acceptance messages and conversations, said to the real assistant through the widget's channel."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import running
from tests.channels.widget_standin import GENEROUS, Server

ACCEPTANCE = running.ROOT.parent / "shared" / "acceptance"
IMPORTANT = ("emergency", "urgent")


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`python -m server run`, as `make run` starts it, with rate limits that no test meets."""
    folder = tmp_path_factory.mktemp("assistant")
    credentials = folder / "credentials.yml"
    settings = "".join(f"  {line}\n" for line in GENEROUS.splitlines())
    credentials.write_text(
        f"aftercare.channels.widget.WidgetInput:\n{settings}  secret_file: {folder / 'secret'}\n", encoding="utf-8"
    )
    started = running.start(folder, (sys.executable, "-m", "server", "run", "--credentials", str(credentials)))
    yield Server(int(started.url.rpartition(":")[2]), folder)
    started.stop()


def acceptance(name: str) -> list[dict[str, Any]]:
    path = Path(os.environ.get("ACCEPTANCE", ACCEPTANCE)) / name
    if not path.is_file():
        running.unavailable("shared/acceptance")
    return list(yaml.safe_load(path.read_text(encoding="utf-8")))


def wrong_levels(assistant: Server, turns: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """(level wanted, level given, words) of each turn that went wrong. No turn may fail or be met by silence."""
    token, wrong = assistant.start_conversation(), []
    for turn in turns:
        reply = assistant.say(token, turn["say"])
        assert reply.status == 200, turn
        assert reply.texts, turn
        assert "failed" not in reply.json, turn
        level = reply.json["urgency"]
        if level == "emergency":
            assert "911" in reply.texts, turn
        if level not in (turn["level"], *turn.get("also", [])):
            wrong.append((turn["level"], level, turn["say"]))
    return wrong


def test_acceptance_messages(assistant: Server) -> None:
    messages = acceptance("messages.yml")
    wrong = [problem for message in messages for problem in wrong_levels(assistant, [message])]
    assert [problem for problem in wrong if problem[0] in IMPORTANT] == []
    assert len(wrong) <= 0.05 * len(messages), wrong


def test_acceptance_conversations(assistant: Server) -> None:
    conversations = acceptance("conversations.yml")
    wrong = {row["note"]: problems for row in conversations if (problems := wrong_levels(assistant, row["turns"]))}
    assert wrong == {}


def test_the_stock_rest_channel_is_not_there(assistant: Server) -> None:
    token = assistant.start_conversation()
    assert assistant.say(token, "hello").status == 200
    assert assistant.ask("POST", "/webhooks/rest/webhook", {"sender": "x", "message": "hello"}).status == 404
    assert assistant.ask("GET", "/conversations/x/tracker").status == 404
    assert assistant.ask("GET", "/health").json == {"status": "ok"}
    assert b"aftercare-chat.js" in assistant.ask("GET", "/").body


def test_hours_since_treatment_are_told_when_the_patient_said_when(assistant: Server) -> None:
    token = assistant.start_conversation()
    assert assistant.say(token, "my back is sore").json["hours_since_treatment"] is None
    hours = assistant.say(token, "it was two days ago").json["hours_since_treatment"]
    assert hours is not None
    assert 24 < hours < 72
