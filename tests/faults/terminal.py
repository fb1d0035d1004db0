"""A program in a pseudo-terminal, used as a person does: wait for words on the screen, type."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

PATIENCE_SECONDS = 180
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\r")
_WHERE = b"\x1b[6n"  # the program asks where the cursor is


class Terminal:
    """Starts `command` in `folder`; `screen` is all that it has shown, without colours."""

    def __init__(self, command: Sequence[str], folder: Path, **environment: str) -> None:
        ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "200", **environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self._terminal = ours
        self._seen = 0
        self.screen = ""

    def wait_for(self, words: str) -> None:
        """Read until the words appear after those of the last call. Fails when the program ends without them."""
        patience = time.monotonic() + PATIENCE_SECONDS
        while words not in self.screen[self._seen :]:
            if time.monotonic() > patience or not self._read():
                pytest.fail(f"{words!r} did not appear:\n{self.screen[-3000:]}")
        self._seen = self.screen.index(words, self._seen) + len(words)

    def type(self, text: str) -> None:
        """Type; "\\r" is the Enter key and "\\x03" Ctrl-C."""
        os.write(self._terminal, text.encode())

    def end(self) -> int:
        """Read until the program ends by itself; the exit status. Fails when it does not end."""
        patience = time.monotonic() + PATIENCE_SECONDS
        while self._read() and time.monotonic() < patience:
            pass
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            pytest.fail(f"it does not end:\n{self.screen[-3000:]}")

    def close(self) -> None:
        """Kill what is left."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._terminal)

    def _read(self) -> bool:
        if not select.select([self._terminal], [], [], 0.5)[0]:
            return self.process.poll() is None
        try:
            shown = os.read(self._terminal, 65536)
        except OSError:  # closed at the other end
            return False
        if _WHERE in shown:
            os.write(self._terminal, b"\x1b[1;1R")
        self.screen += _CONTROL.sub("", shown.decode("utf-8", "replace"))
        return bool(shown)
