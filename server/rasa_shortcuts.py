"""What Rasa does anew for every message although the outcome is known, left out: all of it here. No answer changes.

A Rasa that differs from 3.6.21 stops the start (`patching`). What each is worth: `python -m bench.profile`.

1. `DaskGraphRunner.run` has dask plan the same handful of components at every message. Here they are called one after the other.
2. `MessageProcessor._predict_next_with_tracker` replays the conversation for the rules, twice a turn. While nothing but the
   intent and the actions since can count, the rules are asked once for each of these (`rasa_predictions`).
3. `RemoteAction._action_call_format` writes all events of the conversation as JSON for every action. Here an action gets the
   slots and the latest message, and no events.
4. `RemoteAction._validate_action_result` has jsonschema check its own schema and then every key of the reply, which takes
   longer than the action. Here the same schema is compiled once, by fastjsonschema.
5. `DialogueStateTracker.copy` replays all events into a new tracker, for every action. Here its state is copied.
6. `Event.resolve_by_type` walks through all kinds of events for every event that an action returns. Here it remembers them.
7. `MessageProcessor._check_for_unseen_features` builds an empty domain at every message, to compare. Here it does so only for
   an intent or entity that it would warn of.
8. `MessageProcessor.parse_message` reads in the event loop, and every other patient waits. Here a thread of its own reads while
   others' turns are under way: most of the time goes to the networks, during which Python goes on with theirs.
9. `rasa.core.processor.copy.deepcopy` copies what is then not logged. Here it does so under DEBUG only.
"""

from __future__ import annotations

import asyncio
import copy
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from types import SimpleNamespace
from typing import Any

import fastjsonschema
import jsonschema
import rasa.core.processor
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from aftercare.network import in_turn
from server.patching import RasaChanged, wrap
from server.rasa_predictions import as_predicted_before

_PARSES = "parse_data = self._parse_message_with_graph(\n                message, tracker, only_output_properties\n            )"
_ALL_EVENTS = "tracker.current_state(EventVerbosity.ALL)"


def install() -> None:
    """Put the shortcuts in; `rasa_patches.install` does it once. Raises RasaChanged."""
    wrap(DaskGraphRunner, "run", "self inputs targets", _without_dask, holds="dask.get(run_graph, run_targets)", is_async=False)
    wrap(MessageProcessor, "_predict_next_with_tracker", "self tracker", as_predicted_before, is_async=False)
    wrap(RemoteAction, "_action_call_format", "self tracker domain", _without_events, holds=_ALL_EVENTS, is_async=False)
    wrap(RemoteAction, "_validate_action_result", "self result", _compiled_once, holds="validate(result, self.", is_async=False)
    wrap(DialogueStateTracker, "copy", "self", _state_copied, holds='travel_back_in_time(float("inf"))', is_async=False)
    wrap(Event, "resolve_by_type", "type_name default", _kinds_remembered, holds="all_subclasses(Event)", is_async=False)
    wrap(MessageProcessor, "_check_for_unseen_features", "self parse_data", _only_the_unseen, is_async=False)
    wrap(MessageProcessor, "handle_message", "self message", _counted)
    wrap(MessageProcessor, "parse_message", "self message tracker only_output_properties", _read_aside, holds=_PARSES)
    _copy_only_to_log()


