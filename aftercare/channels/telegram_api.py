"""Telegram's Bot API over HTTP: one call, tried again a bounded number of times."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

logger = logging.getLogger(__name__)

Json = dict[str, Any]

MOST_ATTEMPTS = 6
LONGEST_WAIT_S = 60.0  # before one retry; a server that asks for more is not waited for
TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=5)


class BotApiError(Exception):
    """A call that failed for good. `code` is Telegram's error code, or 0 if nothing came back. It never holds the token."""

    def __init__(self, method: str, code: int, description: str) -> None:
        super().__init__(f"{method}: {code} {description}" if code else f"{method}: {description}")
        self.code = code


class _TryAgain(Exception):
    def __init__(self, error: BotApiError, wait_s: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait_s = wait_s


class BotApi:
    """Calls the methods of one bot. Its connections belong to the event loop that made the first call."""

    def __init__(
        self, base: str, token: str, retry_s: float = 0.5, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._address = f"{base}/bot{token}/"
        self._retry_s = retry_s
        self._sleep = sleep
        self._session: aiohttp.ClientSession | None = None

    async def call(self, method: str, fields: Json, photo: bytes | None = None, attempts: int = MOST_ATTEMPTS) -> Any:
        """Telegram's result. `photo` is sent as the file of the field of that name.

        No answer, a 429 and a 5xx are tried again, `attempts` times in all. Raises BotApiError.
        """
        wait_s = self._retry_s
        for left in range(attempts - 1, -1, -1):
            try:
                return await self._once(method, fields, photo)
            except _TryAgain as again:
                pause_s = max(wait_s, again.wait_s or 0)
                if not left or pause_s > LONGEST_WAIT_S:
                    raise again.error from None
                logger.info("Telegram: %s; trying again in %g s", again.error, pause_s)
                await self._sleep(pause_s)
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)
        raise AssertionError("attempts must be 1 or more")

    async def close(self) -> None:
        """Ends the connections; a later call opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _once(self, method: str, fields: Json, photo: bytes | None) -> Any:
        if self._session is None or self._session.closed:
            # A hospital's network may only be left through a proxy named in the environment.
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, trust_env=True)
        body: Json = {"json": fields} if photo is None else {"data": _form(fields, photo)}
        try:
            async with self._session.post(self._address + method, allow_redirects=False, **body) as answer:
                return _result(method, answer.status, await answer.read())
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            # Its text may hold the address, and so the token.
            raise _TryAgain(BotApiError(method, 0, f"no answer ({type(error).__name__})")) from None


def _result(method: str, status: int, body: bytes) -> Any:
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):  # a gateway's page of HTML, not Telegram's own answer
        error = BotApiError(method, status, "the answer is not Telegram's")
        raise _TryAgain(error) if status >= 500 or status == 429 else error
    if status == 200 and answer.get("ok") is True:
        return answer.get("result")
    error = BotApiError(method, status, str(answer.get("description", ""))[:200])
    if status == 429:
        parameters = answer.get("parameters")
        wait_s = parameters.get("retry_after") if isinstance(parameters, dict) else None
        raise _TryAgain(error, float(wait_s) if isinstance(wait_s, int | float) else 1.0)
    raise _TryAgain(error) if status >= 500 else error


def _form(fields: Json, photo: bytes) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in fields.items():
        form.add_field(name, value if isinstance(value, str) else json.dumps(value))
    form.add_field("photo", photo, filename="timeline.png", content_type="image/png")
    return form
