"""What `make bench` counts, compares, weighs and writes; nothing is started here, and nothing is timed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from bench import picture, processes, report
from bench.bots import add_action
from bench.figures import BOTS, CONNECTIONS, INIT, OURS, TARGETS, TURNS, Figures, Round, load_figures, ratio, shown
from bench.installed import megabytes
from bench.load import PER_SENDER, lanes, messages
from bench.measure import FULL, QUICK
from bench.processes import BenchError, _busy, alone, of_files, of_none
from tests.unit.test_utterances_kept_apart import HELD_OUT, SETS, normalised, present, read

OWN_WORDS = 4  # as many words or more are somebody's own


def bot(speed: float = 1.0, growth: float = 1.0) -> Figures:
    """A bot `speed` times as fast and as small as another, whose messages cost `growth` times as much at turn 1,000."""
    load = load_figures([Round((0.04 / speed,) * 50, 2 / speed, empty=1, responses=75)])
    return {
        "load": {str(number): load for number in CONNECTIONS},
        "train": 60 / speed,
        "start": 30 / speed,
        "memory": 1200 / speed,
        "installed": 2600 / speed,
        "installed_on": "2026-01-02",
        "turns": {str(turn): 40 / speed * (growth if turn == 1000 else 1) for turn in TURNS},
    }


def measured(**bots: Figures) -> Figures:
    told = {"machine": "a machine", "versions": "Rasa"}
    about = {"told": told, "environment": "an environment", "messages": 60, "rasa": "rasa==1", "short": 2, "stop": 100}
    return {"about": about, **bots}


def test_rounds_are_taken_together() -> None:
    one = Round(tuple(n / 1000 for n in range(1, 101)), elapsed=5.0, empty=2, responses=150)
    assert load_figures([one, Round((0.2,) * 100, elapsed=15.0)]) == {
        "messages": 200, "rate": 10.0, "slowest_round": 6.67, "fastest_round": 20.0,
        "p50": 200.0, "p95": 200.0, "p99": 200.0, "empty": 2, "responses": 150,
    }  # fmt: skip
    assert [load_figures([one])[key] for key in ("p50", "p95", "p99")] == [51.0, 96.0, 100.0]


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({OURS: {"train": 10}, INIT: {"train": 40}}, 0.25),
        ({OURS: {"train": 10}}, None),
        ({INIT: {"train": 10}}, None),
        ({OURS: {"train": 10}, INIT: {"train": 0}}, None),
        ({OURS: {"train": 10}, INIT: {"train": None}}, None),
        ({OURS: {"train": 10}, INIT: {"train": {}}, "about": 1}, None),
    ],
)
def test_a_ratio_needs_both_bots(figures: Figures, expected: float | None) -> None:
    if figures.get(INIT, {}).get("train") == {}:
        del figures[INIT]["train"]
    assert ratio(figures, "train") == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [(0.256, "×", "0.26×"), (12.34, "ms", "12.3 ms"), (1234.5, "MB", "1,234 MB"), (5.0, "", "5.00 ")],
)
def test_how_numbers_are_shown(value: float, unit: str, expected: str) -> None:
    assert shown(value, unit) == expected


@pytest.mark.parametrize(
    ("speed", "growth", "missed"),
    [
        (6.0, 1.5, []),
        (5.5, 1.0, ["messages a second, 8 connections"]),
        (6.0, 1.6, ["p50 at turn 1,000 against turn 10, ours"]),
        (1.0, 1.0, [target.title for target in TARGETS if "turn" not in target.title]),
    ],
)
def test_targets_met_and_missed(speed: float, growth: float, missed: list[str]) -> None:
    figures = measured(ours=bot(speed, growth), init=bot())
    assert [target.title for target in TARGETS if "missed" in target.verdict(figures)] == missed


@pytest.mark.parametrize("names", [BOTS, (OURS,), (INIT,)])
def test_the_report_is_complete_with_any_bots_and_keeps_the_notes(names: tuple[str, ...]) -> None:
    figures = measured(**{name: bot(3.0 if name == OURS else 1.0) for name in names})
    first = report.written(figures, "")
    again = report.written(figures, f"{first}\nWhy it is so.\n")
    assert again == f"{first}\nWhy it is so.\n"
    assert "$" not in first
    assert ("not measured" in first) is (len(names) < 2)
    assert ("| 3.00× |" in first) is (len(names) == 2)


def test_a_quick_run_has_no_long_conversation() -> None:
    quick = bot()
    del quick["turns"]
    assert report.table(["p50 of a message at turn"], []).splitlines()[0] not in report.written(measured(ours=quick), "")


@pytest.mark.parametrize("figures", [measured(), measured(init=bot()), measured(ours=bot(3.0), init=bot())])
@pytest.mark.parametrize("quick", [True, False])
def test_the_picture_is_drawn_of_what_there_is(figures: Figures, quick: bool, tmp_path: Path) -> None:
    bots = {name: dict(figures[name]) for name in BOTS if name in figures}
    for one in bots.values():
        one.pop("turns" if quick else "memory")
    picture.draw({**figures, **bots}, tmp_path / "one.svg")
    picture.draw({**figures, **bots}, tmp_path / "again.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "again.svg").read_bytes()


@pytest.mark.parametrize(("count", "connections"), [(25, 1), (40, 8), (64, 32), (5, 8)])
def test_messages_are_spread_over_connections(count: int, connections: int) -> None:
    made = lanes(count, connections, "a", seed=1)
    assert len(made) == connections
    assert sum(map(len, made)) == count
    assert made == lanes(count, connections, "a", seed=1)
    assert made != lanes(count, connections, "a", seed=2)
    senders = [sender for lane in made for sender, _ in lane]
    assert max(map(senders.count, senders)) <= PER_SENDER
    assert all(len({sender for sender, _ in lane}) == -(-len(lane) // PER_SENDER) for lane in made)


def test_plans_have_every_number_of_connections() -> None:
    assert set(FULL.counts) == set(QUICK.counts) == set(CONNECTIONS)


def test_the_messages_are_many_long_and_short_and_nobody_elses() -> None:
    texts = messages()
    assert len(set(texts)) == len(texts) >= 60
    assert min(len(text.split()) for text in texts) == 1
    assert max(len(text.split()) for text in texts) >= 20
    own = {normalised(text) for text in texts if len(normalised(text).split()) >= OWN_WORDS}
    for folder in set(SETS) - {HELD_OUT}:
        if present(folder):
            assert not own & set(read(folder)), folder


SMAPS = """\
7f0000000000-7f0000100000 r-xp 00000000 fe:00 1234                       /usr/lib/libone.so
Size:               1024 kB
Rss:                 300 kB
Pss:                 100 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me
7f0000200000-7f0000300000 rw-p 00100000 fe:00 1234                       /usr/lib/libone.so
Rss:                  80 kB
Anonymous:            60 kB
7f0000400000-7f0000500000 rw-p 00000000 00:00 0
Rss:                 500 kB
Anonymous:           500 kB
7ffe00000000-7ffe00010000 rw-p 00000000 00:00 0                          [stack]
Rss:                  40 kB
Anonymous:            40 kB
"""


def test_unchanged_pages_of_files_are_told_from_what_was_written() -> None:
    assert of_files(SMAPS) == {"fe:00 1234 00000000": 300 * 1024, "fe:00 1234 00100000": 20 * 1024}
    assert of_none("00400000-7ffe rollup\nRss: 900 kB\nPss: 700 kB\nPss_Anon:  600 kB\nPss_File: 100 kB\n") == 600 * 1024


def test_idle_and_waiting_processors_are_not_busy() -> None:
    ticks = os.sysconf("SC_CLK_TCK")
    assert _busy(f"cpu {ticks} {2 * ticks} {3 * ticks} 999 999 {4 * ticks} 0 {5 * ticks} 0 0") == 15


def test_two_benchmarks_do_not_run_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "WORK", tmp_path)
    with alone(), pytest.raises(BenchError, match="another"), alone():
        pass
    with alone():
        pass


def package(folder: Path, name: str, size: int, needs: tuple[str, ...] = (), extras: tuple[str, ...] = ()) -> None:
    """An installed package with one module of `size` bytes and its bytecode of as many."""
    module = name.replace("-", "_")
    info = folder / f"{module}-1.0.dist-info"
    info.mkdir()
    (folder / "__pycache__").mkdir(exist_ok=True)
    (folder / f"{module}.py").write_bytes(b"#" * size)
    (folder / "__pycache__" / f"{module}.cpython-310.pyc").write_bytes(b"#" * size)
    described = [f"Requires-Dist: {need}" for need in needs] + [f"Provides-Extra: {extra}" for extra in extras]
    (info / "METADATA").write_text("\n".join(["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0", *described, ""]))
    (info / "RECORD").write_text(f"{module}.py,,\n")


@pytest.mark.parametrize(
    ("requirements", "expected"),
    [
        (["app"], 2 * 3.0),  # app and base; never the tool, nor what another machine needs
        (["app[fast]"], 2 * 7.0),
        (["base>=1"], 2 * 2.0),
        (["not-installed", "base"], 2 * 2.0),
        (["app", "BASE"], 2 * 3.0),
    ],
)
def test_installed_size_is_that_of_what_is_needed(requirements: list[str], expected: float, tmp_path: Path) -> None:
    needs = ("base", "speed; extra == 'fast'", "tool; sys_platform == 'never'")
    package(tmp_path, "app", 1_000_000, needs, ("fast",))
    for name, size in (("base", 2_000_000), ("speed", 4_000_000), ("tool", 8_000_000)):
        package(tmp_path, name, size)
    assert megabytes([tmp_path], requirements) == expected


def project(folder: Path, stories: str) -> Path:
    for name in ("data", "actions"):
        (folder / name).mkdir()
    (folder / "data" / "stories.yml").write_text(stories, encoding="utf-8")
    (folder / "domain.yml").write_text("intents:\n- greet\n", encoding="utf-8")
    return folder


def test_the_other_bot_gets_a_custom_action(tmp_path: Path) -> None:
    add_action(project(tmp_path, "- intent: mood_unhappy\n- action: utter_cheer_up\n"))
    assert "- action: action_cheer_up" in (tmp_path / "data" / "stories.yml").read_text(encoding="utf-8")
    assert "- action_cheer_up" in (tmp_path / "domain.yml").read_text(encoding="utf-8")
    made: dict[str, Any] = {}
    exec((tmp_path / "actions" / "actions.py").read_text(encoding="utf-8"), made)
    assert made["CheerUp"]().name() == "action_cheer_up"


def test_other_stories_than_those_known_stop_the_benchmark(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="utter_cheer_up"):
        add_action(project(tmp_path, "- intent: greet\n"))
