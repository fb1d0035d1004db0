"""The trained assistant in this process: real model, real rules, real actions; conversations in memory.

For tests that talk to it without a server. Turns run on an event loop of their own, so that plain tests can use it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

os.environ["RASA_TELEMETRY_ENABLED"] = "false"  # before Rasa is imported: test utterances are nobody's business either

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered
from rasa.utils.endpoints import EndpointConfig
from rasa.utils.log_utils import configure_structlog

from aftercare.case import Case
from aftercare.message import Message
from aftercare.replies import compose
from aftercare.triage import assess
from server.in_process_actions import InProcessActions

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "aftercare.tar.gz"

T = TypeVar("T")


@dataclass(frozen=True)
class Turn:
    """What came back for one message: level, names and texts of the responses, buttons' payloads, slots after it."""

    urgency: str
    responses: tuple[str, ...]
    texts: tuple[str, ...]
    payloads: tuple[str, ...]
    slots: dict[str, Any] = field(repr=False)
    actions: tuple[str, ...] = ()


class Assistant:
    """The assistant that `make run` starts, without channels. Raises AssertionError when no model has been trained."""

    def __init__(self) -> None:
        configure_structlog(logging.CRITICAL)  # it would print every message, those of the held-out set too
        assert MODEL.exists(), f"{MODEL.relative_to(ROOT)} is missing: run `make train`"
        self._loop = asyncio.new_event_loop()
        self._agent = Agent.load(
            str(MODEL),
            generator=EndpointConfig(type="server.responses.ClinicResponses"),
            tracker_store=InMemoryTrackerStore(Domain.empty()),
            lock_store=InMemoryLockStore(),
            action_endpoint=InProcessActions(),
        )
        assert self._agent.is_ready(), f"{MODEL.relative_to(ROOT)} cannot be loaded: run `make train`"

    def conversation(self) -> Conversation:
        """A new patient."""
        return Conversation(self)

    def parse(self, message: str) -> dict[str, Any]:
        """What NLU makes of a message, as Rasa's parse result."""
        return self.run(self._agent.parse_message(message))

    def turn(self, sender: str, message: str) -> Turn:
        """Send one message as that sender and collect what came of it."""
        return self.run(self._turn(sender, message))

    async def _turn(self, sender: str, message: str) -> Turn:
        before = await self._agent.tracker_store.get_or_create_tracker(sender)
        seen = len(before.events)
        await self._agent.handle_message(UserMessage(message, sender_id=sender))
        tracker = await self._agent.tracker_store.get_or_create_tracker(sender)
        events = list(tracker.events)[seen:]
        said = [event for event in events if isinstance(event, BotUttered)]
        return Turn(
            urgency=str(tracker.get_slot("urgency")),
            responses=tuple(str(event.metadata.get("utter_action")) for event in said),
            texts=tuple(event.text or "" for event in said),
            payloads=tuple(button["payload"] for event in said for button in event.data.get("buttons") or ()),
            slots=tracker.current_slot_values(),
            actions=tuple(event.action_name for event in events if isinstance(event, ActionExecuted)),
        )

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run on the assistant's own loop; other tests' loops stay as they are."""
        return self._loop.run_until_complete(work)


@dataclass
class Conversation:
    """One patient's conversation with the assistant."""

    assistant: Assistant
    sender: str = field(default_factory=lambda: f"test-{uuid.uuid4()}")

    def say(self, message: str) -> Turn:
        """Send a message."""
        return self.assistant.turn(self.sender, message)


@dataclass
class QuickConversation:
    """The same conversation by NLU and the clinical core alone: no rules, no actions, a tenth of the time."""

    assistant: Assistant
    case: Case = field(default_factory=Case)

    def say(self, message: str) -> str:
        """Send a message; the level of the reply."""
        now = datetime.now(timezone.utc)
        read = Message.from_parse(self.assistant.parse(message))
        assessment = assess(self.case, read, now)
        _, self.case = compose(assessment, read, now)
        return assessment.urgency.label


@cache
def shared_assistant() -> Assistant:
    """The one assistant of this test run: loading it takes seconds and half a gigabyte."""
    return Assistant()
