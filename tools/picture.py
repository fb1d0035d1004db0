"""The picture of the report: every share with its 95 % interval, beside the default pipeline's and the target."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")

from matplotlib import pyplot
from matplotlib.axes import Axes

from tools.scoring import Figure
from tools.targets import ALARMS, RECALLS, TARGETS, Target

_STYLE = {"svg.hashsalt": "aftercare", "font.size": 10}  # a fixed salt: the same figures give the same file
_LOOKS = {"assistant": ("this assistant", "#0b6e6e", -0.14), "baseline": ("default pipeline of rasa init", "#b3541e", 0.14)}


@pyplot.rc_context(_STYLE)
def draw(parts: dict[str, Any], path: Path) -> None:
    """Write the picture (SVG). Parts that were not measured are left out."""
    sketch, (upper, lower) = pyplot.subplots(
        2, 1, figsize=(9, 5.6), gridspec_kw={"height_ratios": [len(RECALLS), len(ALARMS)]}, layout="constrained"
    )
    _panel(upper, parts, RECALLS, "recognised and read right: more is better")
    _panel(lower, parts, ALARMS, "false alarms among calm messages: less is better")
    upper.set_xlim(right=101)
    lower.set_xlim(left=-0.015 * lower.get_xlim()[1])  # room for a mark at zero
    lower.legend(loc="upper left", bbox_to_anchor=(0, -0.3), ncol=3, frameon=False, borderaxespad=0)
    sketch.savefig(path, metadata={"Date": None}, facecolor="white")
    pyplot.close(sketch)


def _panel(axes: Axes, parts: dict[str, Any], names: tuple[str, ...], heading: str) -> None:
    targets = {target.name: target for target in TARGETS}
    for part, (label, colour, shift) in _LOOKS.items():
        found: dict[str, Figure] = parts.get(part, {}).get("figures", {})
        rows = [(at + shift, found[name]) for at, name in enumerate(names) if name in found and found[name].of]
        if not rows:
            continue
        shares = [100 * figure.share for _, figure in rows]
        below = [100 * max(0.0, figure.share - figure.interval[0]) for _, figure in rows]
        above = [100 * max(0.0, figure.interval[1] - figure.share) for _, figure in rows]
        axes.errorbar(shares, [at for at, _ in rows], xerr=[below, above], fmt="o", color=colour, capsize=3, label=label)
    marks = [(at, _asked(targets[name])) for at, name in enumerate(names)]
    axes.scatter(
        [100 * asked for _, asked in marks if asked is not None],
        [at for at, asked in marks if asked is not None],
        marker="|", s=420, color="#333333", label="target",
    )  # fmt: skip
    axes.set_yticks(range(len(names)), [targets[name].title for name in names])
    axes.invert_yaxis()
    axes.set_title(heading, loc="left", fontsize=10, fontweight="bold")
    axes.xaxis.set_major_formatter("{x:g} %")
    axes.grid(axis="x", color="#dddddd")
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _asked(target: Target) -> float | None:
    return target.low if target.low is not None else target.high
