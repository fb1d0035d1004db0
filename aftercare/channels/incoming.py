"""What a client sent: bytes of JSON made into a message that is safe to hand to Rasa."""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Any

MOST_CHARACTERS = 2_000
MOST_BYTES = 16_384

_MESSAGE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_KEPT_CONTROLS = "\n\t"
# Joiners make emoji and several scripts, so they stay; the marks that turn text around or hide it go.
_HIDDEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class BadRequest(ValueError):
    """The body is not what this channel takes. The text is for developers, never for patients."""


@dataclass(frozen=True)
class Incoming:
    """One message. `text` may be empty or too long (`MOST_CHARACTERS`): the channel answers that in words."""

    id: str
    text: str
    button: bool  # the client says that a button was pressed
    retry: bool  # the client sent the same id before and saw no reply


def read_message(body: bytes) -> Incoming:
    """The message in a JSON body `{"text" or "button": str, "id"?: str, "retry"?: bool}`. Raises BadRequest."""
    try:
        fields: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("the body is not JSON") from None
    if not isinstance(fields, dict):
        raise BadRequest("the body is not a JSON object")
    button = isinstance(fields.get("button"), str)
    text = fields.get("button" if button else "text")
    if not isinstance(text, str):
        raise BadRequest('"text" or "button" must be a string')
    message_id = fields.get("id", "")
    if message_id == "":
        message_id = secrets.token_hex(16)
    if not isinstance(message_id, str) or not _MESSAGE_ID.fullmatch(message_id):
        raise BadRequest('"id" must be 8 to 64 letters, digits or hyphens')
    return Incoming(message_id, readable(text), button, fields.get("retry") is True)


def readable(text: str) -> str:
    """The text without control characters, half characters and hidden marks, which break databases and fool readers."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _HIDDEN.sub("", text)
    return "".join(c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) not in ("Cc", "Cs")).strip()


def typed(text: str) -> str:
    """The text as a patient's own words: Rasa obeys a leading slash as a command, so none may lead."""
    while text.startswith("/"):
        text = text.lstrip("/").strip()
    return text
