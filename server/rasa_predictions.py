"""What the rules say to an intent is asked once. Part of `rasa_shortcuts`, which says why."""

from __future__ import annotations

import json
from collections.abc import Callable
from weakref import WeakKeyDictionary

from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, DefinePrevUserUtteredFeaturization, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

#: What the rules said, by processor: (intent, actions since) to (prediction, did it note how the message was read).
_Said = dict[tuple[str, ...], tuple[PolicyPrediction, bool]]
_predicted: WeakKeyDictionary[MessageProcessor, _Said | None] = WeakKeyDictionary()
_WITHOUT_WEIGHT = (SlotSet, BotUttered, DefinePrevUserUtteredFeaturization)  # events that no rule of ours can see


def as_predicted_before(predict: Callable[..., PolicyPrediction]) -> Callable[..., PolicyPrediction]:
    """`MessageProcessor._predict_next_with_tracker` that asks the rules only for what they have not been asked yet."""

    def predict_next(self: MessageProcessor, tracker: DialogueStateTracker) -> PolicyPrediction:
        if self not in _predicted:
            _predicted[self] = {} if only_intents_count(self) else None
        said, key = _predicted[self], all_that_counts(tracker, self.domain)
        if said is None or key is None:
            return predict(self, tracker)
        if key not in said:
            prediction = predict(self, tracker)
            if any(not isinstance(event, DefinePrevUserUtteredFeaturization) for event in prediction.events):
                return prediction
            said[key] = prediction, bool(prediction.events)
        return _again(*said[key])

    return predict_next


def only_intents_count(processor: MessageProcessor) -> bool:
    """Whether rules are the only policy, and each of them is one message's intent and the actions that follow it."""
    nodes = processor.graph_runner._instantiated_nodes.values()
    policies = [node._component for node in nodes if isinstance(node._component, Policy)]
    return (
        [type(policy) for policy in policies] == [RulePolicy]
        and not processor.domain.form_names
        and all(map(_is_intent_and_actions, policies[0].lookup["rules"]))
    )


def _is_intent_and_actions(rule: str) -> bool:
    """A rule's key is the states that it needs, as JSON: what was said last and what was done last."""
    said, *done = json.loads(rule)
    return (
        said == {"prev_action": {"action_name": ACTION_LISTEN_NAME}, "user": {"intent": said.get("user", {}).get("intent")}}
        and all(state == {"prev_action": state["prev_action"], "user": said["user"]} for state in done)
        and all(state["prev_action"].keys() == {"action_name"} for state in done)
        and all(state["prev_action"]["action_name"] != ACTION_LISTEN_NAME for state in done)
    )


def all_that_counts(tracker: DialogueStateTracker, domain: Domain) -> tuple[str, ...] | None:
    """The intent of the latest message and the actions since; None when anything else could count for the rules.

    Anything else: a form, an action set to follow, a message that did not follow a listening assistant, entities that the domain
    lets rules see, an event of another kind since the message (a restart, an undone message, a refused action).
    """
    if tracker.followup_action or tracker.active_loop:
        return None
    actions: list[str] = []
    intent = None
    for event in reversed(tracker.events):
        if isinstance(event, ActionExecuted):
            if intent is not None:
                return (intent, *reversed(actions)) if event.action_name == ACTION_LISTEN_NAME else None
            actions.append(str(event.action_name))
        elif isinstance(event, UserUttered) and intent is None:
            intent = event.intent_name
            if not intent or domain.intent_properties.get(intent, {}).get("used_entities", True):
                return None
        elif not isinstance(event, _WITHOUT_WEIGHT):
            return None
    return None


def _again(said: PolicyPrediction, notes_reading: bool) -> PolicyPrediction:
    return PolicyPrediction(
        list(said.probabilities),
        said.policy_name,
        said.policy_priority,
        [DefinePrevUserUtteredFeaturization(False)] if notes_reading else [],  # a new event: events carry their time
        diagnostic_data=said.diagnostic_data,
        hide_rule_turn=said.hide_rule_turn,
        action_metadata=said.action_metadata,
    )
