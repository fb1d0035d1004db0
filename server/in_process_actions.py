"""Runs the actions inside Rasa's process, in place of an action server.

Rasa's `RemoteAction` asks its endpoint only for `request()`, `url` and `kwargs`, so an endpoint that calls the action itself
takes the server's place. A late or failing action is `rasa_patches`' concern, the same for both.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from typing import Any

from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from server.checks import StartError

MOST_AT_ONCE = 64  # actions under way; when there are more, they hang


class InProcessActions(EndpointConfig):
    """Stands where Rasa expects the endpoint of an action server."""

    def __init__(self, package: str = "actions") -> None:
        """Raises StartError when the actions cannot be imported."""
        super().__init__(url="in this process", enable_selective_domain=True)  # the domain is not sent: no action reads it
        self._under_way = 0
        self._executor = ActionExecutor()
        try:
            self._executor.register_package(package)
        except SystemExit:  # what the SDK makes of an ImportError, after logging it
            raise StartError(f"the actions in {package}/ cannot be imported; the log above says why") from None

    async def request(self, *_: Any, **kwargs: Any) -> dict[str, Any]:
        """The events and responses of the action that `json` calls for. Raises what the action raises, RuntimeError for a jam."""
        # A thread of its own for each call, and a daemon: one that hangs keeps no other from running, nor Ctrl-C from ending.
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[dict[str, Any]] = loop.create_future()
        if self._under_way >= MOST_AT_ONCE:
            raise RuntimeError

        def settle(result: dict[str, Any], error: BaseException | None) -> None:
            self._under_way -= 1
            if answer.done():  # nobody waits for it any more
                return
            if error is None:
                answer.set_result(result)
            else:
                answer.set_exception(error)

        def work() -> None:
            result: dict[str, Any] = {}
            error: BaseException | None = None
            try:
                result = asyncio.run(self._executor.run(kwargs["json"])) or {}
                json.dumps(result)  # what cannot be stored would lose the whole turn later
            except Exception as raised:
                error = raised
            except BaseException as raised:  # an action that calls sys.exit() must not end the server
                error = RuntimeError()
                error.__cause__ = raised
            with contextlib.suppress(RuntimeError):  # the server has stopped meanwhile
                loop.call_soon_threadsafe(settle, result, error)

        self._under_way += 1
        threading.Thread(target=work, name="action", daemon=True).start()
        return await answer
