"""Timers around functions, and the tree that they give: who called whom, and how long each took by itself."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

REST = "the rest of it"
COLLECTION = "garbage collection"


@dataclass
class Node:
    """A stretch of work, its milliseconds and calls, and the work inside it. `part` is what it is counted under.

    `collecting` is how many of the milliseconds were garbage collections, those inside the children too.
    """

    name: str
    part: str
    milliseconds: float = 0.0
    calls: float = 0.0
    collecting: float = 0.0
    children: dict[str, Node] = field(default_factory=dict)

    def child(self, name: str, part: str) -> Node:
        """The work of that name inside this; calls of the same name are added up."""
        return self.children.setdefault(name, Node(name, part or self.part))

    @property
    def alone(self) -> float:
        """Milliseconds that are in no child."""
        return self.milliseconds - sum(child.milliseconds for child in self.children.values())

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {**self.__dict__, "children": [child.plain() for child in self.children.values()]}

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Node:
        """From JSON."""
        return cls(**{**plain, "children": {child["name"]: cls.of(child) for child in plain["children"]}})


def mean(nodes: Sequence[Node]) -> Node:
    """The tree of what a call of these took on average; work that only some of them did is spread over all."""
    total = Node(
        nodes[0].name, nodes[0].part, sum(n.milliseconds for n in nodes) / len(nodes), sum(n.calls for n in nodes) / len(nodes)
    )
    for name in dict.fromkeys(name for node in nodes for name in node.children):
        found = [node.children[name] for node in nodes if name in node.children]
        total.children[name] = _scaled(mean(found), len(found) / len(nodes))
    return total


def _scaled(node: Node, share: float) -> Node:
    children = {name: _scaled(child, share) for name, child in node.children.items()}
    return Node(node.name, node.part, node.milliseconds * share, node.calls * share, children=children)


def rows(node: Node, least: float, depth: int = 0) -> Iterator[tuple[int, str, float, float]]:
    """Depth, name, milliseconds and calls of the tree, the costliest first; what takes less than `least` is left out."""
    yield depth, node.name, node.milliseconds, node.calls
    shown = [child for child in node.children.values() if child.milliseconds >= least]
    for child in sorted(shown, key=lambda child: -child.milliseconds):
        yield from rows(child, least, depth + 1)
    rest = node.milliseconds - sum(child.milliseconds for child in shown)
    if shown and rest >= least:
        yield depth + 1, REST, rest, 1.0


def by_part(node: Node) -> dict[str, float]:
    """Milliseconds of each part: all work by itself, counted under its own part or that of what called it."""
    found: dict[str, float] = {node.part: node.alone}
    for child in node.children.values():
        for part, value in by_part(child).items():
            found[part] = found.get(part, 0.0) + value
    return found


class Timers:
    """Times whatever is wrapped, while a root is open. One message at a time, or the trees are mixed up."""

    def __init__(self, done: Callable[[Node], None]) -> None:
        """`done` gets every finished root."""
        self._done = done
        self._inside: ContextVar[Node | None] = ContextVar("inside", default=None)
        self._threads: Node | None = None
        self._began = self._collecting = 0.0

    @contextmanager
    def timed(self, name: str, part: str = "", root: bool = False, for_threads: bool = False) -> Iterator[None]:
        """Time what is inside. `for_threads`: work of other threads, which inherit nothing, belongs here."""
        parent = self._inside.get() or self._threads
        if parent is None and not root:
            yield
            return
        node = Node(name, part) if parent is None or root else parent.child(name, part)
        token = self._inside.set(node)
        if for_threads:
            self._threads = node
        begun, collected = time.perf_counter(), self._collecting
        try:
            yield
        finally:
            node.milliseconds += 1000 * (time.perf_counter() - begun)
            node.calls += 1
            node.collecting += self._collecting - collected
            self._inside.reset(token)
            if for_threads:
                self._threads = None
            if root:
                self._done(_with_collections(node))

    def around(self, function: Any, name: str | Callable[..., str], part: str = "", **options: bool) -> Any:
        """The same function with a timer around it. `name` may be made from the arguments."""

        def named(*args: Any, **kwargs: Any) -> str:
            return name if isinstance(name, str) else name(*args, **kwargs)

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            with self.timed(named(*args, **kwargs), part, **options):
                return function(*args, **kwargs)

        @functools.wraps(function)
        async def wait(*args: Any, **kwargs: Any) -> Any:
            with self.timed(named(*args, **kwargs), part, **options):
                return await function(*args, **kwargs)

        return wait if inspect.iscoroutinefunction(function) else call

    def wrap(self, owner: Any, attribute: str, name: str | Callable[..., str], part: str = "", **options: bool) -> None:
        """Put a timer around a class's method or a module's function. Raises AttributeError."""
        raw = inspect.getattr_static(owner, attribute)
        if isinstance(raw, (classmethod, staticmethod)):
            setattr(owner, attribute, type(raw)(self.around(raw.__func__, name, part, **options)))
        else:
            setattr(owner, attribute, self.around(raw, name, part, **options))

    def collection(self, phase: str, _: dict[str, int]) -> None:
        """For `gc.callbacks`. It only counts: it may run in the middle of a change of the context, which it must not touch."""
        if phase == "start":
            self._began = time.perf_counter()
        else:
            self._collecting += 1000 * (time.perf_counter() - self._began)


def _with_collections(node: Node) -> Node:
    """A child for the garbage collections that no other child had."""
    alone = node.collecting - sum(_with_collections(child).collecting for child in node.children.values())
    if alone > 0:
        node.children[COLLECTION] = Node(COLLECTION, COLLECTION, alone, 1.0)
    return node
