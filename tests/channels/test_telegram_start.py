"""The server starts with Telegram or without it, and says so."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from aftercare.channels.telegram_settings import OFFICIAL_API, TelegramSettings, TelegramSettingsError, read_settings
from tests.channels.fake_bot_api import TOKEN, FakeBotApi, Fault
from tests.channels.telegram_standin import Server, loaded_agent, server

pytest_plugins = ["tests.channels.telegram_fixtures"]

ADDRESS = "https://aftercare.clinic.example"


async def test_the_webhook_is_set_as_telegram_wants_it(
    telegram: FakeBotApi, bot: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    assert telegram.webhook == {
        "url": f"{bot.address}/webhooks/telegram/webhook",
        "secret_token": telegram.webhook["secret_token"],
        "allowed_updates": ["message", "edited_message", "callback_query"],
        "drop_pending_updates": False,
    }
    assert re.fullmatch(r"[A-Za-z0-9_-]{32,256}", telegram.webhook["secret_token"])
    assert TOKEN not in telegram.webhook["secret_token"]


@pytest.mark.parametrize("fault", [Fault(0, 3), Fault(502, 3), Fault(429, 3), Fault(400, 3, "setWebhook")], ids=str)
async def test_without_network_the_server_starts_says_so_and_goes_on_trying(
    telegram: FakeBotApi, tmp_path: Path, fault: Fault, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    telegram.faults.append(fault)
    async with (
        server(telegram, tmp_path, announced=False) as bot,
        aiohttp.ClientSession() as client,
        client.get(f"{bot.address}/webhooks/telegram/") as answer,
    ):
        assert answer.status == 200
        await telegram.until(lambda: telegram.webhook and telegram.description, "the webhook")
        assert fault.times == 0
        await telegram.says("sore")
        await telegram.until(lambda: telegram.texts() == ["Soreness passes."])
    assert "cannot be set up yet" in caplog.text
    assert TOKEN not in caplog.text
    assert "@aftercare_test_bot is ready" in capsys.readouterr().out


async def test_a_wrong_token_is_said_and_not_tried_for_ever(
    telegram: FakeBotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        server(telegram, tmp_path, announced=False, token=TOKEN[:-1] + "X") as bot,
        aiohttp.ClientSession() as client,
    ):
        await telegram.until(lambda: "does not know this TELEGRAM_TOKEN" in caplog.text)
        async with client.get(f"{bot.address}/webhooks/telegram/") as answer:
            assert await answer.json() == {"status": "ok", "webhook_set": False}
    assert len(telegram.calls) == 1


async def test_while_the_model_loads_telegram_is_asked_to_come_again(telegram: FakeBotApi, tmp_path: Path) -> None:
    async with server(telegram, tmp_path, ready=False, announced=False) as bot:
        secret = read_settings({"token": TOKEN, "webhook_url": bot.address, "api_base": telegram.base}, {}).secret
        telegram.webhook = {
            "url": f"{bot.address}/webhooks/telegram/webhook",
            "secret_token": secret,
            "allowed_updates": ["message"],
        }
        update = telegram.new_update(message=telegram.message(text="sore"))
        assert await telegram.deliver(update) == 503
        bot.app.ctx.agent = loaded_agent()
        assert await telegram.deliver(update) == 200
        await telegram.until(lambda: telegram.texts() == ["Soreness passes."])


SETTINGS: list[tuple[dict[str, Any], dict[str, str], str]] = [
    ({}, {}, "TELEGRAM_TOKEN"),
    ({"token": ""}, {"TELEGRAM_WEBHOOK_URL": ADDRESS}, "TELEGRAM_TOKEN"),
    ({"token": "not a token", "webhook_url": ADDRESS}, {}, "TELEGRAM_TOKEN"),
    ({"token": "${TELEGRAM_TOKEN}", "webhook_url": ADDRESS}, {}, "TELEGRAM_TOKEN"),
    ({"token": TOKEN}, {}, "TELEGRAM_WEBHOOK_URL"),
    ({"token": TOKEN, "webhook_url": "aftercare.clinic.example"}, {}, "TELEGRAM_WEBHOOK_URL"),
    ({"token": TOKEN, "webhook_url": "http://aftercare.clinic.example"}, {}, "https"),
    ({"token": TOKEN, "webhook_url": ADDRESS + ":5005"}, {}, "port 443, 80, 88, 8443"),
    ({"token": TOKEN, "webhook_url": ADDRESS + ":99999"}, {}, "TELEGRAM_WEBHOOK_URL"),
    ({"token": TOKEN, "webhook_url": "https://a b"}, {}, "TELEGRAM_WEBHOOK_URL"),
    ({"token": TOKEN, "webhook_url": ADDRESS, "secret": "short"}, {}, "TELEGRAM_SECRET"),
    ({"token": TOKEN, "webhook_url": ADDRESS, "secret": "with a space in it, and long"}, {}, "TELEGRAM_SECRET"),
    ({"token": TOKEN, "webhook_url": ADDRESS}, {"TELEGRAM_SECRET": "x" * 257}, "TELEGRAM_SECRET"),
    ({"token": TOKEN, "webhook_url": ADDRESS}, {"TELEGRAM_API_BASE": "api.telegram.org"}, "TELEGRAM_API_BASE"),
    ({"token": TOKEN, "webhook_url": ADDRESS, "retry_s": "soon"}, {}, "TELEGRAM_RETRY_S"),
    ({"token": TOKEN, "webhook_url": ADDRESS, "retry_s": -1}, {}, "TELEGRAM_RETRY_S"),
]


@pytest.mark.parametrize(("credentials", "environment", "named"), SETTINGS)
def test_a_wrong_setting_is_one_line_without_secrets(
    credentials: dict[str, Any], environment: dict[str, str], named: str
) -> None:
    with pytest.raises(TelegramSettingsError) as error:
        read_settings(credentials, environment)
    assert named in str(error.value)
    assert "\n" not in str(error.value)
    assert TOKEN not in str(error.value)


def test_everything_may_come_from_the_environment() -> None:
    environment = {
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_WEBHOOK_URL": ADDRESS + "/",
        "TELEGRAM_SECRET": "A_secret-of-the-clinics-own",
        "TELEGRAM_API_BASE": "http://127.0.0.1:8081/",
        "TELEGRAM_RETRY_S": "2",
    }
    assert read_settings(None, environment) == TelegramSettings(
        TOKEN, ADDRESS + "/webhooks/telegram/webhook", "A_secret-of-the-clinics-own", "http://127.0.0.1:8081", 2.0
    )


def test_the_official_server_and_a_secret_nobody_has_to_choose_are_the_default() -> None:
    first = read_settings({"token": TOKEN, "webhook_url": ADDRESS + "/own/path"}, {})
    again = read_settings({"token": TOKEN, "webhook_url": ADDRESS + "/own/path"}, {})
    other = read_settings({"token": TOKEN[:-1] + "X", "webhook_url": ADDRESS}, {})
    assert first.api_base == OFFICIAL_API
    assert first.webhook_url == ADDRESS + "/own/path"
    assert first.secret == again.secret != other.secret
    assert TOKEN not in repr(first)
    assert first.secret not in repr(first)


async def test_the_announcement_ends_with_the_server(telegram: FakeBotApi, tmp_path: Path) -> None:
    telegram.faults.append(Fault(502, 1_000_000))
    async with server(telegram, tmp_path, announced=False):
        await telegram.until(lambda: telegram.calls)
    calls = len(telegram.calls)
    await asyncio.sleep(0.1)
    assert len(telegram.calls) == calls
