"""How long one core takes to read a message: `python -m tools.latency MODEL SET`, JSON in milliseconds on stdout.

A program of its own, so that the core is chosen before any library has started its threads.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.test_sets import ROOT, load

_WARM_UP = 50  # messages


def measured(model: Path, name: str, limit: int | None) -> dict[str, Any]:
    """Milliseconds a message of that set takes, in a process of its own on one core: p50, p95 of the clock and of the processor.

    Raises subprocess.CalledProcessError.
    """
    command = [sys.executable, "-m", "tools.latency", str(model), name, *([str(limit)] if limit else [])]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine() -> str:
    """The processor and how busy the machine is (running processes over the last minute)."""
    model = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "")
    return f"{model or platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []


def _measure(model: Path, name: str, limit: int | None) -> dict[str, Any]:
    if hasattr(os, "sched_setaffinity"):  # Linux only
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    warnings.showwarning = lambda *_, **__: None  # Rasa's libraries warn of each other, and undo filters
    from tools.in_process import Parser  # imports Rasa

    parser = Parser(model)
    texts = [message.text for message in load(name, limit).messages]
    for text in texts[:_WARM_UP]:
        parser.parse(text)
    clock, processor = [], []
    for text in texts:
        begun, begun_processor = time.perf_counter(), time.process_time()
        parser.parse(text)
        clock.append(1000 * (time.perf_counter() - begun))
        processor.append(1000 * (time.process_time() - begun_processor))
    shares = {"p50": 0.5, "p95": 0.95}
    return {
        **{key: round(percentile(clock, share), 2) for key, share in shares.items()},
        **{f"processor_{key}": round(percentile(processor, share), 2) for key, share in shares.items()},
        "messages": len(texts),
        "machine": machine(),
    }


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else None)))
