"""Telling Telegram where this server is, once it runs, for as long as it takes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from aftercare.channels.telegram_api import BotApi, BotApiError, Json
from aftercare.channels.telegram_replies import Replies
from aftercare.channels.telegram_settings import TelegramSettings
from aftercare.channels.telegram_updates import COMMANDS, HANDLED_UPDATES

logger = logging.getLogger(__name__)

LONGEST_WAIT_S = 60.0
_MOST_DESCRIPTION = 512  # characters, Telegram's limits
_MOST_COMMAND_DESCRIPTION = 256


async def announce(api: BotApi, settings: TelegramSettings, replies: Callable[[], Replies | None]) -> bool:
    """Sets the webhook, and the bot's commands and description, as soon as the model is loaded and Telegram answers.

    Whether it was set: False means that Telegram does not know this token, which no waiting mends.
    """
    while (said := replies()) is None:
        await asyncio.sleep(0.2)
    if missing := said.missing():
        logger.error("Telegram: domain.yml lacks %s", ", ".join(missing))
    wait_s, last = settings.retry_s, ""
    while True:
        try:
            bot = await api.call("getMe", {}, attempts=1)
            await api.call("setWebhook", _webhook(settings), attempts=1)
            break
        except BotApiError as error:
            if error.code in (401, 404):
                logger.error("Telegram does not know this TELEGRAM_TOKEN (%s). The server runs on without Telegram.", error)
                return False
            if str(error) != last:
                logger.warning("Telegram cannot be set up yet (%s). The server runs on and keeps trying.", error)
            last = str(error)
        await asyncio.sleep(wait_s)
        wait_s = min(max(wait_s, 0.1) * 2, LONGEST_WAIT_S)
    name = bot.get("username") if isinstance(bot, dict) else ""
    # Printed, not logged: whoever starts the server waits for this line, and its log starts at warnings.
    print(f"Telegram: @{name} is ready; updates come to {settings.webhook_url}", flush=True)
    await _introduce(api, said)
    return True


def _webhook(settings: TelegramSettings) -> Json:
    return {
        "url": settings.webhook_url,
        "secret_token": settings.secret,
        "allowed_updates": list(HANDLED_UPDATES),
        "drop_pending_updates": False,  # whoever wrote while the server was down is still answered
    }


async def _introduce(api: BotApi, replies: Replies) -> None:
    """The menu of commands, and what an empty chat shows before anyone has said a word."""
    described = (await replies.find("utter_telegram_commands") or {}).get("custom")
    described = described if isinstance(described, dict) else {}
    commands = [
        {"command": name, "description": str(described[name])[:_MOST_COMMAND_DESCRIPTION]}
        for name in COMMANDS
        if described.get(name)
    ]
    description = str((await replies.find("utter_telegram_description") or {}).get("text") or "").strip()
    try:
        if commands:
            await api.call("setMyCommands", {"commands": commands})
        if description:
            await api.call("setMyDescription", {"description": description[:_MOST_DESCRIPTION]})
    except BotApiError as error:
        logger.warning("Telegram: the bot's menu and description were not set: %s", error)
