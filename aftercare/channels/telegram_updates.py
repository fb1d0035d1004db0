"""What an update from Telegram means here. Pure: any JSON value goes in, nothing is raised, nothing is sent."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from aftercare.channels.incoming import readable, typed

HANDLED_UPDATES = ("message", "edited_message", "callback_query")
COMMANDS = ("start", "help", "restart", "stop", "delete")

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]{1,64})?(?:\s+(.*))?", re.DOTALL)
_NOTATION = re.compile(r"[\s/]*/[\s/]*[^\s{]+\s*(\{.*\})", re.DOTALL)  # Rasa's own: /intent{"slot": "value"}
_START_PARAMETER = re.compile(r"[A-Za-z0-9_-]{1,64}")  # of a link t.me/bot?start=…

# Telegram tells of these as if they were messages, but nobody said anything. A kind that is in neither list is content
# that Telegram has added since, and gets the answer that only text can be read.
_SERVICE_FIELDS = """
boost_added channel_chat_created chat_background_set chat_owner_changed chat_owner_left chat_shared checklist_tasks_added
checklist_tasks_done community_chat_added community_chat_joined community_chat_removed connected_website delete_chat_photo
direct_message_price_changed forum_topic_closed forum_topic_created forum_topic_edited forum_topic_reopened
general_forum_topic_hidden general_forum_topic_unhidden gift gift_upgrade_sent giveaway_completed giveaway_created
giveaway_winners group_chat_created left_chat_member managed_bot_created message_auto_delete_timer_changed
migrate_from_chat_id migrate_to_chat_id new_chat_members new_chat_photo new_chat_title paid_message_price_changed
passport_data pinned_message poll_option_added poll_option_deleted proximity_alert_triggered refunded_payment
suggested_post_approval_failed suggested_post_approved suggested_post_declined suggested_post_paid suggested_post_refunded
successful_payment supergroup_chat_created unique_gift user_shared users_shared video_chat_ended
video_chat_participants_invited video_chat_scheduled video_chat_started voice_chat_ended voice_chat_participants_invited
voice_chat_scheduled voice_chat_started web_app_data write_access_allowed
"""
_SERVICE = frozenset(_SERVICE_FIELDS.split())


@dataclass(frozen=True)
class Said:
    """A patient's message in a private chat: a command, words, something unreadable, or words under something unreadable."""

    update_id: int
    chat_id: int
    message_id: int
    at: datetime | None  # UTC; when it was written or edited
    words: str  # may be empty; may be longer than one turn takes
    command: str = ""  # one of COMMANDS, and then there are no words
    unreadable: bool = False  # a photo, a voice message, a location …
    album: str = ""  # the photos of one album come as one message each
    edited: bool = False

    @property
    def content(self) -> tuple[str, str, bool]:
        """What an edit may change: an edit that leaves it alone says nothing new."""
        return self.command, self.words, self.unreadable


@dataclass(frozen=True)
class Pressed:
    """A button under a message of the bot in a private chat."""

    update_id: int
    chat_id: int
    query_id: str
    message_id: int
    data: str
    title: str  # as the message shows it, or empty if Telegram no longer shows us the message
    offered_at: datetime | None  # UTC; None if that is too long ago for Telegram to say


@dataclass(frozen=True)
class Elsewhere:
    """Somebody speaks to the bot where others read along."""

    update_id: int
    chat_id: int
    query_id: str = ""  # of a pressed button, whose spinner is to be ended


@dataclass(frozen=True)
class Spinner:
    """A press that means nothing here; only its spinner is to be ended."""

    update_id: int
    chat_id: int
    query_id: str


Update = Said | Pressed | Elsewhere | Spinner


def read_update(body: Any) -> Update | None:
    """What the update means, or None if it is not for us."""
    update = _dict(body)
    update_id = _int(update.get("update_id"))
    if update_id is None:
        return None
    if query := _dict(update.get("callback_query")):
        return _pressed(update_id, query)
    for field in ("message", "edited_message"):
        if message := _dict(update.get(field)):
            return _said(update_id, message, edited=field == "edited_message")
    return None


