"""The fake refuses what Telegram refuses: otherwise the other tests would prove nothing."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from tests.channels.fake_bot_api import TOKEN, FakeBotApi

pytest_plugins = ["tests.channels.telegram_fixtures"]

BUTTON = {"text": "A", "callback_data": "a"}


def _with_button(**fields: str) -> dict[str, Any]:
    return {"chat_id": 42, "text": "x", "reply_markup": {"inline_keyboard": [[{**BUTTON, **fields}]]}}


HOOK = "https://clinic.example/webhooks/telegram/webhook"

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("sendMessage", {"chat_id": 42, "text": ""}, "empty"),
    ("sendMessage", {"chat_id": 42, "text": " \n\u200b"}, "empty"),
    ("sendMessage", {"chat_id": 42}, "empty"),
    ("sendMessage", {"chat_id": 42, "text": "x" * 4097}, "too long"),
    ("sendMessage", {"chat_id": 42, "text": "😱" * 2049}, "too long"),
    ("sendMessage", {"text": "x"}, "chat not found"),
    ("sendMessage", {"chat_id": "telegram:42", "text": "x"}, "chat not found"),
    ("sendMessage", _with_button(callback_data="x" * 65), "DATA"),
    ("sendMessage", _with_button(callback_data="é" * 33), "DATA"),
    ("sendMessage", _with_button(callback_data=""), "DATA"),
    ("sendMessage", _with_button(text=" "), "non-empty"),
    ("sendMessage", {"chat_id": 42, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "A"}]]}}, "exactly one"),
    ("sendMessage", {"chat_id": 42, "text": "x", "reply_markup": {"inline_keyboard": [[BUTTON]] * 101}}, "too long"),
    ("sendMessage", {"chat_id": 42, "text": "x", "reply_markup": "keyboard"}, "reply markup"),
    ("sendPhoto", {"chat_id": 42, "photo": "/a/file.png"}, "wrong HTTP URL"),
    ("sendPhoto", {"chat_id": 42, "photo": "https://clinic.example/a.png", "caption": "x" * 1025}, "caption is too long"),
    ("setWebhook", {"url": "http://clinic.example/"}, "HTTPS"),
    ("setWebhook", {"url": HOOK, "secret_token": "a b"}, "unallowed characters"),
    ("setWebhook", {"url": HOOK, "secret_token": "x" * 257}, "unallowed characters"),
    ("setWebhook", {"url": HOOK, "allowed_updates": ["telepathy"]}, "unknown update"),
    ("answerCallbackQuery", {"callback_query_id": "never seen"}, "too old"),
    ("sendChatAction", {"chat_id": 42, "action": "thinking"}, "wrong parameter"),
    ("setMyCommands", {"commands": [{"command": "Start", "description": "x"}]}, "COMMAND_INVALID"),
    ("setMyCommands", {"commands": [{"command": "start", "description": ""}]}, "DESCRIPTION_INVALID"),
    ("setMyDescription", {"description": "x" * 513}, "TOO_LONG"),
    ("getMyself", {}, "Not Found"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "fields", "description"), REFUSED)
async def test_it_enforces_telegrams_limits(telegram: FakeBotApi, method: str, fields: dict[str, Any], description: str) -> None:
    telegram.https_only = True
    async with aiohttp.ClientSession() as client, client.post(f"{telegram.base}/bot{TOKEN}/{method}", json=fields) as response:
        answer = await response.json()
    assert answer["ok"] is False
    assert answer["error_code"] == response.status >= 400
    assert description in answer["description"]
    assert telegram.sent == []


async def test_it_knows_only_its_own_token(telegram: FakeBotApi) -> None:
    async with aiohttp.ClientSession() as client, client.post(f"{telegram.base}/bot1:wrong/getMe") as response:
        assert response.status == 401
