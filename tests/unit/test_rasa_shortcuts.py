"""The shortcuts do what Rasa does: each is held against Rasa's own method, which it still carries with it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import fastjsonschema
import jsonschema
import pytest
import rasa.core.processor
from rasa.core.actions.action import RemoteAction
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    ConversationPaused,
    DefinePrevUserUtteredFeaturization,
    Event,
    FollowupAction,
    Restarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from server import rasa_patches, rasa_shortcuts
from server.patching import RasaChanged
from server.rasa_predictions import all_that_counts
from server.rasa_shortcuts import reply_check

rasa_patches.install()

DOMAIN = Domain.from_yaml(
    "version: '3.1'\n"
    "intents: [greet: {use_entities: []}, report: {use_entities: []}, seen_by_rules]\n"
    "entities: [finding]\n"
    "actions: [action_report]\n"
    "slots:\n"
    "  urgency: {type: text, influence_conversation: false, mappings: [{type: custom}]}\n"
    "  asked: {type: text, initial_value: time, influence_conversation: false, mappings: [{type: custom}]}\n"
)


def own(owner: Any, name: str) -> Callable[..., Any]:
    """Rasa's own method beneath the shortcut."""
    found: Callable[..., Any] = getattr(owner, name).__wrapped__
    return found


def said(intent: str = "greet") -> UserUttered:
    return UserUttered("words", {"name": intent, "confidence": 1.0}, [{"entity": "finding", "value": "x"}])


def tracker(*events: Event) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("someone", events, DOMAIN.slots)


LISTEN, REPORT = ActionExecuted("action_listen"), ActionExecuted("action_report")
PREDICTED = DefinePrevUserUtteredFeaturization(False)


@pytest.mark.parametrize(
    ("events", "counts"),
    [
        ([LISTEN, said()], ("greet",)),
        (
            [LISTEN, said("report"), PREDICTED, REPORT, SlotSet("urgency", "none"), BotUttered("hello")],
            ("report", "action_report"),
        ),
        ([LISTEN, said("report"), REPORT, LISTEN, said()], ("greet",)),
        ([LISTEN, said("report"), REPORT, LISTEN], ("report", "action_report", "action_listen")),
        ([], None),
        ([LISTEN], None),
        ([said()], None),
        ([REPORT, said()], None),
        ([LISTEN, said("seen_by_rules")], None),
        ([LISTEN, said("not_in_the_domain")], None),
        ([LISTEN, said(), Restarted()], None),
        ([LISTEN, said(), UserUtteranceReverted()], None),
        ([LISTEN, said(), ConversationPaused()], None),
        ([LISTEN, said(), FollowupAction("action_report")], None),
    ],
)
def test_what_the_rules_could_go_by(events: list[Event], counts: tuple[str, ...] | None) -> None:
    made = tracker(*events)
    if not any(isinstance(event, FollowupAction) for event in events):
        made.clear_followup_action()
    assert all_that_counts(made, DOMAIN) == counts


@pytest.mark.parametrize(
    "events",
    [
        [],
        [
            LISTEN,
            said(),
            REPORT,
            SlotSet("urgency", "emergency"),
            SlotSet("asked", None),
            BotUttered("hello"),
            LISTEN,
            said("report"),
        ],
        [LISTEN, said(), ConversationPaused()],
        [LISTEN, said(), FollowupAction("action_report")],
        [LISTEN, said(), SlotSet("urgency", "none"), Restarted()],
    ],
)
def test_a_copied_tracker_is_the_one_that_a_replay_gives(events: list[Event]) -> None:
    first = tracker(*events)
    copied, replayed = first.copy(), own(DialogueStateTracker, "copy")(first)
    slots = [{name: vars(slot) for name, slot in one.slots.items()} for one in (copied, replayed)]
    assert slots[0] == slots[1]
    assert {**vars(copied), "slots": 0} == {**vars(replayed), "slots": 0}
    copied.update(SlotSet("urgency", "urgent"))
    assert first.get_slot("urgency") == replayed.get_slot("urgency")
    assert len(first.events) == len(events)


