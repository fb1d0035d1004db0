"""The timers of `python -m bench.profile`: what is inside what, through tasks and threads, and that it adds up."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest

from bench import profile
from bench.timed_server import PARTS
from bench.timers import COLLECTION, REST, Node, Timers, by_part, mean, rows


class Program:
    """Some work to time."""

    def plain(self) -> str:
        return self.inner("x")

    def inner(self, text: str) -> str:
        return text

    @staticmethod
    def still(text: str) -> str:
        return text

    @classmethod
    def made(cls) -> type:
        return cls

    async def waits(self) -> str:
        return await asyncio.wait_for(self.later(), 10)  # a task of its own

    async def later(self) -> str:
        return self.plain()

    async def in_thread(self) -> str:
        thread = threading.Thread(target=self.plain)
        thread.start()
        thread.join()
        return self.plain()

    def fails(self) -> None:
        raise ValueError


def names(node: Node) -> list[str]:
    return [name for _, name, _, _ in rows(node, -1.0) if name != REST]


@pytest.fixture
def finished() -> list[Node]:
    return []


@pytest.fixture
def program(finished: list[Node]) -> type[Program]:
    timers = Timers(finished.append)
    timed = type("Timed", (Program,), dict(Program.__dict__))
    for name in ("plain", "still", "made", "waits", "later", "fails"):
        timers.wrap(timed, name, name, "work")
    timers.wrap(timed, "inner", lambda self, text: f"inner {text}")
    timers.wrap(timed, "in_thread", "in_thread", "work", for_threads=True)
    timed.root = timers.around(lambda self, method: method(self), "root", "all", root=True)
    timed.root_waits = timers.around(_awaited, "root", "all", root=True)
    return timed


async def _awaited(program: Program, name: str) -> str:
    return await getattr(program, name)()


def test_calls_outside_a_root_are_not_kept(program: type[Program], finished: list[Node]) -> None:
    assert program().plain() == "x"
    assert finished == []


def test_what_is_called_stands_inside_what_calls(program: type[Program], finished: list[Node]) -> None:
    assert program().root(lambda self: (self.plain(), self.plain(), self.still("y"), self.made())) == ("x", "x", "y", program)
    (root,) = finished
    assert {*root.children} == {"plain", "still", "made"}
    plain = root.children["plain"]
    assert plain.calls == 2
    assert [*plain.children] == ["inner x"]
    assert plain.children["inner x"].part == "work"  # no part of its own: that of its caller
    assert root.milliseconds >= plain.milliseconds >= plain.children["inner x"].milliseconds


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("waits", ["root", "waits", "later", "plain", "inner x"]),
        ("in_thread", ["root", "in_thread", "plain", "inner x"]),
    ],
)
async def test_tasks_and_threads_belong_to_who_waits(
    method: str, expected: list[str], program: type[Program], finished: list[Node]
) -> None:
    assert await program().root_waits(method) == "x"
    assert names(finished[0]) == expected


def test_an_error_is_timed_and_goes_on(program: type[Program], finished: list[Node]) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        program().root(lambda self: self.fails())
    assert [*finished[0].children] == ["fails"]
    program().root(lambda self: self.plain())
    assert [*finished[1].children] == ["plain"]


def test_collections_are_told_where_they_happened(finished: list[Node]) -> None:
    timers = Timers(finished.append)

    def collect() -> None:
        timers.collection("start", {})
        timers.collection("stop", {})

    with timers.timed("root", "all", root=True):
        collect()
        with timers.timed("inner"), timers.timed("innermost"):
            collect()
    assert names(finished[0]) == ["root", "inner", "innermost", COLLECTION, COLLECTION]
    assert sum(by_part(finished[0]).values()) == pytest.approx(finished[0].milliseconds)
    assert by_part(finished[0])[COLLECTION] == pytest.approx(finished[0].collecting)


def tree(scale: float = 1.0, sql: bool = True) -> Node:
    root = Node("request", "channel", 10 * scale, 1)
    turn = root.child("agent", "turn")
    turn.milliseconds, turn.calls = 8 * scale, 1
    found = turn.child("nlu", "NLU")
    found.milliseconds, found.calls = 5 * scale, 1
    copies = found.child("deepcopy", "")
    copies.milliseconds, copies.calls = 1 * scale, 4
    if sql:
        store = turn.child("sql", "store")
        store.milliseconds, store.calls = 2 * scale, 2
    return root


def test_parts_add_up_to_the_whole() -> None:
    parts = by_part(tree())
    assert parts == {"channel": 2, "turn": 1, "NLU": 5, "store": 2}
    assert sum(parts.values()) == tree().milliseconds


def test_the_mean_spreads_what_only_some_did() -> None:
    both = mean([tree(1.0), tree(3.0, sql=False)])
    assert both.milliseconds == 20
    assert both.children["agent"].children["nlu"].milliseconds == 10
    assert both.children["agent"].children["sql"].milliseconds == 1
    assert both.children["agent"].children["sql"].calls == 1
    assert sum(by_part(both).values()) == pytest.approx(20)


def test_small_things_are_told_together() -> None:
    assert [*rows(tree(), 1.5)] == [
        (0, "request", 10, 1), (1, "agent", 8, 1), (2, "nlu", 5, 1), (2, "sql", 2, 2), (1, REST, 2, 1.0),
    ]  # fmt: skip


def test_a_tree_survives_json() -> None:
    assert Node.of(json.loads(json.dumps(tree().plain()))) == tree()


def test_the_table_has_every_part_and_kind() -> None:
    node = Node("request", PARTS[0], 12.0, 1)
    node.child("parse the message", PARTS[1]).milliseconds = 7.0
    text = profile.told(dict.fromkeys(profile.MESSAGES, (node, 13.0)), 0.05)
    assert all(f"| {part} |" in text for part in PARTS)
    assert all(kind in text for kind in profile.MESSAGES)
    assert "| NLU | 7.00 | 7.00 | 7.00 |" in text
    assert "parse the message 7.00 58% 0" in " ".join(text.split())
