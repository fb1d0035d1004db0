"""What the assistant says, sent to Telegram: in order, beside the turn and not inside it, so that no failure loses the turn."""

from __future__ import annotations

import logging
from typing import Any

from rasa.core.channels.channel import OutputChannel

from aftercare.channels.envelope import Json, bot_messages
from aftercare.channels.telegram_api import BotApi, BotApiError
from aftercare.channels.telegram_buttons import MOST_BUTTONS, OfferedButtons, usable_buttons
from aftercare.channels.telegram_lanes import Lanes
from aftercare.channels.telegram_text import MOST_CAPTION_UNITS, split, utf16_units

logger = logging.getLogger(__name__)

CHANNEL = "telegram"
PREFIX = "telegram:"
_NO_TEXT = "…"  # Telegram shows no buttons without a text
_MOST_UNSENT = 200  # messages of one chat


def conversation_id(chat_id: int) -> str:
    """Rasa's sender id of a chat: no other channel makes ids with this prefix."""
    return f"{PREFIX}{chat_id}"


def chat_of(sender_id: str) -> int | None:
    """The chat of a sender id, or None for another channel's conversation."""
    number = sender_id[len(PREFIX) :] if isinstance(sender_id, str) and sender_id.startswith(PREFIX) else ""
    return int(number) if number.isascii() and number.isdigit() and len(number) < 20 else None


class Outbox:
    """Sends to each chat in order. Nothing here raises or makes the caller wait for Telegram."""

    def __init__(self, api: BotApi, buttons: OfferedButtons) -> None:
        self._api = api
        self._buttons = buttons
        self._lanes = Lanes("replies", _MOST_UNSENT)

    def text(self, chat_id: int, text: str, buttons: list[Json] | None = None) -> None:
        """Queues a text of any length, with the buttons under its last part."""
        shown = (buttons or [])[:MOST_BUTTONS]
        parts = split(text) or ([_NO_TEXT] if shown else [])
        for part in parts[:-1]:
            self._queue(chat_id, part, [])
        for part in parts[-1:]:
            self._queue(chat_id, part, shown)

    def photo(self, chat_id: int, photo: bytes | str, caption: str) -> None:
        """Queues a picture, as PNG or as an address; if it cannot be sent, its caption and address are sent as text."""
        fits = utf16_units(caption) <= MOST_CAPTION_UNITS

        async def send() -> None:
            fields: Json = {"chat_id": chat_id, **({"caption": caption} if caption and fits else {})}
            try:
                if isinstance(photo, bytes):
                    await self._api.call("sendPhoto", fields, photo=photo)
                else:
                    await self._api.call("sendPhoto", {**fields, "photo": photo})
                unsaid = [] if fits else [caption]
            except BotApiError as error:
                logger.warning("Telegram: %s; sent as text instead", error)
                unsaid = [caption, *([photo] if isinstance(photo, str) else [])]
            for part in split("\n".join(unsaid)):
                await self._send_text(chat_id, part, [])

        self._submit(chat_id, send)

    async def sent(self, chat_id: int) -> None:
        """Waits until everything to that chat is sent or given up."""
        await self._lanes.done(chat_id)

    async def close(self, timeout_s: float) -> None:
        """Sends what is left, for at most that long."""
        await self._lanes.close(timeout_s)

    def _queue(self, chat_id: int, text: str, buttons: list[Json]) -> None:
        async def send() -> None:
            await self._send_text(chat_id, text, buttons)

        self._submit(chat_id, send)

    def _submit(self, chat_id: int, job: Any) -> None:
        if not self._lanes.submit(chat_id, job):
            logger.error("Telegram: too many unsent replies to one chat; one was dropped")

    async def _send_text(self, chat_id: int, text: str, buttons: list[Json]) -> None:
        fields: Json = {"chat_id": chat_id, "text": text, "link_preview_options": {"is_disabled": True}}
        keyboard = self._buttons.keyboard(chat_id, buttons)
        try:
            await self._api.call("sendMessage", {**fields, "reply_markup": {"inline_keyboard": keyboard}} if keyboard else fields)
        except BotApiError as error:
            logger.warning("Telegram: a reply was not delivered: %s", error)
            if keyboard and error.code == 400:  # the words matter more than the buttons
                titles = "\n".join(f"• {button['title']}" for button in buttons)
                for part in split(f"{text}\n{titles}"):
                    await self._send_text(chat_id, part, [])


class TelegramOutput(OutputChannel):
    """Rasa's way to a chat. One object serves one turn, and then knows in `spoken` whether the patient was answered."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.spoken = False

    @classmethod
    def name(cls) -> str:
        """The channel's name in responses and trackers."""
        return CHANNEL

    async def send_response(self, recipient_id: str, message: Json) -> None:
        """Queues a message of Rasa's form: text, buttons, attachment, image. `custom` is for other channels. Never raises."""
        try:
            chat_id = chat_of(recipient_id)
            if chat_id is None:
                logger.error("Telegram: a reply to another channel's conversation was not sent")
                return
            for part in bot_messages(message):
                if str(part.get("image", "")).startswith(("https://", "http://")):  # others are for our own page
                    self._outbox.photo(chat_id, part["image"], "")
                if part.get("text") or part.get("buttons"):
                    self._outbox.text(chat_id, part.get("text", ""), part.get("buttons"))
                self.spoken = True
        except Exception as error:
            logger.error("Telegram: a reply could not be queued: %s", type(error).__name__)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Queues a text. Rasa calls this and the next ones where it does not go through send_response."""
        await self.send_response(recipient_id, {"text": text})

    async def send_text_with_buttons(self, recipient_id: str, text: str, buttons: list[Json], **kwargs: Any) -> None:
        """Queues a text with buttons."""
        await self.send_response(recipient_id, {"text": text, "buttons": usable_buttons(buttons)})

    async def send_image_url(self, recipient_id: str, image: str, **kwargs: Any) -> None:
        """Queues a picture that stands at an address."""
        await self.send_response(recipient_id, {"image": image})

    async def send_custom_json(self, recipient_id: str, json_message: Json, **kwargs: Any) -> None:
        """Shows nothing: patients are not shown JSON."""
