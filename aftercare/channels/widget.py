"""The web widget's channel: signed conversations over plain HTTP requests, each answered with the reply itself.

credentials.yml takes the class's path and, when wanted, any of the settings of `Settings`:

    aftercare.channels.widget.WidgetInput:
      conversation_per_minute: 30
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from math import ceil
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, HTTPResponse, Request, Sanic
from sanic import response as reply
from sanic.exceptions import PayloadTooLarge

from aftercare.channels import envelope, stores, web
from aftercare.channels.envelope import Collector, Json
from aftercare.channels.incoming import MOST_CHARACTERS, BadRequest, Incoming, read_message, typed
from aftercare.channels.limits import RateLimit, address_key
from aftercare.channels.pages import add_pages, public_card
from aftercare.channels.sentences import say, welcome
from aftercare.channels.tokens import SECRET_FILE, Conversation, SecretError, Tokens, load_secret
from aftercare.channels.web import answer, no_conversation
from aftercare.clinic import Clinic, ClinicError, load_clinic

logger = logging.getLogger(__name__)

OnMessage = Callable[[UserMessage], Awaitable[Any]]

MOST_WAITING = 3  # messages of one conversation that are being answered at once


@dataclass(frozen=True)
class Settings:
    """What credentials.yml may set. Rates are messages a minute, each with a burst; `reply_seconds` is a time limit."""

    conversation_per_minute: float = 30
    conversation_burst: float = 12
    address_per_minute: float = 150
    address_burst: float = 60
    reply_seconds: float = 25
    secret_file: str = str(SECRET_FILE)

    @classmethod
    def read(cls, given: Any) -> Settings:
        """Checks the block of credentials.yml. Raises RasaException."""
        given = {} if given is None else given
        names = [field.name for field in fields(cls)]
        if not isinstance(given, dict) or any(name not in names for name in given):
            raise RasaException(f"credentials.yml: the widget's channel takes {', '.join(names)}, not {given}")
        for name, value in given.items():
            number = isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 1
            if not (isinstance(value, str) and value if name == "secret_file" else number):
                raise RasaException(f"credentials.yml: the widget's {name} cannot be {value!r}")
        return cls(**given)


class WidgetInput(InputChannel):
    """Talks to `widget/aftercare-chat.js`: POST start, message and delete, GET history, each under /webhooks/aftercare/."""

    def __init__(self, settings: Settings | None = None, clinic: Clinic | None = None, tokens: Tokens | None = None) -> None:
        self.settings = settings or Settings()
        self.clinic = clinic or load_clinic()
        self.tokens = tokens or Tokens(load_secret(Path(self.settings.secret_file)))
        self._by_conversation = RateLimit(self.settings.conversation_per_minute, int(self.settings.conversation_burst))
        self._by_address = RateLimit(self.settings.address_per_minute, int(self.settings.address_burst))
        self._turns: dict[tuple[str, str], asyncio.Task[Json]] = {}  # by sender id and message id

    @classmethod
    def name(cls) -> str:
        return "aftercare"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WidgetInput:
        try:
            return cls(Settings.read(credentials))
        except (ClinicError, SecretError) as error:
            raise RasaException(str(error)) from None

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        """The channel's routes; registering them also adds the pages of `add_pages` to the server."""
        routes = _WithPages("aftercare", self.clinic)

        async def preflight(request: Request) -> HTTPResponse:
            return reply.empty()

        @routes.on_request
        async def only_allowed_sites(request: Request) -> HTTPResponse | None:
            return None if web.allows(self.clinic, request) else answer({"error": "this site may not use the chat"}, 403)

        @routes.on_response
        async def cross_origin(request: Request, response: HTTPResponse) -> None:
            web.set_cross_origin(self.clinic, request, response)

        @routes.post("/start", stream=True)
        async def start(request: Request) -> HTTPResponse:
            return await self._start(request)

        @routes.post("/message", stream=True)
        async def message(request: Request) -> HTTPResponse:
            return await self._message(request, on_new_message)

        @routes.post("/delete", stream=True)
        async def delete(request: Request) -> HTTPResponse:
            return await self._delete(request)

        @routes.get("/history")
        async def history(request: Request) -> HTTPResponse:
            return await self._history(request)

        for path in ("/start", "/message", "/delete", "/history"):
            routes.add_route(preflight, path, methods=["OPTIONS"], name=f"preflight_{path[1:]}")
        return routes

    # --- who may ask, and how often -----------------------------------------------------------------------------------

    def _conversation(self, request: Request) -> Conversation | None:
        return self.tokens.read(web.bearer(request))

    async def _limited(self, request: Request, conversation: Conversation | None) -> HTTPResponse | None:
        """The answer to a client that sends too much, or None. An address refused costs no conversation."""
        wait = self._by_address.wait_s(address_key(request.remote_addr or request.ip or ""))
        if not wait and conversation is not None:
            wait = self._by_conversation.wait_s(conversation.sender_id)
            if not wait and sum(sender == conversation.sender_id for sender, _ in self._turns) >= MOST_WAITING:
                wait = 2.0
        if not wait:
            return None
        messages = await say("utter_too_fast", _agent(request), self.clinic)
        return answer({"messages": messages, "failed": True}, 429, Retry_After=str(ceil(wait)))

    # --- the four requests ---------------------------------------------------------------------------------------------

    async def _start(self, request: Request) -> HTTPResponse:
        await web.body(request)
        if refusal := await self._limited(request, None):
            return refusal
        token, _ = self.tokens.start()
        messages = await welcome(_agent(request), self.clinic)
        return answer({"token": token, "clinic": public_card(self.clinic), "messages": messages})

    async def _message(self, request: Request, on_new_message: OnMessage) -> HTTPResponse:
        agent = _agent(request)
        try:
            body = await web.body(request)
        except PayloadTooLarge:
            return answer({"messages": await say("utter_message_too_long", agent, self.clinic), "failed": True}, 413)
        conversation = self._conversation(request)
        if conversation is None:
            return no_conversation()
        if refusal := await self._limited(request, conversation):
            return refusal
        try:
            incoming = read_message(body)
        except BadRequest as error:
            return answer({"error": str(error)}, 400)
        if agent is None or not agent.is_ready():
            messages = await say("utter_problem", agent, self.clinic)
            return answer({"messages": messages, "failed": True}, 503, Retry_After="10")
        text = typed(incoming.text)
        if incoming.button and text != incoming.text and await self._was_offered(agent, conversation, incoming):
            text = incoming.text
        for wrong, response in ((not text, "utter_empty"), (len(text) > MOST_CHARACTERS, "utter_message_too_long")):
            if wrong:
                return answer({"messages": await say(response, agent, self.clinic)}, 413 if text else 200)
        answered = await self._answer(agent, conversation, incoming, text, on_new_message)
        if answered is None:
            return no_conversation()
        token = self.tokens.renew(conversation)
        return answer({**answered, "token": token} if token else answered)

    async def _delete(self, request: Request) -> HTTPResponse:
        await web.body(request)
        agent, conversation = _agent(request), self._conversation(request)
        if conversation is None:
            return no_conversation()
        if refusal := await self._limited(request, None):
            return refusal
        # Revoked first, so that no message starts while this waits for the one that is being answered.
        self.tokens.revoke(conversation)
        try:
            async with agent.lock_store.lock(conversation.sender_id):
                await stores.delete(agent.tracker_store, conversation.sender_id)
        except Exception:
            self.tokens.unrevoke(conversation)
            logger.exception("a conversation could not be deleted")
            return answer({"deleted": False, "messages": await say("utter_not_deleted", agent, self.clinic)})
        return answer({"deleted": True})

    async def _history(self, request: Request) -> HTTPResponse:
        agent, conversation = _agent(request), self._conversation(request)
        if conversation is None:
            return no_conversation()
        if refusal := await self._limited(request, None):
            return refusal
        if agent is None or not agent.is_ready():
            return answer({"error": "no model is loaded"}, 503, Retry_After="10")
        tracker = await agent.tracker_store.retrieve_full_tracker(conversation.sender_id)
        told = envelope.history(tracker.events) if tracker else []
        return answer({"messages": told, **envelope.decided(tracker, _now())})

    # --- one turn ------------------------------------------------------------------------------------------------------

    async def _was_offered(self, agent: Any, conversation: Conversation, incoming: Incoming) -> bool:
        tracker = await agent.tracker_store.retrieve_full_tracker(conversation.sender_id)
        return bool(tracker and envelope.was_offered(tracker.events, incoming.text))

    async def _answer(
        self, agent: Any, conversation: Conversation, incoming: Incoming, text: str, on_new_message: OnMessage
    ) -> Json | None:
        """The reply, None if the conversation was deleted meanwhile. A message that is sent again is answered, not repeated."""
        turn = (conversation.sender_id, incoming.id)
        if incoming.retry and turn not in self._turns:
            tracker = await agent.tracker_store.retrieve_full_tracker(conversation.sender_id)
            replies = envelope.replies_to(tracker.events, incoming.id) if tracker else None
            if replies:
                return {"messages": replies, **envelope.decided(tracker, _now())}
        if self.tokens.is_revoked(conversation):
            return None
        task = self._turns.get(turn)
        if task is None:
            # A task of its own: Rasa stores a turn at its end, and a page that is closed would otherwise cancel it halfway.
            task = asyncio.create_task(self._turn(agent, conversation, incoming.id, text, on_new_message))
            self._turns[turn] = task
            task.add_done_callback(lambda _: self._turns.pop(turn, None))
        try:
            return await asyncio.wait_for(asyncio.shield(task), self.settings.reply_seconds)
        except asyncio.TimeoutError:
            return {"messages": await say("utter_still_working", agent, self.clinic), "failed": True}

    async def _turn(self, agent: Any, conversation: Conversation, message_id: str, text: str, on_new_message: OnMessage) -> Json:
        collector = Collector()
        failed = False
        try:
            await on_new_message(
                UserMessage(text, collector, conversation.sender_id, input_channel=self.name(), message_id=message_id)
            )
        except Exception:
            failed = True
            logger.exception("a turn failed")
        messages = collector.messages
        if failed or not messages:
            messages = [*messages, *await say("utter_problem", agent, self.clinic)]
            failed = True
        tracker = await _retrieve(agent, conversation.sender_id)
        return {"messages": messages, **envelope.decided(tracker, _now()), **({"failed": True} if failed else {})}


class _WithPages(Blueprint):
    """A blueprint that brings the pages outside its own prefix with it, under `rasa run` as under our own launcher."""

    def __init__(self, name: str, clinic: Clinic) -> None:
        super().__init__(name)
        self.ctx.clinic = clinic

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        super().register(app, options)
        add_pages(app, self.ctx.clinic)


def _agent(request: Request) -> Any:
    return getattr(request.app.ctx, "agent", None)


def _now() -> datetime:
    return datetime.now(timezone.utc)


async def _retrieve(agent: Any, sender_id: str) -> Any:
    try:
        return await agent.tracker_store.retrieve(sender_id)
    except Exception:
        logger.exception("the slots could not be read after a turn")
        return None
