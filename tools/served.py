"""The test set put to the real server, as a client does: Rasa's REST channel, then the slot `urgency` of the tracker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from tqdm import tqdm

from aftercare.findings import Urgency
from tests.running import Server, start
from tools.scoring import Answer
from tools.test_sets import Said


@dataclass
class Client:
    """Patients of a running server. `seconds` is how long each answer took, from the request to the last sentence."""

    server: Server = field(repr=False)
    seconds: list[float] = field(default_factory=list)

    def single(self, messages: list[Said], what: str) -> list[Answer]:
        """Every message as the first one of a new patient."""
        return [self._talk([message])[0] for message in tqdm(messages, what, unit="")]

    def conversations(self, talks: list[list[Said]]) -> list[Answer]:
        """Every turn of every conversation."""
        return [answer for talk in tqdm(talks, "conversations", unit="") for answer in self._talk(talk)]

    def _talk(self, turns: list[Said]) -> list[Answer]:
        sender = f"evaluation-{uuid4()}"
        return [Answer.to(turn, self._say(sender, turn.text)) for turn in turns]

    def _say(self, sender: str, text: str) -> Urgency:
        begun = time.perf_counter()
        try:
            self.server.say(sender, text)
            self.seconds.append(time.perf_counter() - begun)
            return Urgency.of(self.server.slots(sender)["urgency"] or "none")
        except Exception as error:  # its text could quote the message
            raise RuntimeError(f"the server did not answer a message: {type(error).__name__}") from None


@contextmanager
def client() -> Iterator[Client]:
    """A server of its own on a free port, with its conversations in a folder that is deleted afterwards."""
    with TemporaryDirectory() as folder:
        server = start(Path(folder))
        try:
            yield Client(server)
        finally:
            server.stop()
