"""Buttons: Telegram takes 64 bytes of data with each, so the data is a digest of what was offered."""

from __future__ import annotations

import base64
import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from rasa.shared.core.events import BotUttered, Event

from aftercare.channels.envelope import Json, bot_messages

MOST_BUTTONS = 100  # Telegram's limit for one message
_MOST_REMEMBERED = 20_000


def button_data(chat_id: int, payload: str) -> str:
    """27 bytes that stand for the payload in that chat, the same in every process and after a restart."""
    digest = hashlib.sha256(f"{chat_id}\n{payload}".encode("utf-8", "replace")).digest()
    return "b:" + base64.urlsafe_b64encode(digest[:18]).decode() + ":"


class OfferedButtons:
    """What was offered lately, for buttons that no tracker knows of, such as those under /start."""

    def __init__(self) -> None:
        self._payloads: OrderedDict[str, str] = OrderedDict()

    def keyboard(self, chat_id: int, buttons: Iterable[Json]) -> list[list[Json]]:
        """Telegram's inline keyboard, one button a row, of Rasa's buttons; each is remembered as offered."""
        rows: list[list[Json]] = []
        for button in buttons:
            payload = str(button["payload"])
            data = button_data(chat_id, payload)
            self._payloads.pop(data, None)
            self._payloads[data] = payload
            rows.append([{"text": button["title"], "callback_data": data}])
        while len(self._payloads) > _MOST_REMEMBERED:
            self._payloads.popitem(last=False)
        return rows

    def payload(self, chat_id: int, data: str) -> str | None:
        """The payload that was offered with that data in that chat, if it is still remembered."""
        payload = self._payloads.get(data)
        return payload if payload is not None and button_data(chat_id, payload) == data else None


def offered_payload(chat_id: int, data: str, events: Iterable[Event]) -> str | None:
    """The payload of the button with that data, if the bot offered it in this conversation's events."""
    for event in events:
        if isinstance(event, BotUttered):
            for message in bot_messages(event.data):
                for button in message.get("buttons", []):
                    if button_data(chat_id, str(button["payload"])) == data:
                        return str(button["payload"])
    return None


def usable_buttons(given: Any) -> list[Json]:
    """Rasa's buttons that have a title, as `{title, payload}`."""
    messages = bot_messages({"buttons": given})
    return list(messages[0].get("buttons", [])) if messages else []
