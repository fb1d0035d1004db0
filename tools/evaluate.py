"""How well patients' words are read, measured and published: `make evaluate`, or `python -m tools.evaluate`.

Without a flag it measures the assistant through its server and what each of its parts contributes: five minutes on two
idle cores. `--baseline` measures the default pipeline of `rasa init` on the same messages; it is trained first, which
takes far longer, and kept in var/baseline. Writes docs/EVALUATION.md, docs/evaluation.svg and the figures themselves as
docs/evaluation.json; a part that is not measured keeps the figures that stand there. With `--set dev` or `--limit` the
report goes to var/evaluation instead. Of the messages nothing is ever printed or written.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

os.environ["RASA_TELEMETRY_ENABLED"] = "false"

from aftercare.findings import Urgency
from server.checks import StartError, check_file
from tools import latency, picture, report, results, test_sets
from tools.scoring import Figure, by_tag, confusion, count, figures, recall
from tools.slips import slips_of
from tools.test_sets import ROOT, TestSet

MODEL = ROOT / "models" / "aftercare.tar.gz"
PROGRAM = ("aftercare", "actions", "server")  # with the model, what decides on a level
_DECIDE = (".py", ".yml", ".json")  # network.json names the weights


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write and print the report; the exit status. A target that is missed is a result, not a failure."""
    options = _parser().parse_args(arguments)
    warnings.showwarning = lambda *_, **__: None  # Rasa's libraries warn of each other, and undo filters
    parts = [part for part in results.PARTS if getattr(options, part)] or ["assistant", "ablation"]
    try:
        check_file(MODEL, "train it with `make train`")
    except StartError as error:
        print(error, file=sys.stderr)
        return 2
    tests = test_sets.load(options.set, options.limit)
    official = options.set == "held_out" and options.limit is None
    folder = ROOT / ("docs" if official else "var/evaluation")
    kept = results.read(folder / "evaluation.json")
    for part in parts:
        before = _assistant_now()
        kept[part] = {**before, **_about(tests, part), **_MEASURE[part](tests, options.limit)}
        if _assistant_now() != before:
            print("The model or the program was changed while it was measured: measure again.", file=sys.stderr)
            return 1
        results.write(folder / "evaluation.json", kept)
    picture.draw(kept, folder / "evaluation.svg")
    results.publish(folder / "EVALUATION.md", lambda before: report.written(kept, before))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.evaluate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--assistant", action="store_true", help="measure the assistant through its server")
    parser.add_argument("--ablation", action="store_true", help="measure it with one part after the other switched off")
    parser.add_argument("--baseline", action="store_true", help="measure the default pipeline of `rasa init`")
    parser.add_argument("--set", choices=test_sets.SETS, default="held_out", help="which test set (default: held_out)")
    parser.add_argument("--limit", type=int, metavar="N", help="only N messages, conversations and times, to try it out")
    return parser


def _assistant_now() -> dict[str, str]:
    """Fingerprints of the trained model and of the program around it."""
    program = [path for name in PROGRAM for path in (ROOT / name).rglob("*") if path.suffix in _DECIDE]
    return {"model": test_sets.fingerprint([MODEL]), "program": test_sets.fingerprint(sorted(program))}


def _about(tests: TestSet, part: str) -> dict[str, Any]:
    return {
        "date": date.today().isoformat(),
        "command": "make evaluate" if part != "baseline" else "make evaluate FLAGS=--baseline",
        "set": tests.name,
        "fingerprint": tests.fingerprint,
        "counts": tests.counts,
    }


def _assistant(tests: TestSet, limit: int | None) -> dict[str, Any]:
    from tools.served import client

    with client() as patients:
        messages = patients.single(tests.messages, "messages")
        turns = patients.conversations(tests.conversations)
        slipped = patients.single(slips_of(tests.emergencies), "emergencies with slips")
        seconds = patients.seconds
    from tools.in_process import Parser, times_right  # imports Rasa, whose memory the server would have to share with it

    found = {
        **figures(messages),
        "turns": count(turns, lambda a: a.exact),
        "slips": recall(slipped, Urgency.EMERGENCY),
        "times": Figure(times_right(Parser(MODEL), tests.times, tests.now), len(tests.times)),
    }
    return {
        "figures": found,
        "confusion": confusion(messages),
        "tags": by_tag(messages),
        "parse": latency.measured(MODEL, tests.name, limit),
        "answer": {key: round(1000 * latency.percentile(seconds, share)) for key, share in (("p50", 0.5), ("p95", 0.95))},
    }


def _ablation(tests: TestSet, _: int | None) -> dict[str, Any]:
    from tools.ablation import ablated

    return {"without": ablated(MODEL, tests.messages, slips_of(tests.emergencies))}


def _baseline(tests: TestSet, limit: int | None) -> dict[str, Any]:
    from tools import baseline

    model: Path = baseline.trained()
    return {**baseline.evaluated(model, tests), "parse": latency.measured(model, tests.name, limit), "model": model.name[:12]}


_MEASURE: dict[str, Callable[[TestSet, int | None], dict[str, Any]]] = {
    "assistant": _assistant,
    "ablation": _ablation,
    "baseline": _baseline,
}


if __name__ == "__main__":
    sys.exit(main())
