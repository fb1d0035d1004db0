"""A small Rasa project, a real agent and a real server with the Telegram channel in it, for the tests of that channel.

Nothing of the assistant's own domain is needed: each keyword has one answer, and the channel's responses are short.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import rasa.core.run
import rasa.model_training
from rasa.core import jobs
from rasa.core.agent import Agent
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from sanic import Sanic

from aftercare.channels.telegram import TelegramInput
from aftercare.channels.telegram_output import conversation_id
from aftercare.clinic import load_clinic
from tests.channels.fake_bot_api import TOKEN, FakeBotApi

PHONE = load_clinic().phone
LONG_PAYLOAD = "I was treated on Monday night at about seven, in the lower back and in the left shoulder, both"
SORE_NOW = "{title: Now, payload: sore}"
LONG_REPLY = "\n\n".join(f"Paragraph {n}. " + "Every word of a long reply has to arrive, in order. " * 12 for n in range(15))

# keyword: (urgency, hours since treatment that it sets, YAML of the response)
TOPICS: dict[str, tuple[str, float | None, str]] = {
    "hello": ("none", None, "- text: Hello there.\n  buttons: [{title: I am sore, payload: sore}]"),
    "sore": ("self_care", None, "- text: Soreness passes."),
    "when": ("info", None, f"- text: When?\n  buttons: [{{title: Night, payload: '{LONG_PAYLOAD}'}}, {SORE_NOW}]"),
    LONG_PAYLOAD: ("self_care", 20, "- text: Noted."),
    "yesterday": ("self_care", 20, "- text: Yesterday."),
    "five days": ("contact_clinic", 120, "- text: Call us."),
    "breathe": ("emergency", None, "- text: Call 911 now."),
    "chest at noon": ("emergency", 20, "- text: Call 911 now."),
    "long": ("info", None, f'- text: "{LONG_REPLY}"'.replace("\n", "\\n")),
    "picture": ("info", None, "- text: See.\n  image: https://clinic.example/picture.png"),
    "drawing": ("info", None, "- text: See here.\n  image: /widget/clinic.svg"),
    "odd": ("info", None, '- text: "A.\\n\\n\\n   \\n\\nB."\n  buttons: [{title: "", payload: x}, {title: Fine, payload: sore}]'),
    "json": ("info", None, "- custom: {secret: value}"),
    "nothing": ("none", None, ""),
}  # fmt: skip

CHANNEL_RESPONSES = {
    "utter_start": '- text: "Welcome to {clinic_name}."\n  buttons: [{title: I am sore, payload: hello}]',
    "utter_help": '- text: "Help: {clinic_phone}."',
    "utter_restarted": "- text: Restarted.",
    "utter_stopped": "- text: Stopped.",
    "utter_deleted": "- text: Deleted.",
    "utter_not_deleted": '- text: "Not deleted. {clinic_phone}"',
    "utter_only_text": '- text: "Only text. {clinic_phone}"',
    "utter_caption_only": '- text: "Caption only. {clinic_phone}"',
    "utter_only_private": "- text: Private only.",
    "utter_button_expired": "- text: Button expired.",
    "utter_too_long": "- text: Too long.",
    "utter_too_fast": "- text: Too many.",
    "utter_still_working": "- text: Still working.",
    "utter_problem": '- text: "Problem. {clinic_phone} {emergency_number}"',
    "utter_emergency_short": '- text: "Remember: {emergency_number}."',
    "utter_timeline": '- text: "{hours} hours in. {clinic_phone}"\n  custom: {here: You, peak: Peak, call: Call, hours: h}',
    "utter_timeline_late": '- text: "{days} days in."\n  custom: {here: You, peak: Peak, call: Call, hours: h}',
    "utter_telegram_commands": "- text: Menu.\n  custom: {start: Begin, help: Phone numbers, stop: No more, delete: Forget}",
    "utter_telegram_description": '- text: "Aftercare, not for emergencies: {emergency_number}"',
    "utter_default": "- text: I did not understand.",
}


def write_project(folder: Path) -> None:
    """Writes config, domain, data and endpoints; the times of treatment count from now."""
    now = datetime.now(timezone.utc)
    names = {keyword: f"topic_{number}" for number, keyword in enumerate(TOPICS)}
    domain = ['version: "3.1"', f"intents: [{', '.join(names.values())}]", "slots:"]
    for slot in ("urgency", "treated_at"):
        domain += [f"  {slot}:", "    type: text", "    influence_conversation: false", "    mappings:"]
        for keyword, (urgency, hours, _) in TOPICS.items():
            value = urgency if slot == "urgency" else "" if hours is None else (now - timedelta(hours=hours)).isoformat()
            domain += [f"    - {{type: from_intent, intent: {names[keyword]}, value: '{value}'}}"] if value else []
    domain.append("responses:")
    for name, response in {**CHANNEL_RESPONSES, **{f"utter_{names[k]}": t[2] for k, t in TOPICS.items() if t[2]}}.items():
        domain += [f"  {name}:", *(f"  {line}" for line in response.split("\n"))]
    nlu, rules = ['version: "3.1"', "nlu:"], ['version: "3.1"', "rules:"]
    for keyword, (_, _, response) in TOPICS.items():
        nlu += [f"- intent: {names[keyword]}", "  examples: |", f"    - {keyword}"]
        action = f"utter_{names[keyword]}" if response else "action_listen"
        rules += [f"- rule: {names[keyword]}", f"  steps: [{{intent: {names[keyword]}}}, {{action: {action}}}]"]
    config = ["recipe: default.v1", "assistant_id: standin", "language: en", "pipeline: [{name: KeywordIntentClassifier}]"]
    config += ["policies: [{name: RulePolicy, core_fallback_action_name: action_default_fallback}]"]
    files = {"domain.yml": domain, "data/nlu.yml": nlu, "data/rules.yml": rules, "config.yml": config}
    for name, lines in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


@functools.cache
def trained_model() -> str:
    """The path of the trained stand-in, made once a test run."""
    folder = Path(tempfile.mkdtemp(prefix="telegram-standin-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    write_project(folder)
    result = rasa.model_training.train(
        str(folder / "domain.yml"), str(folder / "config.yml"), [str(folder / "data")], output=str(folder / "models")
    )
    assert result.model is not None
    return result.model


@functools.cache
def loaded_agent() -> Agent:
    """One agent for all tests; `server` gives it a store of its own."""
    return Agent.load(trained_model())


@dataclass
class Server:
    """The assistant's side: a real HTTP server with a real agent."""

    agent: Agent
    app: Sanic
    channel: TelegramInput
    address: str

    async def slots(self, chat_id: int = 42) -> dict[str, Any]:
        tracker = await self.agent.tracker_store.retrieve(conversation_id(chat_id))
        return tracker.current_slot_values() if tracker else {}

    async def heard(self, chat_id: int = 42) -> list[str]:
        """What the patient said, as stored."""
        tracker = await self.agent.tracker_store.retrieve_full_tracker(conversation_id(chat_id))
        return [event.as_dict()["text"] for event in tracker.events if event.type_name == "user"] if tracker else []


