"""What the Telegram channel itself says to a patient: responses of domain.yml, filled with the clinic's values."""

from __future__ import annotations

import logging
from typing import Any

from rasa.core.agent import Agent
from rasa.shared.core.trackers import DialogueStateTracker

from aftercare.channels.envelope import Json
from aftercare.channels.telegram_output import CHANNEL, conversation_id
from aftercare.clinic import Clinic

logger = logging.getLogger(__name__)

# Every response this channel says by name; a test holds domain.yml against it.
RESPONSES = (
    "utter_start",
    "utter_help",
    "utter_restarted",
    "utter_stopped",
    "utter_deleted",
    "utter_not_deleted",
    "utter_only_text",
    "utter_caption_only",
    "utter_only_private",
    "utter_button_expired",
    "utter_too_long",
    "utter_too_fast",
    "utter_still_working",
    "utter_problem",
    "utter_emergency_short",
    "utter_timeline",
    "utter_timeline_late",
    "utter_telegram_commands",
    "utter_telegram_description",
)
LAST_RESORT = "utter_problem"


class Replies:
    """Looks responses up in the agent's own generator. Nothing here raises."""

    def __init__(self, agent: Agent, clinic: Clinic) -> None:
        self._agent = agent
        self._clinic = clinic

    def missing(self) -> list[str]:
        """The responses that the model's domain lacks."""
        known = self._agent.domain.responses if self._agent.domain else {}
        return [name for name in RESPONSES if name not in known]

    async def find(self, name: str, tracker: DialogueStateTracker | None = None, **values: Any) -> Json | None:
        """The response as Rasa's message, or None if there is none. `values` fill its braces beside the clinic's."""
        if name in self.missing():  # where the launcher's generator would say utter_problem instead
            return None
        try:
            if tracker is None:
                tracker = self._agent.tracker_store.init_tracker(conversation_id(0))
            found = await self._agent.nlg.generate(name, tracker, CHANNEL, **self._clinic.values(), **values)
            return found if isinstance(found, dict) else None
        except Exception as error:
            logger.error("Telegram: response %s: %s", name, type(error).__name__)
            return None

    async def say(self, name: str, tracker: DialogueStateTracker | None = None) -> Json:
        """The response, or else the words for a technical problem: a patient is never met by silence."""
        for known in dict.fromkeys((name, LAST_RESORT)):
            found = await self.find(known, tracker)
            if found and (found.get("text") or found.get("buttons")):
                return found
            logger.error("Telegram: domain.yml has no text for %s", known)
        return {"text": f"{self._clinic.name}: {self._clinic.phone}, {self._clinic.emergency_number}"}  # no sentence is left
