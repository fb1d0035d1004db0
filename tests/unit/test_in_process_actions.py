"""Actions inside Rasa's process: each call has a thread to itself, threads are used again, and a spent one is not."""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import Any

import pytest

from server.in_process_actions import InProcessActions


@pytest.fixture
def actions(monkeypatch: pytest.MonkeyPatch) -> InProcessActions:
    made = InProcessActions()

    async def run(call: dict[str, Any]) -> dict[str, Any]:
        if call["do"] == "exit":
            sys.exit(1)
        if call["do"] == "raise":
            raise ValueError("wrong")
        if call["do"] == "wait":
            call["until"].wait(10)
        return {"events": [], "responses": [], "thread": threading.get_ident()}

    monkeypatch.setattr(made._executor, "run", run)
    return made


async def ask(actions: InProcessActions, do: str, **more: Any) -> Any:
    return await asyncio.wait_for(actions.request(json={"do": do, **more}), 5)


async def test_a_thread_is_used_again(actions: InProcessActions) -> None:
    assert (await ask(actions, "answer"))["thread"] == (await ask(actions, "answer"))["thread"]


async def test_a_thread_that_failed_is_used_again(actions: InProcessActions) -> None:
    with pytest.raises(ValueError, match="wrong"):
        await ask(actions, "raise")
    assert len(actions._idle) == 1
    assert await ask(actions, "answer")


async def test_an_action_that_ends_the_program_costs_no_later_call(actions: InProcessActions) -> None:
    for _ in range(20):
        with pytest.raises(RuntimeError):
            await ask(actions, "exit")
        assert not actions._idle
        assert await ask(actions, "answer")
        actions._idle.clear()


async def test_an_action_that_hangs_holds_up_no_other(actions: InProcessActions) -> None:
    until = threading.Event()
    hanging = asyncio.create_task(ask(actions, "wait", until=until))
    await asyncio.sleep(0)
    assert await ask(actions, "answer")
    assert not hanging.done()
    until.set()
    assert await hanging
    assert len(actions._idle) == 2