@pytest.mark.parametrize(
    "reply",
    [
        {"events": [], "responses": []},
        {},
        {"events": [{"event": "slot", "name": "urgency", "value": None, "timestamp": 1.5}], "responses": [{"response": "utter"}]},
        {"events": [{"event": "bot", "text": "hello"}, {"event": "followup", "name": "action_listen"}]},
        {"events": [{"event": "no such event"}]},
        {"events": [{"event": "slot", "name": "urgency"}]},
        {"events": [{"event": "slot", "name": 3, "value": 3}]},
        {"events": [{"event": "slot", "name": "urgency", "value": 3, "timestamp": "now"}]},
        {"events": [{}]},
        {"events": ["slot"]},
        {"events": {"event": "slot"}},
        {"responses": ["hello"]},
        {"events": [], "responses": {}},
        [],
        None,
    ],
)
def test_a_reply_is_as_valid_as_by_the_whole_schema(reply: Any) -> None:
    schema = RemoteAction.action_response_format_spec()
    try:
        jsonschema.validate(reply, schema)
        valid = True
    except jsonschema.ValidationError:
        valid = False
    action = RemoteAction("action_report", None)
    if valid:
        assert action._validate_action_result(reply)
        reply_check(schema)(reply)
    else:
        with pytest.raises(jsonschema.ValidationError, match="action_report"):
            action._validate_action_result(reply)
        with pytest.raises(fastjsonschema.JsonSchemaValueException):
            reply_check(schema)(reply)


def test_kinds_of_events_that_cannot_be_told_apart_are_refused() -> None:
    kinds = [{"properties": {"event": {"const": "slot"}}}, {"properties": {"event": {"const": "slot"}}}]
    with pytest.raises(RasaChanged):
        reply_check({"properties": {"events": {"items": {"oneOf": kinds}}}})


@pytest.mark.parametrize("name", ["slot", "user", "action", "bot", "topic", "no such event"])
@pytest.mark.parametrize("default", [None, SlotSet])
def test_kinds_of_events_are_found_by_name(name: str, default: Any) -> None:
    outcomes = []
    for resolve in (own(Event, "resolve_by_type"), Event.resolve_by_type, Event.resolve_by_type):
        try:
            outcomes.append(resolve(name, default))
        except ValueError as error:
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[1] == outcomes[2]


class Adds:
    """A node: adds up what it is given."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.calls = 0

    def __call__(self, *given: Any) -> tuple[str, Any]:
        self.calls += 1
        if "raises" in self.names:
            raise RuntimeError
        return self.names[0], sum(value for _, value in given) + 1


def runner(nodes: dict[str, tuple[Adds, list[str]]]) -> DaskGraphRunner:
    made = DaskGraphRunner.__new__(DaskGraphRunner)
    blank: dict[str, Any] = {"uses": Adds, "constructor_name": "", "fn": "", "config": {}}
    made._graph_schema = GraphSchema(
        {
            name: SchemaNode(needs={need: need for need in needs}, is_target=name == "last", **blank)
            for name, (_, needs) in nodes.items()
        }
    )
    made._instantiated_nodes = {name: node for name, (node, _) in nodes.items()}
    made._execution_context = None
    return made


@pytest.mark.parametrize("targets", [None, ["left"], ["left", "last"]])
def test_the_graph_gives_what_dask_gives(targets: list[str] | None) -> None:
    nodes = {name: Adds(name) for name in ("first", "left", "right", "last")}
    needs = {"first": ["given"], "left": ["first"], "right": ["first"], "last": ["left", "right", "given"]}
    made = runner({name: (node, needs[name]) for name, node in nodes.items()})
    assert made.run({"given": 5}, targets) == own(DaskGraphRunner, "run")(made, {"given": 5}, targets)
    assert nodes["first"].calls == 2, "a node is called once a run"


def test_an_input_with_the_name_of_a_node_and_a_failing_node_are_graph_errors() -> None:
    with pytest.raises(GraphRunError, match="first"):
        runner({"first": (Adds("first"), [])}).run({"first": 5}, ["first"])
    with pytest.raises(GraphRunError):
        runner({"first": (Adds("first", "raises"), [])}).run({}, ["first"])


def test_copies_are_made_only_to_be_logged(caplog: pytest.LogCaptureFixture) -> None:
    value = {"text": ["words"]}
    deepcopy = rasa.core.processor.copy.deepcopy
    with caplog.at_level(logging.INFO, "rasa"):
        assert deepcopy(value) is value
    with caplog.at_level(logging.DEBUG, "rasa"):
        assert deepcopy(value) == value
        assert deepcopy(value) is not value


def test_a_tracker_with_more_to_copy_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rasa_shortcuts, "_STATE", rasa_shortcuts._STATE | {"something_new"})
    with pytest.raises(RasaChanged, match="something_new"):
        rasa_shortcuts._state_copied(DialogueStateTracker.copy)
