"""What stops a start is said in one line with exit status 2; Ctrl-C ends with 0 and without a traceback."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from server.checks import free_port
from tests import running
from tests.running import ROOT, need_model

CLINIC = (ROOT / "clinic.yml").read_text(encoding="utf-8")

WRONG_CLINICS = {
    "no phone": (CLINIC.replace("phone: +1 202 555 0142\n", ""), "phone"),
    "a phone in words": (CLINIC.replace("+1 202 555 0142", "ask at the desk"), "phone"),
    "an emergency number in words": (CLINIC.replace("emergency_number: 911", "emergency_number: police"), "emergency_number"),
    "a misspelt key": (CLINIC.replace("emergency_number:", "emergency_nr:"), "emergency_nr"),
    "no crisis number": (CLINIC.replace("  number: 988\n", ""), "crisis_line.number"),
    "a zone that is none": (CLINIC.replace("America/New_York", "Eastern"), "time_zone"),
    "a day that closes before it opens": (CLINIC.replace("[09:00-12:00]", "[12:00-09:00]"), "opening_hours.sat"),
    "a day left out": (CLINIC.replace("  sun: closed\n", ""), "opening_hours.sun"),
    "any site may embed": (CLINIC.replace("http://localhost:*", '"*"'), "allowed_origins"),
    "a name with braces": (CLINIC.replace("Riverside Physiotherapy", '"{clinic_name}"'), "name"),
    "the same key twice": (CLINIC + "\nphone: 202 555 0143\n", "phone"),
    "no YAML": (CLINIC + "\n[", "YAML"),
    "an empty file": ("", "no keys"),
}


def start(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "server", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def assert_one_line(ended: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert ended.returncode == 2, ended
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    for part in ("Cannot start: ", *parts):
        assert part in ended.stderr


@pytest.mark.parametrize(("content", "key"), WRONG_CLINICS.values(), ids=WRONG_CLINICS)
def test_a_wrong_clinic_file_stops_the_start(tmp_path: Path, content: str, key: str) -> None:
    assert content != CLINIC
    (tmp_path / "clinic.yml").write_text(content, encoding="utf-8")
    assert_one_line(start("api", AFTERCARE_CLINIC=str(tmp_path / "clinic.yml")), "clinic.yml: ", key)


def test_a_taken_port_stops_the_start() -> None:
    need_model()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for mode in ("run", "chat", "api"):
            assert_one_line(start(mode, "--port", port), f"port {port}", "PORT=")


@pytest.mark.parametrize("port", ["0", "-1", "65536", "80000000"])
def test_a_port_that_is_none_stops_the_start(port: str) -> None:
    need_model()
    assert_one_line(start("api", f"--port={port}"), f"port {port}")


def test_a_missing_model_stops_the_start(tmp_path: Path) -> None:
    assert_one_line(start("run", "--model", str(tmp_path / "none.tar.gz")), "none.tar.gz", "make train")


def test_a_broken_model_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "broken.tar.gz").write_bytes(b"not a model")
    broken = start("api", "--port", str(free_port("127.0.0.1")), "--model", str(tmp_path / "broken.tar.gz"))
    assert_one_line(broken, "broken.tar.gz", "make train")


def test_a_variable_that_is_not_set_stops_the_start(tmp_path: Path) -> None:
    need_model()
    endpoints = tmp_path / "endpoints.yml"
    endpoints.write_text("# ${NOT_THIS_ONE}\ntracker_store:\n  type: SQL\n  url: postgresql://${AFTERCARE_DB_HOST}/x\n")
    port = str(free_port("127.0.0.1"))
    assert_one_line(start("api", "--port", port, "--endpoints", str(endpoints)), "endpoints.yml", "AFTERCARE_DB_HOST")


def test_a_missing_credentials_file_stops_the_start(tmp_path: Path) -> None:
    need_model()
    port = str(free_port("127.0.0.1"))
    assert_one_line(start("run", "--port", port, "--credentials", str(tmp_path / "none.yml")), "none.yml")


def test_it_stops_cleanly_and_a_conversation_outlives_the_restart(tmp_path: Path) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        server = running.start(tmp_path)
        try:
            before = server.slots("a")["highest_urgency"]
            server.say("a", "it hurts when I breathe in")
            server.process.send_signal(number)
            assert server.process.wait(60) == 0
        finally:
            server.stop()
        assert "Traceback" not in server.log()
        assert server.log().startswith("The assistant is ready: ")
    assert before == "emergency"