def _without_dask(_: Callable[..., Any]) -> Callable[..., Any]:
    def run(self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        needs = {name: tuple(node.needs.values()) for name, node in self._graph_schema.nodes.items()}
        done: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        if clash := done.keys() & needs.keys():
            raise GraphRunError(f"{sorted(clash)} are names of nodes and cannot be names of inputs")

        def output(name: str) -> Any:
            if name not in done:  # what is neither an input nor a node stays a name, and the node says that it is missing
                done[name] = self._instantiated_nodes[name](*map(output, needs[name])) if name in needs else name
            return done[name]

        try:
            return dict(output(target) for target in targets or self._graph_schema.target_names)
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error

    return run


def _without_events(_: Callable[..., Any]) -> Callable[..., Any]:
    def call_format(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
        call = {
            "next_action": self._name,
            "sender_id": tracker.sender_id,
            "tracker": {**tracker.current_state(EventVerbosity.NONE), "events": []},
            "version": rasa.__version__,
        }
        if not self._is_selective_domain_enabled() or domain.does_custom_action_explicitly_need_domain(self.name()):
            call["domain"] = domain.as_dict()
        return call

    return call_format


def _compiled_once(_: Callable[..., Any]) -> Callable[..., Any]:
    check = reply_check(RemoteAction.action_response_format_spec())

    def validate(self: RemoteAction, result: dict[str, Any]) -> bool:
        try:
            check(result)
        except fastjsonschema.JsonSchemaValueException as error:
            raise jsonschema.ValidationError(f"the reply of {self.name()} is not valid: {error.message}") from None
        return True

    return validate


def reply_check(schema: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    """The same check as that schema's, with each event held against its own kind and not against all 23.

    It raises fastjsonschema.JsonSchemaValueException. Raises RasaChanged when kinds of events are not told apart by their name.
    """
    every = dict(schema["properties"]["events"]["items"])
    kinds = every.pop("oneOf")
    names = [kind["properties"]["event"].get("const") for kind in kinds]
    if None in names or len(set(names)) < len(names):
        raise RasaChanged("RemoteAction.action_response_format_spec of this Rasa does not tell events apart by their name")
    checks = {name: fastjsonschema.compile({"allOf": [every, kind]}) for name, kind in zip(names, kinds)}
    events = {"type": "array", "items": {**every, "properties": {**every["properties"], "event": {"enum": names}}}}
    check_all = fastjsonschema.compile({**schema, "properties": {**schema["properties"], "events": events}})

    def check(reply: dict[str, Any]) -> None:
        check_all(reply)
        for event in reply.get("events", ()):
            checks[event["event"]](event)

    return check


#: What a tracker consists of; one that has more is not one that `_state_copied` knows how to copy.
_STATE = set(vars(DialogueStateTracker("", [])))
_KNOWN_STATE = set(
    "_max_event_history events sender_id slots sender_source is_rule_tracker _paused followup_action latest_action "
    "latest_message latest_bot_utterance active_loop model_id assistant_id".split()
)


def _state_copied(_: Callable[..., Any]) -> Callable[..., Any]:
    if _STATE != _KNOWN_STATE:
        raise RasaChanged(f"DialogueStateTracker of this Rasa differs in {sorted(_STATE ^ _KNOWN_STATE)}")

    def copied(self: DialogueStateTracker) -> DialogueStateTracker:
        tracker = self.init_copy()
        tracker.events.extend(self.events)
        for name, slot in self.slots.items():
            tracker.slots[name]._value, tracker.slots[name]._has_been_set = slot._value, slot._has_been_set
        for name in ("_paused", "followup_action", "latest_action", "latest_message", "latest_bot_utterance"):
            setattr(tracker, name, getattr(self, name))
        tracker.active_loop = copy.copy(self.active_loop)
        return tracker

    return copied


def _kinds_remembered(resolve: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[str, Any] = {}

    def resolve_by_type(type_name: str, default: Any = None) -> Any:
        if type_name not in known:
            kind = resolve(type_name, default)
            if kind is None or kind is default:
                return kind
            known[type_name] = kind
        return known[type_name]

    return resolve_by_type


def _only_the_unseen(check: Callable[..., None]) -> Callable[..., None]:
    def check_for_unseen_features(self: MessageProcessor, parse_data: dict[str, Any]) -> None:
        entities = {entity["entity"] for entity in parse_data["entities"] or []}
        if parse_data["intent"]["name"] not in self.domain.intent_properties or not entities <= set(self.domain.entities):
            check(self, parse_data)

    return check_for_unseen_features


_reader = ThreadPoolExecutor(1, "reader")
_under_way: Counter[str] = Counter()  # turns, and readings (of turns, and of `/model/parse`)


@contextmanager
def _counting(what: str) -> Iterator[None]:
    _under_way[what] += 1
    try:
        yield
    finally:
        _under_way[what] -= 1


def _counted(handle_message: Callable[..., Any]) -> Callable[..., Any]:
    async def handle(self: MessageProcessor, message: UserMessage) -> Any:
        with _counting("turns"):
            return await handle_message(self, message)

    return handle


def _read_aside(parse_message: Callable[..., Any]) -> Callable[..., Any]:
    async def parse(
        self: MessageProcessor,
        message: UserMessage,
        tracker: DialogueStateTracker | None = None,
        only_output_properties: bool = True,
    ) -> dict[str, Any]:
        if self.http_interpreter:
            answer: dict[str, Any] = await parse_message(self, message, tracker, only_output_properties)
            return answer
        tracker = tracker or DialogueStateTracker.from_events(message.sender_id, [])
        context = copy_context()

        def read() -> dict[str, Any]:
            return context.run(self._parse_message_with_graph, message, tracker, only_output_properties)

        alone = _under_way["turns"] <= 1 and not _under_way["readings"]
        context.run(in_turn.set, not alone)
        with _counting("readings"):
            parse_data = read() if alone else await asyncio.get_running_loop().run_in_executor(_reader, read)
        self._update_full_retrieval_intent(parse_data)
        self._check_for_unseen_features(parse_data)
        return parse_data

    return parse


def _copy_only_to_log() -> None:
    def copied(value: Any, *args: Any) -> Any:
        return copy.deepcopy(value, *args) if logging.getLogger("rasa").isEnabledFor(logging.DEBUG) else value

    rasa.core.processor.copy = SimpleNamespace(deepcopy=copied)
