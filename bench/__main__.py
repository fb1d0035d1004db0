"""How fast and how small the assistant is, beside the bot of `rasa init`: `make bench`, or `python -m bench`.

Trains and starts both, drives them in turn over the REST channel from a process of its own, and writes docs/PERFORMANCE.md,
docs/performance.svg and the figures themselves as docs/performance.json. A quarter of an hour on two idle cores. With --quick,
--only or --keep the report goes to var/bench instead, since it is not a whole measurement. Linux only for memory.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date

from bench import measure, picture, report
from bench.bots import STOCK_PYTHON, init, ours
from bench.figures import BOTS, INIT, OURS, Figures
from bench.installed import RASA, ours_installed, stock_environment, stock_installed
from bench.load import messages
from bench.processes import ROOT, WORK, BenchError, alone, others, stop_on_signals
from tools import results
from tools.latency import machine
from tools.test_sets import fingerprint

_DOCS = ROOT / "docs"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write and print the report; the exit status. A target that is missed is a result, not a failure."""
    options = _parser().parse_args(arguments)
    stop_on_signals()
    official = not (options.quick or options.only or options.keep)
    folder = _DOCS if official else WORK
    try:
        with alone():
            if options.stock_venv:
                stock_environment()
            stock = STOCK_PYTHON.is_file() if options.stock_venv is None else options.stock_venv
            plan = measure.QUICK if options.quick else measure.FULL
            figures = _measured(plan, options.only, stock, options.keep)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; nothing was written.", file=sys.stderr)
        return 130
    (folder / "performance.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    picture.draw(figures, folder / "performance.svg")
    results.publish(folder / "PERFORMANCE.md", lambda before: report.written(figures, before))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="few messages and no long conversation, to try it out")
    parser.add_argument("--only", choices=BOTS, help="measure one bot only")
    parser.add_argument("--keep", action="store_true", help="use the bots that an earlier run trained, where they are there")
    parser.add_argument(
        "--stock-venv",
        action=argparse.BooleanOptionalAction,
        help=f"run the bot of `rasa init` in an environment of its own with plain {RASA} (var/bench/stock, 2.6 GB, installed if "
        "it is not there), or in ours; without the flag in its own one if that is there",
    )
    return parser


def _measured(plan: measure.Plan, only: str | None, stock: bool, keep: bool) -> Figures:
    bots = [bot for bot in (ours(), init(stock)) if only in (None, bot.name)]
    load_before, others_before, begun = os.getloadavg()[0], others(), time.monotonic()
    figures: Figures = {}
    for bot in bots:
        print(f"Training {bot.title} ...", flush=True)
        figures[bot.name] = bot.trained(keep)
    for one in (measure.starts(bots, plan.starts), measure.served(bots, plan)):
        for name, values in one.items():
            figures[name].update(values)
    busy = f"load before the run {load_before:.1f}"
    if others_before is not None and (others_after := others()) is not None:
        share = (others_after - others_before) / (time.monotonic() - begun) / (os.cpu_count() or 1)
        busy += f"; others took {share:.0%} of the processors during it"
    for name, size in _sizes().items():
        figures.setdefault(name, {}).update(size)
    sized_on = figures.get(INIT, {}).get("installed_on", "no day yet")
    return {"about": _about(plan, stock, busy, sized_on), **figures}


def _sizes() -> dict[str, Figures]:
    today = date.today().isoformat()
    sizes = {OURS: {"installed": ours_installed(), "installed_on": today}}
    size = stock_installed()
    kept = _DOCS / "performance.json"
    if size is not None:
        sizes[INIT] = {"installed": size, "installed_on": today}
    elif kept.is_file():  # it is installed with --stock-venv only; the packages of a version hardly change
        before = json.loads(kept.read_text(encoding="utf-8")).get(INIT, {})
        sizes[INIT] = {key: before[key] for key in ("installed", "installed_on") if key in before}
    return sizes


def _about(plan: measure.Plan, stock: bool, busy: str, sized_on: str) -> Figures:
    versions = f"Rasa {RASA.split('==')[1]}, Python {platform.python_version()}, {platform.system()} {platform.release()}"
    command = " ".join(["python -m bench", *sys.argv[1:]])
    model = ours().model
    return {
        "told": {
            "measured on": f"{date.today().isoformat()} with `{command}`, {plan.told}",
            "machine": f"{machine().rsplit(', load', 1)[0]}, {_memory()}; {busy}",
            "versions": f"{versions}; this repository at {_commit()}, model {fingerprint([model]) if model.is_file() else '–'}",
            "size of `pip install`": f"measured on {sized_on}",
        },
        "environment": f"an environment of its own, `pip install {RASA}` as it comes"
        if stock
        else "our environment, whose older `jsonschema` alone makes Rasa faster than it comes",
        "messages": len(messages()),
        "rasa": RASA,
        "short": measure.SHORT,
        "stop": measure.INIT_STOPS_AT,
    }


def _memory() -> str:
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{size / 1e9:.0f} GB of memory"


def _commit() -> str:
    described = ["git", "describe", "--always", "--exclude", "*", "--dirty= with changes"]
    done = subprocess.run(described, check=False, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.strip() or "an unknown commit"


if __name__ == "__main__":
    sys.exit(main())
