"""Our server with timers in it: `python -m bench.timed_server FILE api …` appends a tree a message to FILE, as JSON.

Everything else is `python -m server api …`. The timers go in when `server.run` has been imported, so that whatever the
program does before it imports Rasa happens as always.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.timers import COLLECTION, Node, Timers

CHANNEL, NLU, POLICY, ACTION, NLG, STORE, TURN = (
    "channel and HTTP", "NLU", "policy", "action", "NLG", "tracker store", "Rasa's turn",
)  # fmt: skip
PARTS = (CHANNEL, NLU, POLICY, ACTION, NLG, STORE, TURN, COLLECTION)

_PROCESSOR = "rasa.core.processor.MessageProcessor"
_TRACKER = "rasa.shared.core.trackers.DialogueStateTracker"
_SQL = "sqlalchemy.engine.default.DefaultDialect"
_REMOTE = "rasa.core.actions.action.RemoteAction"


def _component(node: Any, *_: Any, **__: Any) -> str:
    return str(node._component_class.__name__)


def _action(_: Any, action: Any, *__: Any, **___: Any) -> str:
    return f"run {action.name()}"


#: Where a class or module is, its function, what it is called in the table, what it is counted under.
_TIMED: tuple[tuple[str, str, Any, str], ...] = (
    ("rasa.core.agent.Agent", "handle_message", "agent", TURN),
    (_PROCESSOR, "parse_message", "parse the message", NLU),
    ("rasa.engine.runner.dask.DaskGraphRunner", "run", "graph", ""),
    ("rasa.engine.graph.GraphNode", "__call__", _component, ""),
    ("aftercare.spelling.Speller", "correct", "spelling", ""),
    ("aftercare.network.Network", "read", "network", ""),
    ("aftercare.patterns.PatternDetector", "find", "word patterns", ""),
    ("aftercare.detection", "assertion_of", "assertion", ""),
    ("aftercare.nlu.fact_extractor", "elapsed", "time since treatment", ""),
    ("aftercare.nlu.fact_extractor", "load_clinic", "clinic.yml", ""),
    (_PROCESSOR, "get_tracker", "get the tracker", STORE),
    (_PROCESSOR, "save_tracker", "save the tracker", STORE),
    ("rasa.core.tracker_store.SQLTrackerStore", "retrieve", "SQL read", STORE),
    ("rasa.core.tracker_store.SQLTrackerStore", "save", "SQL write", STORE),
    (_SQL, "do_execute", "statement", ""),
    (_SQL, "do_executemany", "statements", ""),
    (_SQL, "do_commit", "commit", ""),
    ("sqlalchemy.orm.query.Query", "all", "rows", ""),
    ("sqlalchemy.orm.query.Query", "count", "count the events", ""),
    (_TRACKER, "from_dict", "events to objects", ""),
    (_PROCESSOR, "_update_tracker_session", "session", TURN),
    (_PROCESSOR, "run_action_extract_slots", "extract slots", TURN),
    (_PROCESSOR, "predict_next_with_tracker_if_should", "predict the next action", POLICY),
    (_PROCESSOR, "_run_action", _action, ACTION),
    (_REMOTE, "_action_call_format", "tracker to JSON", ACTION),
    (_REMOTE, "_validate_action_result", "jsonschema", ACTION),
    (_REMOTE, "_utter_responses", "responses", NLG),
    ("server.in_process_actions.InProcessActions", "request", "call in this process", ACTION),
    ("rasa_sdk.executor.ActionExecutor", "run", "the action itself", ACTION),
    ("actions.turn", "assess", "triage", ACTION),
    ("actions.turn", "compose", "replies", ACTION),
    ("rasa.core.nlg.response.TemplatedNaturalLanguageGenerator", "generate", "fill the response", NLG),
    (_TRACKER, "copy", "copy the tracker", ""),
    (_TRACKER, "update_with_events", "events into the tracker", ""),
    (_TRACKER, "update", "event into the tracker", ""),
    (_TRACKER, "applied_events", "applied events", ""),
    (_TRACKER, "past_states", "past states", ""),
    ("copy", "deepcopy", "deepcopy", ""),
)


def install(file: Path) -> None:
    """Put the timers in. What this version of the program does not have is named on stderr and left out."""

    def done(node: Node) -> None:
        with file.open("a", encoding="utf-8") as output:
            output.write(json.dumps(node.plain()) + "\n")

    timers = Timers(done)
    _time_requests(timers)
    for place, attribute, name, part in _TIMED:
        try:
            timers.wrap(_found(place), attribute, name, part, for_threads=place.endswith(".InProcessActions"))
        except (AttributeError, ImportError):
            print(f"not timed, it is not there: {place}.{attribute}", file=sys.stderr)
    gc.callbacks.append(timers.collection)


def _time_requests(timers: Timers) -> None:
    # Sanic writes Sanic.handle_request anew when it starts, so it is wrapped where each connection gets it.
    protocol = _found("sanic.server.protocols.http_protocol.HttpProtocol")
    begin = protocol.__init__

    def connected(self: Any, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        self.request_handler = timers.around(self.request_handler, "request", CHANNEL, root=True)

    protocol.__init__ = connected


def _found(place: str) -> Any:
    try:
        return importlib.import_module(place)
    except ModuleNotFoundError:
        module, _, name = place.rpartition(".")
        return getattr(importlib.import_module(module), name)


class _AfterImport(MetaPathFinder):
    def __init__(self, file: Path) -> None:
        self._file = file

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != "server.run":
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        assert spec is not None
        assert spec.loader is not None
        execute = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            module.rasa_patches.install()  # beneath the timers: it checks the methods that it changes
            install(self._file)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


if __name__ == "__main__":
    sys.meta_path.insert(0, _AfterImport(Path(sys.argv[1])))
    from server.__main__ import main

    sys.exit(main(sys.argv[2:]))
