"""What is mended in Rasa from outside, all of it here (what is only made faster is in `rasa_shortcuts`). A Rasa that differs from
3.6.21 stops the start.

1. `MessageProcessor.parse_message`, which every text of every channel passes before NLU. A typed `/intent{"slot": 1}` is
   obeyed by Rasa and cannot be switched off in the pipeline; 100,000 characters freeze the server for a minute; a lone
   surrogate or a NUL loses the turn when the conversation is saved. So the text is cleaned, cut and stripped of its slash.
   Code that wants to restart a conversation says so with `UserMessage(parse_data=…)`, which is not parsed.
2. `RemoteAction.run`: an action that raises, that is late, or whose server is down is met by silence. Here the patient gets
   `utter_problem` in time, and the slots remember what was found.
3. `Agent.handle_message`: any other error in a turn is met by silence too. Here the patient gets `utter_problem`.
4. `payload_from_button_question` of the shell: Ctrl-C in a menu of buttons leaves it hanging. Here it ends the shell.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

import rasa.cli.utils
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, OutputChannel, UserMessage
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.processor import MessageProcessor
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from aftercare.findings import Urgency, level_of
from server import PROBLEM, rasa_shortcuts
from server.log import describe
from server.patching import check_version, wrap

logger = logging.getLogger(__name__)

LONGEST_TEXT = 2000  # characters of one message that are read
CUT = "text_was_cut"  # in the metadata of a message that was longer
ACTION_SECONDS = 4.0  # how long an action may take before the patient is told that something went wrong

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SLASHES = re.compile(r"[\s/]*/[\s/]*")
_COMMAND = re.compile(r"[^\s{]+\s*(\{.*\})", re.DOTALL)  # Rasa's own notation: intent{"slot": "value"}

Method = Callable[..., Awaitable[Any]]


def install() -> None:
    """Put the patches in, once. Raises RasaChanged."""
    if getattr(MessageProcessor.parse_message, "is_patch", False):
        return
    check_version()
    rasa_shortcuts.install()
    wrap(MessageProcessor, "parse_message", "self message tracker only_output_properties", _parse_as_typed)
    wrap(RemoteAction, "run", "self output_channel nlg tracker domain", _answer_in_time)
    wrap(Agent, "handle_message", "self message", _never_silent)
    wrap(rasa.cli.utils, "payload_from_button_question", "button_question", _leave_menu)


def as_typed(text: str) -> str:
    """What NLU reads of a patient's text: no control characters, no command, LONGEST_TEXT characters at most.

    Of a command with values, `/intent{"slot": "value"}`, nothing is left: read as a sentence, its names could still set a
    slot. Any other text loses only the slashes in front.
    """
    text = _CONTROL.sub(_blank_or_nothing, text.strip()[: 2 * LONGEST_TEXT]).encode("utf-8", "replace").decode("utf-8").strip()
    if slashes := _SLASHES.match(text):
        text = text[slashes.end() :]
        command = _COMMAND.fullmatch(text)
        if command and _is_json(command[1]):
            text = ""
    return text[:LONGEST_TEXT]


def _blank_or_nothing(control: re.Match[str]) -> str:
    """A carriage return parts words; a NUL inside a word does not."""
    return " " if control[0].isspace() else ""


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _parse_as_typed(parse_message: Method) -> Method:
    async def parse(self: MessageProcessor, message: UserMessage, *args: Any, **kwargs: Any) -> Any:
        written = message.text or ""
        message.text = as_typed(written)
        if len(written) > LONGEST_TEXT:
            message.metadata = {**(message.metadata or {}), CUT: True}
        return await parse_message(self, message, *args, **kwargs)

    return parse


def _answer_in_time(run: Method) -> Method:
    async def run_action(
        self: RemoteAction,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        try:
            return await asyncio.wait_for(run(self, output_channel, nlg, tracker, domain), ACTION_SECONDS)
        except ActionExecutionRejection:  # not an error: the action lets the policies choose another
            raise
        except asyncio.TimeoutError:
            logger.error("%s took longer than %s seconds", self.name(), ACTION_SECONDS)
        except Exception as error:
            logger.error("%s failed: %s", self.name(), describe(error))
        said = await self._utter_responses([{"response": PROBLEM}], output_channel, nlg, tracker)
        return [*said, *_slots_without_action(tracker)]

    return run_action


def _never_silent(handle_message: Method) -> Method:
    async def handle(self: Agent, message: UserMessage) -> Any:
        try:
            return await handle_message(self, message)
        except Exception as error:
            logger.error("a message could not be answered: %s", describe(error))
            channel = message.output_channel
            response = self.nlg.generate_from_slots(PROBLEM, {}, channel.name())
            if response is not None:
                await channel.send_response(message.sender_id, response)
            return channel.messages if isinstance(channel, CollectingOutputChannel) else None

    return handle


def _leave_menu(choose: Method) -> Method:
    async def payload(button_question: Any) -> Any:
        try:
            return await choose(button_question)
        except AttributeError:  # no choice was made, and Rasa takes it apart all the same
            return f"{INTENT_MESSAGE_PREFIX}stop"

    return payload


def _slots_without_action(tracker: DialogueStateTracker) -> list[Event]:
    """What the action would have remembered of the findings that NLU saw; the level is at least "contact the clinic".

    The reply tells the patient to phone the clinic, so the channels must not show an older, calmer level beside it. Done
    without the core's help, which may be what failed.
    """
    found = _present(tracker.latest_message.entities if tracker.latest_message else [])
    level = max([Urgency.CONTACT_CLINIC, *found.values()])
    slots: dict[str, Any] = {
        "urgency": level.label,
        "highest_urgency": max(level, _level(tracker.get_slot("highest_urgency"))).label,
        "findings": list(dict.fromkeys([*(tracker.get_slot("findings") or []), *found])),
    }
    if level is Urgency.EMERGENCY:
        slots["emergency_open"] = True
    return [SlotSet(name, value) for name, value in slots.items() if name in tracker.slots]


def _present(entities: list[dict[str, Any]]) -> dict[str, Urgency]:
    present = {}
    for entity in entities:
        if entity.get("entity") == "finding" and entity.get("assertion", "present") == "present":
            with contextlib.suppress(KeyError):  # a finding that the table does not know
                present[entity["value"]] = level_of(entity["value"])
    return present


def _level(label: Any) -> Urgency:
    try:
        return Urgency.of(label)
    except (KeyError, AttributeError):
        return Urgency.NONE
