"""Where each millisecond of a message goes: `python -m bench.profile`.

Starts our server with timers in it (bench/timed_server.py), writes a soreness report, a red flag and a greeting to it, each in
many new conversations, and prints for each what took how long. Averages over the middle half of the messages. The timers
themselves cost a few per cent.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.bots import Running, ours
from bench.figures import middle
from bench.load import send
from bench.processes import ROOT, WORK, BenchError, stop_on_signals
from bench.report import table
from bench.timed_server import PARTS
from bench.timers import Node, by_part, mean, rows

MODEL = ROOT / "models" / "aftercare.tar.gz"
MESSAGES = {
    "soreness report": "My shoulder is sore since the needling yesterday afternoon, is that normal?",
    "red flag": "I have a stabbing pain in my chest when I breathe in",
    "greeting": "Hello",
}
_BEFORE = ("Hi there", "how much water should I drink?", "ok")  # what is said before the message that is timed
_SETTLED = 0.5  # seconds until the server has written down what it answered last


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status."""
    options = _parser().parse_args(arguments)
    stop_on_signals()
    try:
        found = _measured(options.messages, options.turn, options.model)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(told(found, options.least))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.profile", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=100, metavar="N", help="of each kind (default: 100)")
    parser.add_argument("--turn", type=int, default=4, metavar="N", help="which turn of its conversation it is (default: 4)")
    parser.add_argument("--least", type=float, default=0.05, metavar="MS", help="leave out what takes less (default: 0.05)")
    parser.add_argument("--model", type=Path, default=MODEL, help="trained model (default: models/aftercare.tar.gz)")
    return parser


def _measured(count: int, turn: int, model: Path) -> dict[str, tuple[Node, float]]:
    if not model.is_file():
        raise BenchError(f"{model} is not there; train it with `make train`")
    WORK.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        file = Path(folder) / "times.jsonl"
        running = ours(Path(folder), model, ("-m", "bench.timed_server", str(file))).start()
        try:
            return {kind: _kind(running, file, kind, text, count, turn) for kind, text in MESSAGES.items()}
        finally:
            running.stop()


def _kind(running: Running, file: Path, kind: str, text: str, count: int, turn: int) -> tuple[Node, float]:
    said = [_BEFORE[at % len(_BEFORE)] for at in range(turn - 1)]
    lane = [(f"{kind}-{number}", one) for number in range(count) for one in (*said, text)]
    seconds = send(running.url, kind, [lane])[1][0][turn - 1 :: turn]
    time.sleep(_SETTLED)
    lines = file.read_text(encoding="utf-8").splitlines()[-len(lane) :]
    nodes = [Node.of(json.loads(line)) for line in lines[turn - 1 :: turn]]
    nodes.sort(key=lambda node: node.milliseconds)
    return mean(nodes[len(nodes) // 4 : max(1, len(nodes) * 3 // 4)]), middle(seconds)


def told(found: dict[str, tuple[Node, float]], least: float) -> str:
    """The tables: all kinds by part, as Markdown, then each kind from the request down, as plain text."""
    parts = {kind: by_part(node) for kind, (node, _) in found.items()}
    lines = [[part, *(f"{parts[kind].get(part, 0.0):.2f}" for kind in found)] for part in PARTS]
    lines.append(["in the server", *(f"{node.milliseconds:.2f}" for node, _ in found.values())])
    lines.append(["for the client, p50", *(f"{client:.2f}" for _, client in found.values())])
    texts = [table(["milliseconds", *found], lines, numbers=True)]
    for kind, (node, _) in found.items():
        texts.append(f'{kind}: "{MESSAGES.get(kind, "")}"\n{"ms":>56}{"share":>8}{"calls":>8}')
        for depth, name, value, calls in rows(node, least):
            texts[-1] += f"\n{'  ' * depth + name:48}{value:8.2f}{value / node.milliseconds:8.0%}{calls:8.3g}"
    return "\n\n".join(texts)


if __name__ == "__main__":
    sys.exit(main())
