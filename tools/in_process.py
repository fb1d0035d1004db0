"""A trained model read in this process, without a server: for times by a fixed clock, for ablation and for the baseline."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from unittest import mock

os.environ["RASA_TELEMETRY_ENABLED"] = "false"  # these three are read when Rasa and its libraries are imported
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"

from rasa.core.agent import Agent
from rasa.utils.log_utils import configure_structlog
from tqdm import tqdm

from aftercare.case import Case
from aftercare.clinic import Clinic
from aftercare.findings import Urgency
from aftercare.message import Message
from aftercare.triage import assess
from tools.test_sets import TimeCase


class Parser:
    """The NLU pipeline of a model. Raises RuntimeError when it cannot be loaded."""

    def __init__(self, model: Path) -> None:
        configure_structlog(logging.CRITICAL)
        logging.disable(logging.CRITICAL)  # Rasa would print messages, those of the held-out set too
        self._loop = asyncio.new_event_loop()
        self._agent = Agent.load(str(model))
        if not self._agent.is_ready():
            raise RuntimeError(f"{model.name} cannot be loaded: run `make train`")
        self.parse("Hello")
        gc.collect()
        gc.freeze()  # as the server does (server/run.py)

    def parse(self, text: str) -> dict[str, Any]:
        """Rasa's parse result, the same that its HTTP endpoint /model/parse gives. An error names its type, not the text."""
        try:
            return dict(self._loop.run_until_complete(self._agent.parse_message(text)))
        except Exception as error:
            raise RuntimeError(f"a message could not be read: {type(error).__name__}") from None

    def level(self, text: str) -> Urgency:
        """The level of the reply to that message as the first one of a patient."""
        return assess(Case(), Message.from_parse(self.parse(text)), datetime.now(timezone.utc)).urgency


def times_right(parser: Parser, cases: Sequence[TimeCase], now: datetime) -> int:
    """How many of the cases are read right when the clinic's clock shows `now` (aware)."""
    with _clock(now):
        return sum(case.is_right(Message.from_parse(parser.parse(case.text)).hours) for case in tqdm(cases, "times", unit=""))


@contextmanager
def _clock(now: datetime) -> Iterator[None]:
    with mock.patch.object(Clinic, "now", return_value=now):
        yield