def _said(update_id: int, message: dict[str, Any], edited: bool) -> Said | Elsewhere | None:
    chat, sender = _dict(message.get("chat")), _dict(message.get("from"))
    chat_id, message_id = _int(chat.get("id")), _int(message.get("message_id"))
    if chat_id is None or message_id is None or not _SERVICE.isdisjoint(message) or sender.get("is_bot"):
        return None
    if not _is_private(chat, sender):
        return None if edited else Elsewhere(update_id, chat_id)
    text, caption = message.get("text"), message.get("caption")
    at = _moment(message.get("edit_date") if edited else message.get("date"))
    if isinstance(text, str):
        command, words = _command(readable(text))
        return Said(update_id, chat_id, message_id, at, words, command, not command and not words, "", edited)
    words = _own_words(readable(caption)) if isinstance(caption, str) else ""
    if edited and not words:
        return None  # a live location that moved, a poll that was answered
    album = message.get("media_group_id")
    return Said(update_id, chat_id, message_id, at, words, "", True, album if isinstance(album, str) else "", edited)


def _command(text: str) -> tuple[str, str]:
    """Name and no words for a command of ours that stands alone; else no name and the words without their slash.

    "/help I can't breathe" is words: a red flag must not hide behind a command.
    """
    words = _own_words(text)
    if text and not words:
        return "help", ""  # a lone slash asks for the list of commands
    match = _COMMAND.fullmatch(text)
    if match is None:
        return "", words
    name, rest = match[1], (match[2] or "").strip()
    is_link = name.lower() == "start" and _START_PARAMETER.fullmatch(rest)
    if name.lower() in COMMANDS and (not rest or is_link):
        return name.lower(), ""
    return "", f"{name} {rest}".strip()


def _own_words(text: str) -> str:
    """The text without leading slashes. Of a command in Rasa's notation nothing is left: its names alone could set a slot."""
    notation = _NOTATION.fullmatch(text)
    if notation:
        try:
            json.loads(notation[1])
            return ""
        except (ValueError, RecursionError):
            pass
    return typed(text)


def _pressed(update_id: int, query: dict[str, Any]) -> Pressed | Elsewhere | Spinner | None:
    query_id, sender, message = query.get("id"), _dict(query.get("from")), _dict(query.get("message"))
    sender_id, chat = _int(sender.get("id")), _dict(message.get("chat"))
    chat_id, message_id = _int(chat.get("id")), _int(message.get("message_id"))
    if not isinstance(query_id, str) or not query_id or sender_id is None:
        return None
    if chat_id is not None and not _is_private(chat, sender):
        return Elsewhere(update_id, chat_id, query_id)
    data = query.get("data")
    if chat_id is None or message_id is None or not isinstance(data, str):
        return Spinner(update_id, sender_id, query_id)
    return Pressed(
        update_id, chat_id, query_id, message_id, data, _title(message, data), _moment(message.get("date"), earliest=1)
    )


def _title(message: dict[str, Any], data: str) -> str:
    rows = _dict(message.get("reply_markup")).get("inline_keyboard")
    for row in rows if isinstance(rows, list) else []:
        for button in row if isinstance(row, list) else []:
            if _dict(button).get("callback_data") == data and isinstance(button.get("text"), str):
                return typed(readable(button["text"]))
    return ""


def _is_private(chat: dict[str, Any], sender: dict[str, Any]) -> bool:
    # In a private chat the chat has the person's own id; anything else is not one, whatever its type says.
    chat_id = _int(chat.get("id"))
    return chat.get("type") == "private" and chat_id is not None and chat_id > 0 and chat_id == _int(sender.get("id"))


def _moment(seconds: Any, earliest: int = 0) -> datetime | None:
    number = _int(seconds)
    if number is None or not earliest <= number < 2**33:
        return None
    return datetime.fromtimestamp(number, timezone.utc)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _int(value: Any) -> int | None:
    # Telegram's ids fit in 52 bits.
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53 else None
