"""What the Telegram channel needs to know, from the credentials file and the environment, checked before the server starts."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from rasa.shared.exceptions import RasaException

OFFICIAL_API = "https://api.telegram.org"
WEBHOOK_PATH = "/webhooks/telegram/webhook"
OFFICIAL_PORTS = (443, 80, 88, 8443)

_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{20,100}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")  # Telegram takes 1 to 256 of these


class TelegramSettingsError(RasaException):
    """The bot cannot be set up. The text is one line that names the variable, and never shows its value."""


@dataclass(frozen=True)
class TelegramSettings:
    """A checked configuration. `retry_s` is the first wait before a failed call is tried again, in seconds."""

    token: str
    webhook_url: str
    secret: str
    api_base: str
    retry_s: float = 0.5

    def __repr__(self) -> str:
        """Without token and secret: this may end in a log."""
        return f"TelegramSettings(webhook_url={self.webhook_url!r}, api_base={self.api_base!r})"


def read_settings(credentials: Any, environment: Mapping[str, str]) -> TelegramSettings:
    """The settings of a credentials block; a key that is absent there is looked up as TELEGRAM_… in the environment.

    Keys: `token` and `webhook_url` are needed; `secret` (made from the token if not given), `api_base` and `retry_s` are not.
    Raises TelegramSettingsError.
    """
    given = credentials if isinstance(credentials, dict) else {}

    def value(key: str) -> str:
        name = f"TELEGRAM_{key.upper()}"
        text = str(given[key] if given.get(key) is not None else environment.get(name, "")).strip()
        return "" if text == f"${{{name}}}" else text

    token = value("token")
    if not _TOKEN.fullmatch(token):
        raise TelegramSettingsError("TELEGRAM_TOKEN: give the token that @BotFather sent, such as 123456789:AAE…")
    # Derived, so that there is always one, the same in every process, and nobody can guess it without the token.
    secret = value("secret") or hmac.new(token.encode(), b"aftercare webhook", hashlib.sha256).hexdigest()
    if not _SECRET.fullmatch(secret):
        raise TelegramSettingsError("TELEGRAM_SECRET: use 16 to 256 letters, digits, _ or -; or leave it unset")
    api_base = (value("api_base") or OFFICIAL_API).rstrip("/")
    if not _is_address(api_base):
        raise TelegramSettingsError(f"TELEGRAM_API_BASE: give the address of a Bot API server, such as {OFFICIAL_API}")
    try:
        retry_s = float(value("retry_s") or 0.5)
    except ValueError:
        retry_s = -1
    if not 0 <= retry_s <= 60:
        raise TelegramSettingsError("TELEGRAM_RETRY_S: give the first wait before a retry, 0 to 60 seconds")
    return TelegramSettings(token, _webhook_url(value("webhook_url"), api_base == OFFICIAL_API), secret, api_base, retry_s)


def _webhook_url(address: str, official: bool) -> str:
    wanted = "TELEGRAM_WEBHOOK_URL: give the public address of this server, such as https://aftercare.clinic.example"
    if not _is_address(address):
        raise TelegramSettingsError(wanted)
    parts = urlsplit(address)
    if official and (parts.scheme != "https" or (parts.port or 443) not in OFFICIAL_PORTS):
        raise TelegramSettingsError(f"{wanted}; Telegram only calls https, on port {', '.join(map(str, OFFICIAL_PORTS))}")
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") or WEBHOOK_PATH, "", ""))


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not re.search(r"\s", text)
    except ValueError:
        return False
