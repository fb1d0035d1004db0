"""docs/PERFORMANCE.md: the tables, from the figures; the words around them stand in report.template.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from string import Template

from bench.figures import BOTS, CONNECTIONS, INIT, OURS, SHARES, TARGETS, TURNS, Figures, get, ratio, shown

#: What stands below this line in the report is written by hand and kept.
NOTES = "<!-- What follows is written by hand; `make bench` keeps it. -->"
_TEMPLATE = Path(__file__).with_name("report.template.md")
_TITLES = {OURS: "this assistant", INIT: "`rasa init`"}
_NOT_MEASURED = "Not measured."


def written(figures: Figures, before: str) -> str:
    """The report. `figures` has "about" and one entry for each bot; of `before`, the report it replaces, the notes are kept."""
    about = figures["about"]
    text = Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        about="\n".join(f"* {key.capitalize()}: {value}" for key, value in about["told"].items()),
        targets=_targets(figures),
        figures=table(["figure", *(_TITLES[name] for name in BOTS), "ratio"], _rows(figures), numbers=True),
        spread=_spread(figures),
        turns=_turns(figures),
        **{key: about[key] for key in ("environment", "messages", "rasa", "short", "stop")},
    )
    notes = before.split(NOTES, 1)[1].strip() if NOTES in before else ""
    return f"{text}\n{NOTES}\n\n{notes}".rstrip() + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: bool = False) -> str:
    """A Markdown table; with `numbers` all columns but the first are set to the right."""
    line = ["---", *(["---:" if numbers else "---"] * (len(heads) - 1))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, line, *rows))


def _targets(figures: Figures) -> str:
    rows = [[target.title, target.text, target.reached(figures), target.verdict(figures)] for target in TARGETS]
    return table(["figure", "target", "measured", ""], rows)


def _rows(figures: Figures) -> Iterator[list[str]]:
    for connections in CONNECTIONS:
        yield _row(figures, f"messages a second, {_connections(connections)}", "", "load", str(connections), "rate")
    for connections in CONNECTIONS:
        for name in SHARES:
            yield _row(figures, f"{name}, {_connections(connections)}", "ms", "load", str(connections), name)
    yield _row(figures, "train from scratch", "s", "train")
    yield _row(figures, "start to first answer", "s", "start")
    yield _row(figures, "resident memory, all processes", "MB", "memory")
    yield _row(figures, "installed size", "MB", "installed")


def _row(figures: Figures, title: str, unit: str, *path: str) -> list[str]:
    return [title, *(_cell(get(figures, name, *path), unit) for name in BOTS), _cell(ratio(figures, *path), "×")]


def _cell(value: float | None, unit: str) -> str:
    return "–" if value is None else shown(value, unit).rstrip()


def _connections(number: int) -> str:
    return "one connection" if number == 1 else f"{number} connections"


def _spread(figures: Figures) -> str:
    lines = []
    for name in BOTS:
        load = figures.get(name, {}).get("load")
        if not load:
            continue
        rates = ", ".join(f"{one['slowest_round']:g} to {one['fastest_round']:g} at {number}" for number, one in load.items())
        answers = sum(one["responses"] for one in load.values())
        empty, count = (sum(one[key] for one in load.values()) for key in ("empty", "messages"))
        lines.append(
            f"* {_TITLES[name]}: messages a second from the slowest to the fastest round {rates} connections; "
            f"{answers / count:.1f} responses a message, none at all for {empty} of {count:,} messages."
        )
    return "\n".join(lines)


def _turns(figures: Figures) -> str:
    named = [name for name in BOTS if "turns" in figures.get(name, {})]
    rows = []
    for name in named:
        cells = [_cell(get(figures, name, "turns", str(turn)), "ms") for turn in TURNS]
        late, early = (get(figures, name, "turns", turn) for turn in ("1000", "10"))
        rows.append([_TITLES[name], *cells, _cell(late / early if late and early else None, "×")])
    heads = ["p50 of a message at turn", *(f"{turn:,}" for turn in TURNS), "1,000 against 10"]
    return table(heads, rows, numbers=True) if rows else _NOT_MEASURED
