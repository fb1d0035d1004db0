"""Conversation tokens: made and signed by the server, so that nobody can choose, guess or keep a conversation's id."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jwt

SECRET_VARIABLE = "AFTERCARE_SECRET"
SECRET_FILE = Path("var/widget.secret")
SHORTEST_SECRET = 32  # characters

IDLE_S = 24 * 3600  # a token ends so long after the last message
LONGEST_S = 14 * 24 * 3600  # and the conversation ends so long after its first, in seconds

PREFIX = "web:"
_ALGORITHM = "HS256"
_AUDIENCE = "aftercare-widget"
_MOST_REVOKED = 10_000


class SecretError(ValueError):
    """The signing secret cannot be used. The text is one line."""


@dataclass(frozen=True)
class Conversation:
    """What a valid token stands for. `started` and `expires` are seconds since 1970."""

    key: str  # random, inside the token
    started: float
    expires: float
    sender_id: str  # what Rasa knows the conversation by; it cannot be computed from the token without the secret


class Tokens:
    """Issues and reads tokens. `clock` returns seconds since 1970."""

    def __init__(self, secret: str, clock: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._clock = clock
        self._revoked: OrderedDict[str, None] = OrderedDict()

    def start(self) -> tuple[str, Conversation]:
        """A token for a conversation that did not exist before."""
        return self._issue(secrets.token_hex(16), self._clock())

    def renew(self, conversation: Conversation) -> str | None:
        """A later-ending token of the same conversation once half its time has passed, else None."""
        if conversation.expires - self._clock() > IDLE_S / 2:
            return None
        token, renewed = self._issue(conversation.key, conversation.started)
        return token if renewed.expires > conversation.expires else None

    def read(self, token: str) -> Conversation | None:
        """The conversation of a token, or None if it is forged, expired, revoked or no token at all."""
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                options={"require": ["exp", "sub", "aud"], "verify_exp": False, "verify_iat": False},
            )
            key, started, expires = claims["sub"], float(claims["beg"]), float(claims["exp"])
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError):
            return None
        # The clock is ours, so that a test can move it.
        conversation = Conversation(key, started, expires, self._sender_id(key))
        return None if self._clock() >= expires or self.is_revoked(conversation) else conversation

    def revoke(self, conversation: Conversation) -> None:
        """Makes every token of a deleted conversation worthless (in this process: the data is gone in all of them)."""
        self._revoked[conversation.key] = None
        while len(self._revoked) > _MOST_REVOKED:
            self._revoked.popitem(last=False)

    def unrevoke(self, conversation: Conversation) -> None:
        """Takes revoke() back, when the data could not be deleted."""
        self._revoked.pop(conversation.key, None)

    def is_revoked(self, conversation: Conversation) -> bool:
        """Whether the conversation was deleted since its token was read."""
        return conversation.key in self._revoked

    def _issue(self, key: str, started: float) -> tuple[str, Conversation]:
        expires = min(self._clock() + IDLE_S, started + LONGEST_S)
        claims = {"sub": key, "aud": _AUDIENCE, "beg": started, "exp": expires}
        token = jwt.encode(claims, self._secret, algorithm=_ALGORITHM)
        return token, Conversation(key, started, expires, self._sender_id(key))

    def _sender_id(self, key: str) -> str:
        return PREFIX + hmac.new(self._secret.encode(), f"sender:{key}".encode(), hashlib.sha256).hexdigest()[:32]


def load_secret(path: Path = SECRET_FILE) -> str:
    """The signing secret: AFTERCARE_SECRET when set, else the content of `path`, which is made when it is missing.

    Several processes that serve the same patients must share one. Raises SecretError.
    """
    given = os.environ.get(SECRET_VARIABLE, "").strip()
    if given:
        return _long_enough(given, SECRET_VARIABLE)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written whole under another name first: of two processes that start at once, both read the same secret.
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        if not path.exists():
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return _long_enough(path.read_text(encoding="ascii").strip(), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(f"the signing secret {path} cannot be read or written ({error}); or set {SECRET_VARIABLE}") from None


def _long_enough(secret: str, source: str) -> str:
    if len(secret) < SHORTEST_SECRET:
        raise SecretError(f"{source}: a signing secret needs at least {SHORTEST_SECRET} characters")
    return secret
