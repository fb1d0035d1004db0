"""Processes that the benchmark starts, ends and weighs. Only what was started here is ended, by its id."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "var" / "bench"  # not kept by git

_PATIENCE = 30  # seconds that a process has to end by itself
_LAST_LINES = 15
_IN_THE_WAY = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "VIRTUAL_ENV")


class BenchError(Exception):
    """The benchmark cannot go on. The text says what failed and where its log is."""


def environment(**more: str) -> dict[str, str]:
    """This environment with telemetry off, nothing fetched at run time and every server on the loopback interface."""
    kept = {name: value for name, value in os.environ.items() if name not in _IN_THE_WAY}
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "HF_HUB_OFFLINE": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return {**kept, **quiet, "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "SANIC_HOST": "127.0.0.1", **more}


def stop_on_signals() -> None:
    """Let SIGTERM and SIGHUP do what Ctrl-C does, so that nothing that was started here outlives the benchmark."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


def begin(command: Sequence[str], folder: Path, log: Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a process that writes into `log`, in a session of its own, so that Ctrl-C reaches it through `end` only."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=env or environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process as Ctrl-C does, or by force when it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def complete(command: Sequence[str], folder: Path, log: Path, env: Mapping[str, str] | None = None) -> None:
    """Run a process to its end. Raises BenchError when it fails."""
    process = begin(command, folder, log, env)
    try:
        status = process.wait()
    finally:
        end(process)
    if status:
        raise BenchError(failed(f"`{' '.join(command[1:])}` ended with status {status}", log))


def failed(what: str, log: Path) -> str:
    """What failed, with the end of its log."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:] if log.is_file() else []
    return "\n".join([f"{what}. The end of {log.relative_to(ROOT) if log.is_relative_to(ROOT) else log}:", *lines])


@contextmanager
def alone() -> Iterator[None]:
    """Keep a second benchmark out of the same folder. Raises BenchError when one is running."""
    WORK.mkdir(parents=True, exist_ok=True)
    with (WORK / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BenchError("another benchmark is running in var/bench; both would measure each other") from None
        yield


def others() -> float | None:
    """Seconds of processor time that all processes have taken but this one and its children that have ended; None off Linux."""
    try:
        first = Path("/proc/stat").read_text(encoding="utf-8").splitlines()[0]
    except OSError:
        return None
    mine = os.times()
    return _busy(first) - (mine.user + mine.system + mine.children_user + mine.children_system)


def _busy(line: str) -> float:
    user, nice, system, _, __, *interrupts = map(int, line.split()[1:9])  # left out: idle, and waiting for disks
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def tree(roots: Iterable[int]) -> set[int]:
    """The processes with these ids and all that they have started. Linux only; elsewhere nothing."""
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
        except OSError:  # it has ended meanwhile
            continue
    found = set(roots) & parents.keys()
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def resident(pids: Iterable[int]) -> int | None:
    """Bytes in memory that these processes would hold on a machine of their own; None where Linux' /proc is missing.

    What they have written is counted as PSS (a page shared by two of them counts half for each). Pages of files, mostly
    libraries, count once for all of them together: PSS would let the other bot, which maps the same files, pay its share.
    """
    written, files = 0, dict[str, int]()
    for pid in pids:
        try:
            written += of_none(Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8"))
            mapped = of_files(Path(f"/proc/{pid}/smaps").read_text(encoding="utf-8"))
        except OSError:
            return None
        for name, size in mapped.items():
            files[name] = max(size, files.get(name, 0))
    return written + sum(files.values()) if files else None


def of_none(text: str) -> int:
    """Bytes in memory that belong to no file (PSS), from the text of a smaps_rollup."""
    return sum(_bytes(line.split(":")[1]) for line in text.splitlines() if line.startswith("Pss_Anon:"))


def of_files(text: str) -> dict[str, int]:
    """Bytes in memory of each mapped part of a file, unchanged pages only, from the text of a smaps."""
    found: dict[str, int] = {}
    name = ""
    for line in text.splitlines():
        head, *rest = line.split(None, 5)
        if not head.endswith(":"):  # the head of a mapping: addresses, rights, offset, device, inode, path
            on_disk = len(rest) > 3 and rest[3] != "0"
            name = f"{rest[2]} {rest[3]} {rest[1]}" if on_disk else ""
        elif name and head in ("Rss:", "Anonymous:"):
            found[name] = found.get(name, 0) + (_bytes(rest[0]) if head == "Rss:" else -_bytes(rest[0]))
    return found


def _bytes(kilobytes: str) -> int:
    return 1024 * int(kilobytes.split()[0])
