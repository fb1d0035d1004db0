"""The load generator, a process of its own: `python -m bench.load` reads a job (JSON) and writes what it measured.

A job is {"url", "what", "lanes"}: every lane is one connection and a list of [sender, text], sent one after the other; all
lanes are sent at once. It answers {"seconds": a list for each lane, "elapsed", "empty", "responses"}.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from tqdm import tqdm

from bench.figures import Round
from bench.processes import ROOT, BenchError, environment

Lane = list[tuple[str, str]]

PER_SENDER = 10  # messages of one conversation
_TIMEOUT = aiohttp.ClientTimeout(total=120)


def messages() -> list[str]:
    """The texts of messages.yml, of every kind."""
    kinds = yaml.safe_load(Path(__file__).with_name("messages.yml").read_text(encoding="utf-8"))
    return [text for texts in kinds.values() for text in texts]


def lanes(count: int, connections: int, name: str, seed: int) -> list[Lane]:
    """`count` messages spread over that many connections; a new sender for every ten. The same seed gives the same texts."""
    shuffled = random.Random(seed)
    texts: list[str] = []
    while len(texts) < count:
        texts += shuffled.sample(messages(), len(messages()))
    return [
        [(f"{name}-{lane}-{at // PER_SENDER}", text) for at, text in enumerate(texts[lane:count:connections])]
        for lane in range(connections)
    ]


def send(url: str, what: str, job: Sequence[Lane]) -> tuple[Round, list[list[float]]]:
    """Run a job in a process of its own; the round, and the seconds of each lane. Raises BenchError."""
    process = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps({"url": url, "what": what, "lanes": job}),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if process.returncode:
        raise BenchError(f"{what}: the load generator failed{': ' + process.stdout.strip() if process.stdout else ''}")
    done = json.loads(process.stdout)
    flat = tuple(second for lane in done["seconds"] for second in lane)
    return Round(flat, done["elapsed"], done["empty"], done["responses"]), done["seconds"]


async def _drive(job: dict[str, Any]) -> dict[str, Any]:
    progress = tqdm(total=sum(map(len, job["lanes"])), desc=job["what"], unit="", leave=False)
    answers: list[int] = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=_TIMEOUT) as client:

        async def lane(talk: Lane) -> list[float]:
            seconds = []
            for sender, text in talk:
                begun = time.perf_counter()
                async with client.post(job["url"], json={"sender": sender, "message": text}) as answer:
                    answer.raise_for_status()
                    said = await answer.json()
                seconds.append(time.perf_counter() - begun)
                answers.append(len(said))
                progress.update()
            return seconds

        begun = time.perf_counter()
        seconds = await asyncio.gather(*map(lane, job["lanes"]))
        elapsed = time.perf_counter() - begun
    progress.close()
    return {"seconds": seconds, "elapsed": elapsed, "empty": answers.count(0), "responses": sum(answers)}


if __name__ == "__main__":
    try:
        print(json.dumps(asyncio.run(_drive(json.load(sys.stdin)))))
    except (aiohttp.ClientError, asyncio.TimeoutError) as error:
        print(f"{type(error).__name__} {error}".strip())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