def _store(folder: Path | None, agent: Agent) -> TrackerStore:
    if folder is None:
        return InMemoryTrackerStore(agent.domain)
    return SQLTrackerStore(domain=agent.domain, dialect="sqlite", db=str(folder / "tracker.db"))


@asynccontextmanager
async def server(
    telegram: FakeBotApi,
    folder: Path | None,
    ready: bool = True,
    announced: bool = True,
    agent: Agent | None = None,
    **credentials: Any,
) -> AsyncIterator[Server]:
    """Starts the server, with a database in `folder` or else in memory, and stops it as Sanic does.

    It waits until the webhook is set, unless `announced` is False.
    """
    Sanic.test_mode = True  # lets one process make the app of that name again
    agent = agent or loaded_agent()
    store = FailSafeTrackerStore(_store(folder, agent))
    agent.tracker_store = agent.processor.tracker_store = store
    agent.lock_store = agent.processor.lock_store = InMemoryLockStore()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    given = {"token": TOKEN, "webhook_url": address, "api_base": telegram.base, "retry_s": 0.01, **credentials}
    channel = TelegramInput.from_credentials(given)
    app = rasa.core.run.configure_app([channel], enable_api=False)
    if ready:
        app.ctx.agent = agent
    running = await app.create_server(sock=listener, return_asyncio_server=True)
    await running.startup()
    await running.before_start()
    await running.after_start()
    try:
        if announced:
            described = "utter_telegram_description" in agent.domain.responses
            await telegram.until(lambda: telegram.webhook and (telegram.description or not described), "the webhook")
        yield Server(agent, app, channel, address)
    finally:
        await running.before_stop()
        running.close()
        await running.wait_closed()
        await running.after_stop()
        listener.close()
        jobs.kill_scheduler()  # it belongs to this event loop
