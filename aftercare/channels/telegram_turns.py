"""What is done about each update: one after the other in a chat, and the patient is answered whatever happens."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.trackers import DialogueStateTracker

from aftercare.channels.incoming import MOST_CHARACTERS, typed
from aftercare.channels.telegram_api import BotApi, BotApiError
from aftercare.channels.telegram_buttons import OfferedButtons, offered_payload
from aftercare.channels.telegram_commands import cancel_reminders, forget, restart
from aftercare.channels.telegram_lanes import Lanes
from aftercare.channels.telegram_output import CHANNEL, Outbox, TelegramOutput, conversation_id
from aftercare.channels.telegram_replies import LAST_RESORT, Replies
from aftercare.channels.telegram_text import split
from aftercare.channels.telegram_timeline import new_timeline
from aftercare.channels.telegram_updates import Elsewhere, Pressed, Said, Spinner, Update
from aftercare.clinic import Clinic

logger = logging.getLogger(__name__)

MOST_PIECES = 3  # turns of one message: as many as Telegram's longest message makes
PATIENCE_S = 8.0  # without an answer, before the patient is told so
TYPING_AFTER_S = 1.0
BUTTON_LIFE = timedelta(hours=6)  # "It was yesterday" is not true for ever
_MOST_WAITING = 30  # updates of one chat
_MOST_REMEMBERED = 5_000


class Turns:
    """Takes updates and answers them. `agent` gives the ready agent; `on_new_message` is Rasa's handler of a message."""

    def __init__(
        self,
        api: BotApi,
        outbox: Outbox,
        buttons: OfferedButtons,
        clinic: Clinic,
        agent: Callable[[], Agent],
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
    ) -> None:
        self._api = api
        self._outbox = outbox
        self._buttons = buttons
        self._clinic = clinic
        self._agent = agent
        self._on_new_message = on_new_message
        self._lanes = Lanes("updates", _MOST_WAITING)
        self._asides = Lanes("asides", _MOST_WAITING)  # what need not wait for the chat's turn
        self._contents: OrderedDict[tuple[int, int], int] = OrderedDict()  # chat and message -> digest of what it said
        self._told: OrderedDict[tuple[int, str], None] = OrderedDict()  # chat and what it is told only once
        self._pressing: set[tuple[int, int, str]] = set()

    def take(self, update: Update) -> None:
        """Queues what the update asks for and returns at once. Never raises."""
        chat_id = update.chat_id
        if not isinstance(update, Said) and update.query_id:
            self._asides.submit(chat_id, lambda: self._end_spinner(update.query_id))
        if isinstance(update, Spinner):
            return
        if isinstance(update, Elsewhere):
            if not update.query_id and self._first(chat_id, "private"):
                self._asides.submit(chat_id, lambda: self._say_elsewhere(chat_id))
            return
        if isinstance(update, Pressed):
            press = (chat_id, update.message_id, update.data)
            if press in self._pressing:
                return  # tapped again while the first tap is still being answered
            if self._lanes.submit(chat_id, lambda: self._press(update)):
                self._pressing.add(press)
                return
        elif self._lanes.submit(chat_id, lambda: self._said(update)):
            return
        if self._first(chat_id, "too many"):
            self._asides.submit(chat_id, lambda: self._say(chat_id, "utter_too_fast"))

    async def close(self, timeout_s: float) -> None:
        """Finishes what was taken, for at most that long: Telegram was told that it arrived and will not send it again."""
        await self._lanes.close(timeout_s)
        await self._asides.close(1)

    async def _said(self, said: Said) -> None:
        if not said.edited or self._contents.get((said.chat_id, said.message_id)) != hash(said.content):
            self._remember(said)
            if said.command:
                await self._command(said.chat_id, said.command)
            await self._words(said.chat_id, said.words, said.message_id, said.at)
            if said.unreadable and not (said.album and not self._first(said.chat_id, said.album)):
                await self._say(said.chat_id, "utter_caption_only" if said.words else "utter_only_text")
        self._told.pop((said.chat_id, "too many"), None)

    async def _press(self, press: Pressed) -> None:
        try:
            payload: str | None = None
            if press.offered_at is not None and datetime.now(timezone.utc) - press.offered_at <= BUTTON_LIFE:
                payload = self._buttons.payload(press.chat_id, press.data)
                if payload is None and (tracker := await self._tracker(press.chat_id)) is not None:
                    payload = offered_payload(press.chat_id, press.data, tracker.events)
                payload = typed(payload or press.title)
            if payload:
                await self._words(press.chat_id, payload, press.message_id, datetime.now(timezone.utc))
            else:
                await self._say(press.chat_id, "utter_button_expired")
        finally:
            self._pressing.discard((press.chat_id, press.message_id, press.data))

    async def _command(self, chat_id: int, command: str) -> None:
        agent, sender_id = self._agent(), conversation_id(chat_id)
        name = {"start": "utter_start", "help": "utter_help", "stop": "utter_stopped", "restart": "utter_restarted"}.get(command)
        in_emergency = _stands_at_emergency(await self._tracker(chat_id))  # before it is forgotten
        if command in ("stop", "restart", "delete"):
            await cancel_reminders(agent, sender_id)
        if command == "restart":
            await restart(agent, sender_id)
        if command == "delete":
            for key in [key for key in self._contents if key[0] == chat_id]:
                del self._contents[key]
            name = "utter_deleted" if await forget(agent, sender_id) else "utter_not_deleted"
        await self._say(chat_id, name or LAST_RESORT, in_emergency)

    async def _words(self, chat_id: int, words: str, message_id: int, at: datetime | None) -> None:
        # What Rasa gets is capped, but what a frightened person wrote beyond the cap is not thrown away.
        pieces = split(words, MOST_CHARACTERS, len, fullest=0.7)
        for number, piece in enumerate(pieces[:MOST_PIECES]):
            await self._turn(chat_id, piece, f"{chat_id}:{message_id}:{number}", at)
        if len(pieces) > MOST_PIECES:
            await self._say(chat_id, "utter_too_long")

    async def _turn(self, chat_id: int, text: str, message_id: str, at: datetime | None) -> None:
        output = TelegramOutput(self._outbox)
        message = UserMessage(
            typed(text),
            output,
            conversation_id(chat_id),
            input_channel=CHANNEL,
            message_id=message_id,
            # "an hour ago" counts from when it was written: Telegram keeps messages while this server is down.
            metadata={"sent_at": at.isoformat()} if at else None,
        )
        turn = asyncio.ensure_future(self._on_new_message(message))
        typing = asyncio.ensure_future(self._show_typing(chat_id))
        try:
            await asyncio.wait({turn}, timeout=PATIENCE_S)
            if not turn.done() and not output.spoken:
                await self._say(chat_id, "utter_still_working")
            await turn
        except Exception as error:
            logger.error("Telegram: a turn failed: %s", type(error).__name__, exc_info=logger.isEnabledFor(logging.DEBUG))
        finally:
            turn.cancel()
            typing.cancel()
        if not output.spoken:
            await self._say(chat_id, LAST_RESORT)
        elif (tracker := await self._tracker(chat_id)) is not None:
            picture = await new_timeline(tracker, Replies(self._agent(), self._clinic), datetime.now(timezone.utc))
            if picture:
                self._outbox.photo(chat_id, picture.png, picture.caption)

    async def _say(self, chat_id: int, name: str, in_emergency: bool | None = None) -> None:
        """Says a response of the channel's own, after a reminder of the emergency if the conversation stands at one."""
        replies, tracker = Replies(self._agent(), self._clinic), await self._tracker(chat_id)
        output = TelegramOutput(self._outbox)
        if _stands_at_emergency(tracker) if in_emergency is None else in_emergency:
            await output.send_response(conversation_id(chat_id), await replies.find("utter_emergency_short", tracker) or {})
        await output.send_response(conversation_id(chat_id), await replies.say(name, tracker))

    async def _say_elsewhere(self, chat_id: int) -> None:
        # A group is no conversation: nothing is stored of it, and it has no sender id.
        response = await Replies(self._agent(), self._clinic).find("utter_only_private")
        if response and isinstance(response.get("text"), str):
            self._outbox.text(chat_id, response["text"])

    async def _tracker(self, chat_id: int) -> DialogueStateTracker | None:
        try:
            return await self._agent().tracker_store.retrieve(conversation_id(chat_id))
        except Exception as error:
            logger.error("Telegram: a conversation could not be read: %s", type(error).__name__)
            return None

    async def _end_spinner(self, query_id: str) -> None:
        try:
            await self._api.call("answerCallbackQuery", {"callback_query_id": query_id})
        except BotApiError as error:
            logger.info("Telegram: %s", error)

    async def _show_typing(self, chat_id: int) -> None:
        await asyncio.sleep(TYPING_AFTER_S)
        try:
            while True:
                await self._api.call("sendChatAction", {"chat_id": chat_id, "action": "typing"}, attempts=1)
                await asyncio.sleep(4.5)  # Telegram shows it for 5 s
        except BotApiError as error:
            logger.info("Telegram: %s", error)

    def _remember(self, said: Said) -> None:
        self._contents[said.chat_id, said.message_id] = hash(said.content)
        while len(self._contents) > _MOST_REMEMBERED:
            self._contents.popitem(last=False)

    def _first(self, chat_id: int, what: str) -> bool:
        first = (chat_id, what) not in self._told
        self._told[chat_id, what] = None
        while len(self._told) > _MOST_REMEMBERED:
            self._told.popitem(last=False)
        return first


def _stands_at_emergency(tracker: DialogueStateTracker | None) -> bool:
    slots = tracker.current_slot_values() if tracker is not None else {}
    return bool(slots.get("emergency_open", slots.get("urgency") == "emergency"))
