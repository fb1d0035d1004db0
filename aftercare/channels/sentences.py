"""What a channel itself says to a patient: a response of domain.yml, or these words where no model can answer."""

from __future__ import annotations

import logging
from typing import Any

from aftercare.channels.envelope import Collector, Json, bot_messages
from aftercare.clinic import Clinic

logger = logging.getLogger(__name__)

_CALL = "If you are worried, call the clinic on {clinic_phone}. In an emergency, call {emergency_number} now."

# Response name -> the words used when domain.yml has no such response or no model is loaded.
FALLBACKS = {
    "utter_too_fast": "That was a lot of messages at once. Please wait a moment, then send it again. " + _CALL,
    "utter_message_too_long": "That message is too long for me. Please say it in fewer words. " + _CALL,
    "utter_empty": "I did not get any words. Please tell me how you feel, or what you want to know. " + _CALL,
    "utter_problem": "Sorry, something went wrong on our side and I could not answer. " + _CALL,
    "utter_still_working": "Sorry, this is taking too long. Please send it again in a minute. " + _CALL,
    "utter_not_deleted": "Sorry, I could not delete this conversation. Please ask the clinic on {clinic_phone} to do it.",
}


async def say(name: str, agent: Any, clinic: Clinic) -> list[Json]:
    """The bot messages of a response. It always returns words and never raises. `name` is a key of FALLBACKS."""
    try:
        tracker = agent.tracker_store.init_tracker("web:nobody")  # a channel's own words depend on nobody's slots
        spoken = bot_messages(await agent.nlg.generate(name, tracker, Collector.name(), **clinic.values()))
        if spoken and spoken[0].get("text"):
            return spoken
    except Exception as error:
        logger.warning("response %s: %s; the built-in words are used", name, type(error).__name__)
    return [{"text": FALLBACKS[name].format(**clinic.values())}]


async def welcome(agent: Any, clinic: Clinic) -> list[Json]:
    """The response utter_welcome with its buttons, or nothing when the domain has none."""
    try:
        tracker = agent.tracker_store.init_tracker("web:nobody")
        return bot_messages(await agent.nlg.generate("utter_welcome", tracker, Collector.name(), **clinic.values()))
    except Exception as error:
        logger.warning("response utter_welcome: %s", type(error).__name__)
        return []
