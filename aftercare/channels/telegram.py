"""Rasa's Telegram connector for patients. `docs/TELEGRAM.md` says what a clinic does, `credentials-telegram.yml` loads it."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import os
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from aftercare.channels.telegram_api import BotApi
from aftercare.channels.telegram_buttons import OfferedButtons
from aftercare.channels.telegram_output import CHANNEL, Outbox, TelegramOutput
from aftercare.channels.telegram_replies import Replies
from aftercare.channels.telegram_settings import TelegramSettings, read_settings
from aftercare.channels.telegram_setup import announce
from aftercare.channels.telegram_turns import Turns
from aftercare.channels.telegram_updates import read_update
from aftercare.clinic import Clinic, load_clinic

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
MOST_BYTES = 1_048_576  # Telegram's updates are a few kB; an entity or a quoted message makes them longer
FINISH_S = 10.0  # at the end of the server, for what was taken
_MOST_SEEN = 20_000
_LONGEST_NUMBER = 20  # digits


class TelegramInput(InputChannel):
    """Patients' private chats with a clinic's bot."""

    def __init__(self, settings: TelegramSettings, clinic: Clinic) -> None:
        self._settings = settings
        self._clinic = clinic
        self._api = BotApi(settings.api_base, settings.token, settings.retry_s)
        self._buttons = OfferedButtons()
        self._outbox = Outbox(self._api, self._buttons)
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._app: Sanic | None = None
        self._announcing: asyncio.Task[bool] | None = None

    @classmethod
    def name(cls) -> str:
        """The channel's name: it ends the address /webhooks/telegram and stands in every tracker."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> TelegramInput:
        """The channel of a credentials block and of TELEGRAM_… variables. Raises TelegramSettingsError and ClinicError."""
        return cls(read_settings(credentials, os.environ), load_clinic())

    def get_output_channel(self) -> OutputChannel:
        """What Rasa sends unasked messages with, such as reminders."""
        return TelegramOutput(self._outbox)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The webhook, and what is done when the server starts and stops."""
        blueprint = Blueprint("aftercare_telegram")
        turns = Turns(self._api, self._outbox, self._buttons, self._clinic, self._ready_agent, on_new_message)

        @blueprint.get("/")
        async def state(_: Request) -> HTTPResponse:
            return response.json({"status": "ok", "webhook_set": self._is_announced()})

        @blueprint.post("/webhook")
        async def webhook(request: Request) -> HTTPResponse:
            return self._receive(request, turns)

        @blueprint.listener("before_server_start")
        async def know_the_app(app: Sanic, _: Any) -> None:
            self._app = app

        @blueprint.listener("after_server_start")
        async def tell_telegram(_: Sanic, __: Any) -> None:
            self._announcing = asyncio.ensure_future(announce(self._api, self._settings, self._replies))

        @blueprint.listener("before_server_stop")
        async def finish(_: Sanic, __: Any) -> None:
            if self._announcing is not None:
                self._announcing.cancel()
            await turns.close(FINISH_S)
            await self._outbox.close(FINISH_S)
            await self._api.close()

        return blueprint

    def _receive(self, request: Request, turns: Turns) -> HTTPResponse:
        given = request.headers.get(SECRET_HEADER) or ""
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._settings.secret.encode()):
            return response.json({"error": "wrong secret token"}, status=403)
        if self._agent() is None:
            # Telegram keeps the update and sends it again: nothing that a patient wrote is lost while the model loads.
            return response.json({"error": "not ready"}, status=503, headers={"Retry-After": "5"})
        if len(request.body) > MOST_BYTES:
            logger.error("Telegram: an update of %d bytes was not read", len(request.body))
            return response.json({"ok": True})  # anything else would make Telegram send it for a day
        try:
            body = json.loads(request.body, parse_int=_number)
        except (ValueError, RecursionError):
            return response.json({"error": "the body is not JSON"}, status=400)
        update = read_update(body)
        # Marked before anything is awaited, so that of two copies that arrive together only one is taken.
        if update is not None and self._is_new(update.update_id):
            turns.take(update)
        return response.json({"ok": True})

    def _is_new(self, update_id: int) -> bool:
        new = update_id not in self._seen
        self._seen[update_id] = None
        while len(self._seen) > _MOST_SEEN:
            self._seen.popitem(last=False)
        return new

    def _agent(self) -> Agent | None:
        agent = getattr(self._app.ctx, "agent", None) if self._app is not None else None
        return agent if agent is not None and agent.is_ready() else None

    def _ready_agent(self) -> Agent:
        agent = self._agent()
        if agent is None:
            raise RuntimeError("the agent was unloaded")
        return agent

    def _replies(self) -> Replies | None:
        agent = self._agent()
        return Replies(agent, self._clinic) if agent is not None else None

    def _is_announced(self) -> bool:
        task = self._announcing
        return task is not None and task.done() and not task.cancelled() and task.exception() is None and task.result()


def _number(digits: str) -> int:
    # Python takes minutes for a number of a million digits.
    return int(digits) if len(digits) <= _LONGEST_NUMBER else 0
