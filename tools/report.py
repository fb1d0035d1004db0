"""docs/EVALUATION.md: the tables, from the figures; the words around them stand in report.template.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from string import Template
from typing import Any

from tools.scoring import Figure
from tools.targets import ABLATION, PARSE_P50, TARGETS, title

#: What stands below this line in the report is written by hand and kept.
NOTES = "<!-- What follows is written by hand; `make evaluate` keeps it. -->"
_TEMPLATE = Path(__file__).with_name("report.template.md")
_FEWEST = 10  # messages of a tag that is listed
_LABELS = {"assistant": "this assistant", "ablation": "its parts", "baseline": "`rasa init`'s default pipeline"}
_SWITCHED_OFF = {
    "nothing": "nothing: the assistant as it is",
    "speller": "speller",
    "patterns": "word patterns",
    "network": "semantic detector",
    "assertion": "assertion rules and weighing of evidence",
}
_NOT_MEASURED = "Not measured yet."
_MISSING = {
    "assistant": "`make evaluate` does it",
    "ablation": "`make evaluate` does it",
    "baseline": "`make evaluate FLAGS=--baseline` does it, and takes half an hour and more, most of it for training",
}
_LEVELS = ("emergency", "urgent", "contact_clinic", "self_care", "info", "none")


def written(parts: dict[str, Any], before: str) -> str:
    """The report on the parts that were measured. `before` is the report that it replaces; the notes in it are kept."""
    text = Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        measured="\n".join(_measured(parts)),
        set=_set(next(iter(parts.values()))["counts"]),
        targets=_targets(parts),
        confusion="\n\n".join(_confusion(parts)) or _NOT_MEASURED,
        tags=_tags(parts),
        fewest=_FEWEST,
        parts=_ablation(parts),
        speed=_speed(parts),
        answer=_answer(parts),
    )
    notes = before.split(NOTES, 1)[1].strip() if NOTES in before else ""
    return f"{text}\n{NOTES}\n\n{notes}".rstrip() + "\n"


def share(figure: Figure | None, interval: bool = True) -> str:
    """A figure as "97.5 % (390/400; 95.5 to 98.6)", or a dash when there is none."""
    if figure is None or not figure.of:
        return "–"
    low, high = figure.interval
    within = f"; {100 * low:.1f} to {100 * high:.1f}" if interval else ""
    return f"{100 * figure.share:.1f} % ({figure.hits}/{figure.of}{within})"


def _measured(parts: dict[str, Any]) -> Iterator[str]:
    for name, command in _MISSING.items():
        if name not in parts:
            yield f"* {_LABELS[name].capitalize()}: **not measured yet**; {command}."
    for name, part in parts.items():
        what = f"test set `{part['set']}` {part['fingerprint']}, model {part['model']}, program {part['program']}"
        yield f"* {_LABELS[name].capitalize()}: measured on {part['date']} with `{part['command']}` ({what})."
    if len({(part["fingerprint"], str(part["counts"])) for part in parts.values()}) > 1:
        yield "* **The parts were measured on different test sets: measure all of them again before comparing.**"
    if len({(part["model"], part["program"]) for name, part in parts.items() if name != "baseline"}) > 1:
        yield "* **Assistant and parts were measured on different models or programs: run `make evaluate` again.**"


def _set(counts: dict[str, int]) -> str:
    levels = ", ".join(f"{counts[level]} {level}" for level in _LEVELS)
    return (
        f"The set: {counts['messages']:,} single messages ({levels}; {counts['hard_negatives']} of them hard negatives), "
        f"{counts['conversations']} conversations\nof {counts['turns']} turns, {counts['times']} time expressions."
    )


def _targets(parts: dict[str, Any]) -> str:
    found, other = (parts.get(name, {}).get("figures", {}) for name in ("assistant", "baseline"))
    rows = [
        [
            target.title,
            target.text,
            share(found.get(target.name)),
            target.verdict(found[target.name]) if target.name in found else "",
            share(other.get(target.name)),
        ]
        for target in TARGETS
    ]
    took, other_took = (parts.get(name, {}).get("parse") for name in ("assistant", "baseline"))
    limit = f"≤ {PARSE_P50:g} ms"
    rows.append(["reading a message, p50, one core", limit, _milliseconds(took), _in_time(took), _milliseconds(other_took)])
    heads = ["figure", "target", _LABELS["assistant"], "", _LABELS["baseline"]]
    shown = len(heads) if other else len(heads) - 1  # no column for a pipeline that was not measured
    return _table(heads[:shown], [row[:shown] for row in rows])


def _milliseconds(took: dict[str, Any] | None) -> str:
    return f"{took['p50']:.1f} ms (processor time {took['processor_p50']:.1f} ms)" if took else "–"


def _in_time(took: dict[str, Any] | None) -> str:
    if took is None:
        return ""
    if took["p50"] <= PARSE_P50:
        return "met"
    busy = ", met in processor time on a busy machine" if took["processor_p50"] <= PARSE_P50 else ""
    return f"**missed** by {took['p50'] - PARSE_P50:.1f} ms{busy}"


def _confusion(parts: dict[str, Any]) -> Iterator[str]:
    for name in ("assistant", "baseline"):
        if name in parts:
            table: dict[str, dict[str, int]] = parts[name]["confusion"]
            rows = []
            for right, got in table.items():
                cells = [f"**{n}**" if level == right else str(n) if n else "·" for level, n in got.items()]
                rows.append([right, *cells, f"{100 * got[right] / (sum(got.values()) or 1):.1f} %"])
            yield f"{_LABELS[name].capitalize()}:"
            yield _table(["right level ↓ answered →", *table, "right"], rows, numbers=True)


def _tags(parts: dict[str, Any]) -> str:
    rows = [
        [
            f"`{tag}`",
            str(found["exact"].of),
            share(found["exact"], interval=False),
            share(found["emergency"], interval=False),
            share(found["false_urgent"], interval=False),
            share(parts.get("baseline", {}).get("tags", {}).get(tag, {}).get("exact"), interval=False),
        ]
        for tag, found in parts.get("assistant", {}).get("tags", {}).items()
        if found["exact"].of >= _FEWEST
    ]
    heads = [
        "tag",
        "messages",
        "right level",
        "emergencies recognised",
        "false urgent-or-higher",
        "default pipeline, right level",
    ]
    shown = len(heads) if "baseline" in parts else len(heads) - 1
    return _table(heads[:shown], [row[:shown] for row in rows], numbers=True) if rows else _NOT_MEASURED


def _ablation(parts: dict[str, Any]) -> str:
    if "ablation" not in parts:
        return _NOT_MEASURED
    without: dict[str, dict[str, Figure]] = parts["ablation"]["without"]
    rows = [
        [_SWITCHED_OFF[part], *(_change(found[name], without["nothing"][name], part == "nothing") for name in ABLATION)]
        for part, found in without.items()
    ]
    return _table(["switched off", *map(title, ABLATION)], rows, numbers=True)


def _change(figure: Figure, whole: Figure, is_whole: bool) -> str:
    text = f"{100 * figure.share:.1f} %"
    return text if is_whole else f"{text} ({100 * (figure.share - whole.share):+.1f})"


def _speed(parts: dict[str, Any]) -> str:
    keys = ("p50", "p95", "processor_p50", "processor_p95")
    rows = [
        [_LABELS[name], *(f"{parts[name]['parse'][key]:.1f} ms" for key in keys), parts[name]["parse"]["machine"]]
        for name in ("assistant", "baseline")
        if name in parts
    ]
    heads = ["reading a message, one core", "p50", "p95", "processor p50", "processor p95", "machine"]
    return _table(heads, rows) if rows else _NOT_MEASURED


def _answer(parts: dict[str, Any]) -> str:
    if "assistant" not in parts:
        return ""
    took = parts["assistant"]["answer"]
    return (
        " A whole answer through the REST channel,\nfrom the request to the last sentence, with the conversation kept in SQLite: "
        f"p50 {took['p50']} ms, p95 {took['p95']} ms."
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: bool = False) -> str:
    line = ["---", *(["---:" if numbers else "---"] * (len(heads) - 1))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, line, *rows))
