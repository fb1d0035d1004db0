"""The Bot API's methods as a bot calls them, with the limits that Telegram documents and enforces."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

UPDATE_KINDS = frozenset(
    {
        "message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
        "edited_business_message", "deleted_business_messages", "message_reaction", "message_reaction_count", "inline_query",
        "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query", "purchased_paid_media", "poll",
        "poll_answer", "my_chat_member", "chat_member", "chat_join_request", "chat_boost", "removed_chat_boost",
    }
)  # fmt: skip
CHAT_ACTIONS = frozenset({"typing", "upload_photo", "upload_document", "choose_sticker", "find_location"})


class Refused(Exception):
    """What Telegram answers to a call that breaks its rules."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@dataclass
class Sent:
    """What arrived in a chat."""

    chat_id: int
    message_id: int
    text: str
    buttons: list[list[Json]]
    photo: bytes | str | None = None

    @property
    def titles(self) -> list[str]:
        return [button["text"] for row in self.buttons for button in row]


class BotMethods:
    """Each method `_name` takes the call's fields and returns the result, or raises Refused."""

    def __init__(self, https_only: bool) -> None:
        self.https_only = https_only  # the official server; a local one takes http too
        self.sent: list[Sent] = []
        self.webhook: Json = {}
        self.commands: list[Json] = []
        self.description = ""
        self.ended_spinners: list[str] = []
        self._queries: set[str] = set()
        self._message_id = 0

    def _getMe(self, _: Json) -> Json:
        return {"id": 123456789, "is_bot": True, "first_name": "Aftercare", "username": "aftercare_test_bot"}

    def _setWebhook(self, fields: Json) -> bool:
        url = fields.get("url", "")
        if not re.match("https://" if self.https_only else "https?://", url):
            raise Refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if "secret_token" in fields and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", fields["secret_token"]):
            raise Refused(400, "Bad Request: secret token contains unallowed characters")
        if not set(fields.get("allowed_updates", [])) <= UPDATE_KINDS:
            raise Refused(400, "Bad Request: unknown update type")
        self.webhook = fields
        return True

    def _sendMessage(self, fields: Json) -> Json:
        text = fields.get("text")
        if not isinstance(text, str) or not _visible(text):
            raise Refused(400, "Bad Request: message text is empty")
        if _units(text) > 4096:
            raise Refused(400, "Bad Request: message is too long")
        return self._arrived(fields, text.strip(), None)

    def _sendPhoto(self, fields: Json) -> Json:
        photo, caption = fields.get("photo"), fields.get("caption", "")
        if isinstance(photo, bytes):
            if not photo.startswith(b"\x89PNG\r\n\x1a\n") or len(photo) > 10 * 2**20:
                raise Refused(400, "Bad Request: IMAGE_PROCESS_FAILED")
        elif not isinstance(photo, str) or not re.match("https?://[^/]+[.][^/]+/", photo):
            raise Refused(400, "Bad Request: wrong HTTP URL specified")
        if _units(caption) > 1024:
            raise Refused(400, "Bad Request: message caption is too long")
        return self._arrived(fields, caption, photo)

    def _arrived(self, fields: Json, text: str, photo: bytes | str | None) -> Json:
        chat_id = int(fields["chat_id"]) if re.fullmatch("-?[0-9]+", str(fields.get("chat_id"))) else 0
        if chat_id == 0:
            raise Refused(400, "Bad Request: chat not found")
        rows = _keyboard(fields.get("reply_markup"))
        self._message_id += 1
        self.sent.append(Sent(chat_id, self._message_id, text, rows, photo))
        return {
            "message_id": self._message_id,
            "date": int(time.time()),
            "chat": {"id": chat_id, "type": "private"},
            "text": text,
        }

    def _answerCallbackQuery(self, fields: Json) -> bool:
        query_id = fields.get("callback_query_id")
        if query_id not in self._queries:
            raise Refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        if _units(fields.get("text", "")) > 200:
            raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
        self._queries.discard(query_id)
        self.ended_spinners.append(query_id)
        return True

    def _sendChatAction(self, fields: Json) -> bool:
        if fields.get("action") not in CHAT_ACTIONS:
            raise Refused(400, "Bad Request: wrong parameter action in request")
        return True

    def _setMyCommands(self, fields: Json) -> bool:
        commands = fields.get("commands")
        if not isinstance(commands, list) or len(commands) > 100:
            raise Refused(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "")):
                raise Refused(400, "Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(command.get("description", "")) <= 256:
                raise Refused(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands = commands
        return True

    def _setMyDescription(self, fields: Json) -> bool:
        if len(fields.get("description", "")) > 512:
            raise Refused(400, "Bad Request: BOT_DESCRIPTION_TOO_LONG")
        self.description = fields.get("description", "")
        return True


def _keyboard(markup: Any) -> list[list[Json]]:
    if markup is None:
        return []
    if not isinstance(markup, dict) or not isinstance(markup.get("inline_keyboard"), list):
        raise Refused(400, "Bad Request: object expected as reply markup")
    rows: list[list[Json]] = markup["inline_keyboard"]
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100:
        raise Refused(400, "Bad Request: reply markup is too long")
    for button in buttons:
        if not isinstance(button.get("text"), str) or not button["text"].strip():
            raise Refused(400, "Bad Request: can't parse inline keyboard button: Text must be non-empty")
        if len(button) != 2:
            raise Refused(400, "Bad Request: can't parse inline keyboard button: exactly one action is allowed")
        if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
            raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    return rows


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _visible(text: str) -> str:
    return re.sub(r"[\s\u200b-\u200f\u2060\ufeff]", "", text)
