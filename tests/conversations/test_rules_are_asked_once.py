"""What the rules said to an intent is said again without asking them: it must be what they would have said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import DEFAULT_ACTION_NAMES
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from server.rasa_predictions import _predicted, only_intents_count
from tests.agent import Assistant, shared_assistant

STEPS = 3  # actions after a message at most: an urgent line, the action, listening


@pytest.fixture(scope="module")
def processor() -> MessageProcessor:
    assistant: Assistant = shared_assistant()
    found: MessageProcessor = assistant._agent.processor
    return found


def said_by_rules(processor: MessageProcessor, tracker: DialogueStateTracker) -> Any:
    ask: Callable[..., Any] = MessageProcessor._predict_next_with_tracker.__wrapped__
    return ask(processor, tracker)


def test_our_rules_can_be_asked_once(processor: MessageProcessor) -> None:
    assert only_intents_count(processor)


@pytest.mark.parametrize(
    "history", [(), ("report_chest_breathing", "utter_emergency", "action_red_flag"), ("greet", "action_small_talk")]
)
def test_every_intent_leads_to_the_same_actions(processor: MessageProcessor, history: tuple[str, ...]) -> None:
    for intent in processor.domain.intents:
        tracker = DialogueStateTracker.from_events("someone", [ActionExecuted("action_listen")], processor.domain.slots)
        if history:
            for event in (said(history[0]), *map(ActionExecuted, history[1:]), ActionExecuted("action_listen")):
                tracker.update(event)
        tracker.update(SlotSet("urgency", "self_care"))
        tracker.update(said(intent))
        for _ in range(STEPS):
            asked = said_by_rules(processor, tracker.copy())
            for remembered in (processor._predict_next_with_tracker(tracker), processor._predict_next_with_tracker(tracker)):
                assert remembered == asked, intent
                assert remembered.events == asked.events, intent
            tracker.update_with_events(asked.events, processor.domain)
            action = processor.domain.action_names_or_texts[asked.max_confidence_index]
            tracker.update(ActionExecuted(action))
            if action in DEFAULT_ACTION_NAMES:  # listening, or one that undoes the message
                break
        else:
            pytest.fail(f"{intent}: no end after {STEPS} actions")
    assert _predicted[processor], "nothing was remembered"


def said(intent: str) -> UserUttered:
    return UserUttered("words", {"name": intent, "confidence": 1.0}, [{"entity": "finding", "value": "soreness"}])


@pytest.mark.parametrize("change", ["a second policy", "a form", "a rule of two messages", "a rule with a slot"])
def test_rules_that_see_more_than_the_intent_are_asked_every_time(
    processor: MessageProcessor, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    nodes = processor.graph_runner._instantiated_nodes
    policy = nodes["run_RulePolicy0"]._component
    rules = policy.lookup["rules"]
    turn = '{"prev_action": {"action_name": "action_listen"}, "user": {"intent": "greet"}}'
    if change == "a second policy":
        monkeypatch.setitem(nodes, "run_RulePolicy1", nodes["run_RulePolicy0"])
    elif change == "a form":
        monkeypatch.setattr(processor.domain, "form_names", ["a_form"])
    elif change == "a rule of two messages":
        monkeypatch.setitem(rules, f"[{turn}, {turn}]", "action_listen")
    else:
        monkeypatch.setitem(rules, f'[{turn[:-1]}, "slots": {{"asked": ["1.0"]}}}}]', "action_listen")
    assert not only_intents_count(processor)
