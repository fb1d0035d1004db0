"""Runs the actions inside Rasa's process, with a time limit, and never lets a failing one leave the patient without an answer.

Rasa's `RemoteAction` asks its endpoint only for `request()`, `url` and `kwargs`, so an endpoint that calls the action itself
takes the place of the action server.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import threading
from typing import Any

from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from aftercare.findings import Urgency, level_of
from server import PROBLEM
from server.checks import StartError
from server.log import describe

logger = logging.getLogger(__name__)

TIME_LIMIT = 4.0  # seconds an action may take
MOST_AT_ONCE = 64  # actions under way; more than this many are stuck ones


class ActionFailed(Exception):
    """The action raised, was late, or returned what cannot be stored."""


class InProcessActions(EndpointConfig):
    """Stands where Rasa expects the action server's endpoint. `time_limit` is in seconds."""

    def __init__(self, package: str = "actions", time_limit: float = TIME_LIMIT) -> None:
        """Raises StartError when the actions cannot be imported."""
        super().__init__(url="in this process", enable_selective_domain=True)  # the domain is not sent: no action reads it
        self._time_limit = time_limit
        self._under_way = 0
        self._executor = ActionExecutor()
        try:
            self._executor.register_package(package)
        except SystemExit:  # what the SDK makes of an ImportError, after logging it
            raise StartError(f"the actions in {package}/ cannot be imported; the log above says why") from None

    async def request(self, *_: Any, **kwargs: Any) -> dict[str, Any]:
        """Run the action that `json` calls for. Returns events and responses as the action server would; never raises."""
        call = kwargs["json"]
        try:
            return await asyncio.wait_for(self._run(call), self._time_limit)
        except asyncio.TimeoutError:
            logger.error("%s took longer than %s seconds; its answer is lost.", call.get("next_action"), self._time_limit)
        except ActionFailed as failure:
            logger.error("%s failed: %s", call.get("next_action"), describe(failure.__cause__ or failure))
        return {"events": _urgency_without_action(call["tracker"]), "responses": [{"response": PROBLEM}]}

    def _run(self, call: dict[str, Any]) -> asyncio.Future[dict[str, Any]]:
        # A thread of its own for each call, and a daemon: one that hangs keeps no other from running, nor Ctrl-C from ending.
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[dict[str, Any]] = loop.create_future()
        if self._under_way >= MOST_AT_ONCE:
            answer.set_exception(ActionFailed("too many actions are stuck"))
            return answer

        def settle(result: dict[str, Any] | None, error: BaseException | None) -> None:
            self._under_way -= 1
            if answer.done():  # it was late
                return
            if result is not None:
                answer.set_result(result)
            else:
                failure = ActionFailed()
                failure.__cause__ = error
                answer.set_exception(failure)

        def work() -> None:
            result: dict[str, Any] | None = None
            error: BaseException | None = None
            try:
                result = asyncio.run(self._executor.run(call))
                json.dumps(result)  # what cannot be stored would lose the whole turn later
            except BaseException as raised:
                result, error = None, raised
            with contextlib.suppress(RuntimeError):  # the server has stopped meanwhile
                loop.call_soon_threadsafe(settle, result, error)

        self._under_way += 1
        threading.Thread(target=work, name=f"action {call.get('next_action')}", daemon=True).start()
        return answer


def _urgency_without_action(tracker: dict[str, Any]) -> list[dict[str, Any]]:
    """The slots that the action would have set: the level of the findings that NLU saw, at least "contact the clinic".

    The reply tells the patient to phone the clinic, so the channels must not show an older, calmer level beside it.
    """
    level = max([Urgency.CONTACT_CLINIC, *_levels(tracker.get("latest_message") or {})])
    highest = max(level, _level((tracker.get("slots") or {}).get("highest_urgency")))
    return [
        {"event": "slot", "name": "urgency", "value": level.label},
        {"event": "slot", "name": "highest_urgency", "value": highest.label},
    ]


def _levels(message: dict[str, Any]) -> list[Urgency]:
    levels = []
    for entity in message.get("entities") or []:
        with contextlib.suppress(KeyError, TypeError):  # another entity, or a finding that the table does not know
            if entity["entity"] == "finding" and entity.get("role", "present") == "present":
                levels.append(level_of(entity["value"]))
    return levels


def _level(label: Any) -> Urgency:
    try:
        return Urgency.of(label)
    except (KeyError, AttributeError):
        return Urgency.NONE
