"""Fixtures that every folder of tests may use."""

from collections.abc import Iterator

import pytest

from tests.running import Server, start


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real assistant, started once: `server.say(sender, text)`, `server.slots(sender)`. Give each test its own sender."""
    running = start(tmp_path_factory.mktemp("server"))
    yield running
    running.stop()
