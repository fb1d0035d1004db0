"""Runs the actions inside Rasa's process, in place of an action server.

Rasa's `RemoteAction` asks its endpoint only for `request()`, `url` and `kwargs`, so an endpoint that calls the action itself
takes the server's place. A late or failing action is `rasa_patches`' concern, the same for both.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from server.checks import StartError

MOST_AT_ONCE = 64  # actions under way; when there are more, they hang

_Report = Callable[[dict[str, Any], "BaseException | None"], None]


class InProcessActions(EndpointConfig):
    """Stands where Rasa expects the endpoint of an action server."""

    def __init__(self, package: str = "actions") -> None:
        """Raises StartError when the actions cannot be imported."""
        super().__init__(url="in this process", enable_selective_domain=True)  # the domain is not sent: no action reads it
        self._under_way = 0
        self._idle: list[_Worker] = []
        self._executor = ActionExecutor()
        try:
            self._executor.register_package(package)
        except SystemExit:  # what the SDK makes of an ImportError, after logging it
            raise StartError(f"the actions in {package}/ cannot be imported; the log above says why") from None

    async def request(self, *_: Any, **kwargs: Any) -> dict[str, Any]:
        """The events and responses of the action that `json` calls for. Raises what the action raises, RuntimeError for a jam."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[dict[str, Any]] = loop.create_future()
        if self._under_way >= MOST_AT_ONCE:
            raise RuntimeError
        worker = self._idle.pop() if self._idle else _Worker(self._executor)

        def settle(result: dict[str, Any], error: BaseException | None) -> None:
            self._under_way -= 1
            if not worker.spent:
                self._idle.append(worker)
            if answer.done():  # nobody waits for it any more
                return
            if error is None:
                answer.set_result(result)
            else:
                answer.set_exception(error)

        def report(result: dict[str, Any], error: BaseException | None) -> None:
            with contextlib.suppress(RuntimeError):  # the server has stopped meanwhile
                loop.call_soon_threadsafe(settle, result, error)

        self._under_way += 1
        worker.calls.put((kwargs["json"], report))
        return await answer


class _Worker(threading.Thread):
    """A thread that runs one action at a time. An action that hangs keeps its thread and no other, and, a daemon, not Ctrl-C."""

    def __init__(self, executor: ActionExecutor) -> None:
        super().__init__(name="action", daemon=True)
        self.calls: SimpleQueue[tuple[dict[str, Any], _Report]] = SimpleQueue()
        self.spent = False  # it takes no more calls
        self._executor = executor
        self.start()

    def run(self) -> None:
        loop = asyncio.new_event_loop()
        while True:
            call, report = self.calls.get()
            result: dict[str, Any] = {}
            try:
                result = loop.run_until_complete(self._executor.run(call)) or {}
                json.dumps(result)  # what cannot be stored would lose the whole turn later
            except Exception as raised:
                report({}, raised)
            except BaseException as raised:  # an action that calls sys.exit() must not end the server; its loop is not used again
                error = RuntimeError()
                error.__cause__ = raised
                self.spent = True
                report({}, error)
                return
            else:
                report(result, None)
            del call, report, result  # no patient's words are kept while it waits
