"""The widget's channel on a real server, with an agent that a test can break at will."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage, register
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from sanic import Sanic

from aftercare.channels.tokens import Tokens
from aftercare.channels.widget import Settings, WidgetInput
from aftercare.clinic import load_clinic
from tests.channels.widget_standin import Server, free_port

# Sanic rewrites its own methods for speed when a server starts; without this, a second one in the same process cannot start.
Sanic.test_mode = True

_names = itertools.count()
GENEROUS = dict.fromkeys(("conversation_per_minute", "conversation_burst", "address_per_minute", "address_burst"), 1e6)


class StubAgent:
    """Stores a turn as Rasa does, at its end. `behave` is awaited inside each turn and may raise, wait or answer."""

    def __init__(self, store: TrackerStore | None = None, responses: dict[str, Any] | None = None) -> None:
        self.domain = Domain.empty()
        self.tracker_store = FailSafeTrackerStore(store or InMemoryTrackerStore(self.domain))
        self.lock_store = InMemoryLockStore()
        self.nlg = TemplatedNaturalLanguageGenerator(responses or {})
        self.ready = True
        self.behave: Callable[[UserMessage], Awaitable[Any]] = self.echo

    def is_ready(self) -> bool:
        return self.ready

    async def echo(self, message: UserMessage) -> None:
        await message.output_channel.send_response(message.sender_id, {"text": f"You said {message.text}"})

    async def handle_message(self, message: UserMessage) -> None:
        async with self.lock_store.lock(message.sender_id, wait_time_in_seconds=0.02):
            tracker = await self.tracker_store.get_or_create_tracker(message.sender_id, append_action_listen=False)
            tracker.update(UserUttered(message.text, message_id=message.message_id), self.domain)
            tracker.update(SlotSet("urgency", "info"))
            before = len(message.output_channel.messages)
            await self.behave(message)
            for reply in message.output_channel.messages[before:]:
                tracker.update(BotUttered(reply.get("text"), {"buttons": reply.get("buttons")}), self.domain)
            await self.tracker_store.save(tracker)


@contextmanager
def served(agent: StubAgent | None, **settings: Any) -> Iterator[Server]:
    """A running server with the channel registered as Rasa registers it."""
    app = Sanic(f"widget_stub_{next(_names)}", configure_logging=False)
    app.ctx.agent = agent
    secret = "a secret that is only used in tests, 40 characters or more"
    channel = WidgetInput(Settings(**{**GENEROUS, **settings}), load_clinic(), Tokens(secret))
    register([channel], app, "/webhooks/")
    server = Server(free_port(), Path(tempfile.gettempdir()))
    started, loop = threading.Event(), asyncio.new_event_loop()

    def run() -> None:
        asyncio.set_event_loop(loop)
        running = loop.run_until_complete(
            app.create_server("127.0.0.1", server.port, return_asyncio_server=True, access_log=False)
        )
        loop.run_until_complete(running.startup())
        started.set()
        loop.run_forever()
        running.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.01))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(30)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
