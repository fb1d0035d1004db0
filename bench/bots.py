"""The two bots: how each is made, trained and started. Ours as `make api` does it; the other as `rasa init` leaves it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import requests
import yaml

from bench.figures import INIT, OURS, Figures
from bench.processes import ROOT, WORK, BenchError, begin, complete, end, environment, failed, resident, tree
from server.checks import free_port

HOST = "127.0.0.1"
STOCK_PYTHON = WORK / "stock" / "bin" / "python"

_LONGEST_START = 300  # seconds
_PAUSE = 0.02  # seconds between two attempts to get an answer: what the figure may be too large by
_ANSWER = 60  # seconds
_ACTION = '''"""The custom action of the fair pair: it reads the message, says a response by name and remembers something."""

from rasa_sdk import Action
from rasa_sdk.events import SlotSet


class CheerUp(Action):
    def name(self):
        return "action_cheer_up"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(response="utter_cheer_up")
        return [SlotSet("complaint", tracker.latest_message.get("text"))]
'''
_DOMAIN = """
actions:
  - action_cheer_up

slots:
  complaint:
    type: text
    influence_conversation: false
    mappings:
    - type: custom
"""


@dataclass(frozen=True)
class Running:
    """A started bot. `seconds` is how long it took from the start of its processes to its first answer."""

    url: str
    processes: tuple[subprocess.Popen[bytes], ...]
    seconds: float

    def megabytes(self) -> float | None:
        """Memory of all its processes, see `bench.processes.resident`."""
        size = resident(tree(process.pid for process in self.processes))
        return None if size is None else round(size / 1e6, 1)

    def stop(self) -> None:
        """End its processes."""
        for process in self.processes:
            end(process)


@dataclass(frozen=True)
class Bot:
    """A bot in a folder of its own. `make` writes its project, `train` and `serve` are commands."""

    name: str
    title: str
    folder: Path
    make: Callable[[Path], None]
    train: Callable[[Path], tuple[list[str], Path]]
    serve: Callable[[Path, int], list[tuple[list[str], Path]]]

    @property
    def model(self) -> Path:
        """Where its model is kept."""
        return self.folder / "models" / f"{self.name}.tar.gz"

    def trained(self, keep: bool) -> Figures:
        """Make and train it; how long training took (seconds, from the start of the command). With `keep` an old one will do.

        Raises BenchError.
        """
        note = self.folder / "trained.json"
        if keep and note.is_file() and self.model.is_file():
            for old in self.folder.glob("conversations.db*"):  # its patients have the names of those to come
                old.unlink()
            return dict(json.loads(note.read_text(encoding="utf-8")))
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.make(self.folder)
        command, folder = self.train(self.folder)
        cache = self.folder / "empty_cache"  # from scratch: nothing of an earlier training, and nobody else's cache touched
        begun = time.perf_counter()
        complete(command, folder, self.folder / "train.log", environment(RASA_CACHE_DIRECTORY=str(cache)))
        figures = {"train": round(time.perf_counter() - begun, 1), "trained": date.today().isoformat()}
        shutil.rmtree(cache, ignore_errors=True)
        note.write_text(json.dumps(figures), encoding="utf-8")
        return figures

    def start(self) -> Running:
        """Start all its processes at once and wait for the first answer. Raises BenchError."""
        port = free_port(HOST)
        url = f"http://{HOST}:{port}/webhooks/rest/webhook"
        commands = self.serve(self.folder, port)
        begun = time.perf_counter()
        processes: list[subprocess.Popen[bytes]] = []
        try:
            for number, (command, folder) in enumerate(commands):
                processes.append(begin(command, folder, self.folder / f"server-{number}.log"))
            while not _answers(url):
                for number, process in enumerate(processes):
                    if process.poll() is not None:
                        raise BenchError(failed(f"{self.title} did not start", self.folder / f"server-{number}.log"))
                if time.perf_counter() - begun > _LONGEST_START:
                    raise BenchError(failed(f"{self.title} did not answer in time", self.folder / "server-0.log"))
                time.sleep(_PAUSE)
            return Running(url, tuple(processes), time.perf_counter() - begun)
        except BaseException:
            for process in processes:
                end(process)
            raise


def ours(folder: Path = WORK / OURS, model: Path | None = None, program: tuple[str, ...] = ("-m", "server")) -> Bot:
    """The assistant of this repository, its conversations in `folder`; a `model` other than the one that it trains there."""

    def train(folder: Path) -> tuple[list[str], Path]:
        options = ["--force", "--fixed-model-name", OURS, "--out", str(folder / "models")]
        return [sys.executable, "-m", "server.quiet", "train", *options], ROOT

    def serve(folder: Path, port: int) -> list[tuple[list[str], Path]]:
        endpoints: dict[str, Any] = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
        endpoints["tracker_store"]["db"] = str(folder / "conversations.db")
        (folder / "endpoints.yml").write_text(yaml.safe_dump(endpoints), encoding="utf-8")
        options = ["--model", str(model or folder / "models" / f"{OURS}.tar.gz"), "--endpoints", str(folder / "endpoints.yml")]
        return [([sys.executable, *program, "api", "--port", str(port), *options], ROOT)]

    return Bot(OURS, "this assistant", folder, lambda _: None, train, serve)


def init(stock: bool) -> Bot:
    """What `rasa init --no-prompt` makes, with a custom action. `stock`: in an environment with nothing but `rasa` installed."""
    python = str(STOCK_PYTHON) if stock else sys.executable

    def make(folder: Path) -> None:
        # It trains a first model as well, which is not the one that is measured.
        complete([python, "-m", "rasa", "init", "--no-prompt", "--init-dir", str(folder)], folder, folder / "init.log")
        add_action(folder)
        shutil.rmtree(folder / ".rasa", ignore_errors=True)
        shutil.rmtree(folder / "models", ignore_errors=True)

    def train(folder: Path) -> tuple[list[str], Path]:
        return [python, "-m", "rasa", "train", "--fixed-model-name", INIT], folder

    def serve(folder: Path, port: int) -> list[tuple[list[str], Path]]:
        actions = free_port(HOST)
        endpoints = {"action_endpoint": {"url": f"http://{HOST}:{actions}/webhook"}}
        (folder / "endpoints.yml").write_text(yaml.safe_dump(endpoints), encoding="utf-8")
        run = [python, "-m", "rasa", "run"]
        server = [*run, "--enable-api", "--connector", "rest", "--interface", HOST, "--port", str(port)]
        return [(server, folder), ([*run, "actions", "--port", str(actions)], folder)]

    return Bot(INIT, "the bot of `rasa init`", WORK / (f"{INIT}-stock" if stock else INIT), make, train, serve)


def add_action(project: Path) -> None:
    """Let the stories of a fresh project call a custom action where they said a response. Raises BenchError."""
    stories = project / "data" / "stories.yml"
    text = stories.read_text(encoding="utf-8")
    changed = text.replace("- action: utter_cheer_up", "- action: action_cheer_up")
    if changed == text:
        raise BenchError("the stories of `rasa init` are not those that this benchmark knows: no utter_cheer_up in them")
    stories.write_text(changed, encoding="utf-8")
    (project / "actions" / "actions.py").write_text(_ACTION, encoding="utf-8")
    with (project / "domain.yml").open("a", encoding="utf-8") as domain:
        domain.write(_DOMAIN)


def _answers(url: str) -> bool:
    try:
        answer = requests.post(url, json={"sender": "first", "message": "Hello"}, timeout=_ANSWER)
        return answer.ok and bool(answer.json())
    except requests.RequestException:
        return False
