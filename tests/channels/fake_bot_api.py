"""A Bot API server for tests: it enforces Telegram's own limits, can fail as Telegram does, and sends updates as Telegram does.

Run it by hand beside the assistant to chat without Telegram:
    python -m tests.channels.fake_bot_api --port 5140     # prints the line that starts the assistant
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from tests.channels.telegram_limits import UPDATE_KINDS, BotMethods, Json, Refused, Sent

TOKEN = "123456789:AAFakeFakeFakeFakeFakeFakeFakeFakeFa"


@dataclass
class Fault:
    """The next `times` calls of `method` (or of any) fail with `code`; 0 cuts the connection, 502 is a page of HTML."""

    code: int
    times: int = 1
    method: str = ""
    retry_after: float = 0


class FakeBotApi(BotMethods):
    """Telegram, as one bot sees it."""

    def __init__(self, https_only: bool = False) -> None:
        super().__init__(https_only)
        self.base = ""
        self.calls: list[tuple[str, Json]] = []
        self.faults: list[Fault] = []
        self._update_id = 1000
        self._runner: web.AppRunner | None = None
        self._client: aiohttp.ClientSession | None = None
        self._changed = asyncio.Event()

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=20 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.base = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[union-attr]
        self._client = aiohttp.ClientSession(trust_env=False)

    async def stop(self) -> None:
        if self._client:
            await self._client.close()
        if self._runner:
            await self._runner.cleanup()

    # Telegram's side towards the webhook

    def new_update(self, **fields: Any) -> Json:
        self._update_id += 1
        return {"update_id": self._update_id, **fields}

    def message(self, chat_id: int = 42, **fields: Any) -> Json:
        """A Message object in a private chat, with what the fields add or replace."""
        self._message_id += 1
        person = {"id": chat_id, "is_bot": False, "first_name": "Pat", "language_code": "en"}
        chat = {"id": chat_id, "type": "private", "first_name": "Pat"}
        return {"message_id": self._message_id, "from": person, "chat": chat, "date": int(time.time()), **fields}

    async def deliver(self, update: Json, headers: Json | None = None) -> int:
        """Posts an update to the webhook, if it asked for that kind; the status, or 0 if it was not sent."""
        kinds = [kind for kind in update if kind in UPDATE_KINDS]
        if kinds and kinds[0] not in self.webhook["allowed_updates"]:
            return 0
        if headers is None:
            headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook["secret_token"]}
        return await self.post(json.dumps(update).encode(), headers)

    async def post(self, body: bytes, headers: Json) -> int:
        assert self._client is not None
        headers = {"Content-Type": "application/json", **headers}
        async with self._client.post(self.webhook["url"], data=body, headers=headers) as answer:
            await answer.read()
            return answer.status

    async def says(self, text: str, chat_id: int = 42) -> Json:
        """A patient writes; the update that was delivered."""
        update = self.new_update(message=self.message(chat_id, text=text))
        assert await self.deliver(update) == 200
        return update

    async def presses(self, sent: Sent, title: str, chat_id: int = 0, date: int | None = None) -> str:
        """A patient presses a button of a message; the id of the query."""
        chat_id = chat_id or sent.chat_id
        data = next(button["callback_data"] for row in sent.buttons for button in row if button["text"] == title)
        message = {
            **self.message(chat_id, text=sent.text, reply_markup={"inline_keyboard": sent.buttons}),
            "message_id": sent.message_id,
            "from": {"id": 123456789, "is_bot": True, "first_name": "Aftercare"},
        }
        return await self.calls_back(data, chat_id, message if date is None else {**message, "date": date})

    async def calls_back(self, data: str, chat_id: int = 42, message: Json | None = None) -> str:
        query_id = str(4_000_000_000 + self._update_id)
        self._queries.add(query_id)
        person = {"id": chat_id, "is_bot": False, "first_name": "Pat"}
        query = {"id": query_id, "from": person, "chat_instance": "1", "data": data, **({"message": message} if message else {})}
        assert await self.deliver(self.new_update(callback_query=query)) == 200
        return query_id

    async def until(self, condition: Callable[[], Any], what: str = "", seconds: float = 30) -> None:
        """Waits until the condition holds; looks again after each call from the bot."""
        deadline = time.monotonic() + seconds
        while not condition():
            self._changed.clear()
            if time.monotonic() > deadline:
                raise AssertionError(f"never came: {what or condition}; sent: {[sent.text for sent in self.sent]}")
            try:
                await asyncio.wait_for(self._changed.wait(), 0.1)
            except asyncio.TimeoutError:
                continue

    def texts(self, chat_id: int = 42) -> list[str]:
        return [sent.text for sent in self.sent if sent.chat_id == chat_id and sent.photo is None]

    # Telegram's side towards the bot

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        fields = await _fields(request)
        self.calls.append((method, fields))
        try:
            if request.match_info["token"] != TOKEN:
                raise Refused(401, "Unauthorized")
            await self._fail(method, request)
            handler = getattr(self, f"_{method}", None)
            if handler is None:
                raise Refused(404, "Not Found: method not found")
            answer: Json = {"ok": True, "result": handler(fields)}
            return web.json_response(answer)
        except Refused as refusal:
            if refusal.code == 502:
                return web.Response(status=502, text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html")
            answer = {"ok": False, "error_code": refusal.code, "description": refusal.description}
            if refusal.parameters:
                answer["parameters"] = refusal.parameters
            return web.json_response(answer, status=refusal.code)
        finally:
            self._changed.set()

    async def _fail(self, method: str, request: web.Request) -> None:
        for fault in self.faults:
            if fault.times > 0 and fault.method in ("", method):
                fault.times -= 1
                if fault.code == 0 and request.transport:
                    request.transport.close()
                if fault.code == 403:
                    raise Refused(403, "Forbidden: bot was blocked by the user")
                if fault.code == 429:
                    raise Refused(429, f"Too Many Requests: retry after {fault.retry_after}", retry_after=fault.retry_after)
                raise Refused(fault.code or 500, "Internal Server Error")


async def _fields(request: web.Request) -> Json:
    if request.content_type == "application/json":
        return dict(await request.json())
    if request.content_type.startswith("multipart/"):
        form = await request.post()
        return {name: value.file.read() if isinstance(value, web.FileField) else value for name, value in form.items()}
    return {}


async def _by_hand(port: int) -> None:
    telegram = FakeBotApi()
    await telegram.start(port)
    print("In another terminal, then wait until it is ready:")
    print(f"  TELEGRAM_API_BASE={telegram.base} TELEGRAM_TOKEN={TOKEN} TELEGRAM_WEBHOOK_URL=http://127.0.0.1:5005 make telegram")
    await telegram.until(lambda: telegram.webhook, "a webhook", seconds=3600)
    print("The bot is there. Write to it; a number presses that button; Ctrl-D ends.")
    shown = 0
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        titles = telegram.sent[-1].titles if telegram.sent else []
        if line.strip().isdigit() and 0 < int(line) <= len(titles):
            await telegram.presses(telegram.sent[-1], titles[int(line) - 1])
        else:
            await telegram.says(line.strip() or "…")
        await asyncio.sleep(2)
        for sent in telegram.sent[shown:]:
            print(f"  {'[picture] ' if sent.photo else ''}{sent.text}", *(f"[{title}]" for title in sent.titles), sep="\n  ")
        shown = len(telegram.sent)
    await telegram.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A Bot API server for tests.")
    parser.add_argument("--port", type=int, default=5140)
    asyncio.run(_by_hand(parser.parse_args().port))
