"""The picture of the report: speed, times of answers, long conversations, and what each bot uses up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib

matplotlib.use("svg")

from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator, ScalarFormatter

from bench.figures import BOTS, CONNECTIONS, INIT, OURS, SHARES, TURNS, Figures, get, ratio, shown

_STYLE = {"svg.hashsalt": "aftercare", "font.size": 10}  # a fixed salt: the same figures give the same file
_LOOKS = {OURS: ("this assistant", "#0b6e6e"), INIT: ("rasa init", "#b3541e")}  # the colours of tools/picture.py
_WIDTH = 0.38
_USED = {"train": "training", "start": "start", "memory": "memory", "installed": "installed size"}


@pyplot.rc_context(_STYLE)
def draw(figures: Figures, path: Path) -> None:
    """Write the picture (SVG). What was not measured is left out."""
    sketch, axes = pyplot.subplots(2, 2, figsize=(9, 6.4), layout="constrained")
    rates = {str(number): ("load", str(number), "rate") for number in CONNECTIONS}
    _bars(axes[0][0], figures, rates, "messages a second by connections (more is better)")
    times = {share: ("load", "1", share) for share in SHARES}
    _bars(axes[0][1], figures, times, "ms to the answer, one connection (less is better)")
    _growth(axes[1][0], figures)
    _used(axes[1][1], figures)
    axes[0][0].legend(frameon=False, loc="upper left")
    for one in axes.flat:
        one.spines[["top", "right"]].set_visible(False)
        one.set_axisbelow(True)
    sketch.savefig(path, metadata={"Date": None}, facecolor="white")
    pyplot.close(sketch)


def _bars(axes: Axes, figures: Figures, groups: Mapping[str, tuple[str, ...]], heading: str) -> None:
    for shift, name in ((-_WIDTH / 2, OURS), (_WIDTH / 2, INIT)):
        label, colour = _LOOKS[name]
        values = [get(figures, name, *path) or 0 for path in groups.values()]
        bars = axes.bar([at + shift for at in range(len(groups))], values, _WIDTH, color=colour, label=label)
        axes.bar_label(bars, [shown(value, "").strip() if value else "" for value in values], fontsize=8)
    axes.set_xticks(range(len(groups)), list(groups))
    axes.margins(y=0.2)
    axes.grid(axis="y", color="#dddddd")
    _headed(axes, heading)


def _growth(axes: Axes, figures: Figures) -> None:
    _headed(axes, "ms to the answer, p50 (flat is better)")
    axes.set_xlabel("turn of the conversation")
    axes.grid(color="#dddddd")
    lines = {
        name: [(turn, value) for turn in TURNS if (value := get(figures, name, "turns", str(turn))) is not None] for name in BOTS
    }
    if not any(lines.values()):  # a quick run; there is no logarithm of nothing
        return
    for name, points in lines.items():
        label, colour = _LOOKS[name]
        axes.loglog([turn for turn, _ in points], [value for _, value in points], marker="o", color=colour, label=label)
    axes.set_xticks(TURNS)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(ScalarFormatter())
        axis.set_minor_locator(NullLocator())


def _used(axes: Axes, figures: Figures) -> None:
    shares = [(title, share) for key, title in _USED.items() if (share := ratio(figures, key)) is not None]
    bars = axes.barh([title for title, _ in shares], [100 * share for _, share in shares], color=_LOOKS[OURS][1])
    axes.bar_label(bars, [f"{100 * share:.0f} %" for _, share in shares], padding=3)
    axes.axvline(100, color=_LOOKS[INIT][1])
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.grid(axis="x", color="#dddddd")
    _headed(axes, "per cent of what rasa init takes (less is better)")


def _headed(axes: Axes, text: str) -> None:
    axes.set_title(text, loc="left", fontsize=9, fontweight="bold")
