"""Lanes: in one lane one job after the other, many lanes beside one another."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

logger = logging.getLogger(__name__)

Job = Callable[[], Awaitable[None]]


class Lanes:
    """A lane for each chat. A job that raises is logged and does not stop its lane; a lane without jobs takes no memory."""

    def __init__(self, name: str, most_waiting: int) -> None:
        self._name = name
        self._most_waiting = most_waiting
        self._waiting: dict[int, deque[Job]] = {}
        self._workers: dict[int, asyncio.Task[None]] = {}

    def submit(self, lane: int, job: Job) -> bool:
        """Runs the job after those before it. False, and nothing runs, if too many wait in that lane."""
        waiting = self._waiting.setdefault(lane, deque())
        if len(waiting) >= self._most_waiting:
            return False
        waiting.append(job)
        if lane not in self._workers:
            self._workers[lane] = asyncio.get_running_loop().create_task(self._work(lane))
        return True

    async def done(self, lane: int) -> None:
        """Waits until nothing is left in that lane."""
        while worker := self._workers.get(lane):
            await asyncio.wait({worker})

    async def close(self, timeout_s: float) -> None:
        """Lets what was taken on come to its end, for at most that long."""
        if self._workers:
            _, late = await asyncio.wait(set(self._workers.values()), timeout=timeout_s)
            for worker in late:
                worker.cancel()
            if late:
                logger.warning("Telegram: %d chats were not finished with their %s", len(late), self._name)

    async def _work(self, lane: int) -> None:
        waiting = self._waiting[lane]
        try:
            while waiting:
                job = waiting.popleft()
                try:
                    await job()
                except Exception as error:
                    # Not its text: it may hold what the patient wrote.
                    logger.error("Telegram: one of the %s failed: %s", self._name, type(error).__name__, exc_info=_traceback())
        finally:
            del self._waiting[lane], self._workers[lane]


def _traceback() -> bool:
    return logger.isEnabledFor(logging.DEBUG)
