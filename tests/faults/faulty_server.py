"""The real server in which a message can ask for a fault: `python tests/faults/faulty_server.py api …`, as `-m server`."""

from __future__ import annotations

import sys
import time
from typing import Any

from rasa.core.processor import MessageProcessor
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import ActionExecutor

from server.__main__ import main

run_action = ActionExecutor.run
parse = MessageProcessor._parse_message_with_graph


async def faulty_action(self: ActionExecutor, call: dict[str, Any]) -> Any:
    text = call["tracker"]["latest_message"]["text"]
    answer = await run_action(self, call)
    assert answer is not None
    if "fault raise" in text:
        raise ValueError(f"a message with the patient's words: {text}")
    if "fault hang" in text:
        time.sleep(3600)
    if "fault exit" in text:
        sys.exit(1)
    if "fault nothing" in text:
        return None
    if "fault unstorable" in text:
        answer["events"].append(SlotSet("treated_area", object()))
    if "fault event" in text:
        answer["events"].append({"event": "no such event"})
    if "fault response" in text:
        answer["responses"] = [{"response": "utter_that_nobody_wrote"}]
    return answer


def faulty_parse(self: MessageProcessor, message: Any, *args: Any, **kwargs: Any) -> Any:
    if "fault parse" in message.text:
        raise KeyError(message.text)
    return parse(self, message, *args, **kwargs)


if __name__ == "__main__":
    ActionExecutor.run = faulty_action  # type: ignore[method-assign]
    MessageProcessor._parse_message_with_graph = faulty_parse  # type: ignore[method-assign]
    sys.exit(main())
