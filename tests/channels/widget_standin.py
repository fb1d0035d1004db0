"""A small Rasa project for the tests of the widget and its channel: one keyword an intent, every kind of reply.

It is trained and started once a test run, as `rasa run` with the real channel, on a port of its own.
"""

from __future__ import annotations

import atexit
import functools
import http.client
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
PORTS = range(5120, 5140)

# intent: keyword, urgency, hours since treatment that it sets, YAML of its response
TOPICS: dict[str, tuple[str, str, float | None, str]] = {
    "greeting": (
        "hello",
        "none",
        None,
        "- text: Hello. How can I help?\n"
        "  buttons: [{title: I am sore, payload: my back is sore}, {title: Tell me more, payload: '/secret_topic'}]",
    ),
    "secret_topic": ("unreachable by typing", "info", None, "- text: This answer is behind a button only."),
    "soreness": (
        "sore",
        "self_care",
        30,
        "- text: Soreness like this is common and passes. A warm shower helps.\n  image: /widget/clinic.svg",
    ),
    "late": ("five days", "contact_clinic", 120, "- text: That is longer than expected. Please call +1 202 555 0142 today."),
    "infection": ("fever", "urgent", None, '- text: "A fever needs a doctor today.\\n\\nCall the clinic on +1 202 555 0142."'),
    "chest": (
        "breathe",
        "emergency",
        None,
        "- text: Call 911 now. Do not wait and do not drive yourself. Then tell the clinic.",
    ),
    "link": (
        "website",
        "info",
        None,
        "- text: 'Read https://clinic.example/aftercare?x=1&y=2, or call +1 202 555 0142. "
        "<b>Not bold</b> & <img src=x onerror=alert(1)>'",
    ),
    "menu": (
        "menu",
        "info",
        None,
        "- text: What is it about?\n"
        "  buttons: [{title: Soreness, payload: sore}, {title: The website, payload: website},\n"
        "    {title: Something much longer that has to wrap on a telephone, payload: hello}]",
    ),
    "silence": ("silence", "none", None, ""),
    "breakage": ("breakage", "none", None, ""),
}


def write_project(folder: Path) -> None:
    """Writes the project's files. Its breakage topic runs a custom action on a server that is not there."""
    now = datetime.now(timezone.utc)
    nlu, rules, responses, slots = [], [], [], {"urgency": [], "highest_urgency": [], "treated_at": []}
    for intent, (keyword, urgency, hours, response) in TOPICS.items():
        nlu.append(f"- intent: {intent}\n  examples: |\n    - {keyword}\n    - {keyword} {intent}")
        steps = [f"- intent: {intent}"]
        steps += [f"- action: utter_{intent}"] if response else []
        steps += ["- action: action_that_is_missing"] if intent == "breakage" else []
        steps += ["- action: action_listen"] if not response and intent == "silence" else []
        rules.append(f"- rule: {intent}\n  steps:\n" + textwrap.indent("\n".join(steps), "  "))
        if response:
            responses.append(f"utter_{intent}:\n{response}")
        slots["urgency"].append((intent, urgency))
        if urgency in ("emergency", "urgent"):
            slots["highest_urgency"].append((intent, urgency))
        if hours is not None:
            slots["treated_at"].append((intent, (now - timedelta(hours=hours)).isoformat()))
    rules.append("- rule: anything else\n  steps:\n  - intent: nlu_fallback\n  - action: utter_default")
    slots["urgency"].append(("nlu_fallback", "none"))
    lines = ['version: "3.1"', f"intents: [{', '.join(TOPICS)}, nlu_fallback]", "actions: [action_that_is_missing]", "slots:"]
    for name, values in slots.items():
        lines += [f"  {name}:", "    type: text", "    influence_conversation: false", "    mappings:"]
        lines += [f"    - {{type: from_intent, intent: {intent}, value: '{value}'}}" for intent, value in values]
    lines += ["responses:", textwrap.indent("\n".join(responses), "  ")]
    lines.append("  utter_default:\n  - text: I can help with aftercare. What would you like to know?")
    lines.append(
        "  utter_welcome:\n  - text: Hello, I answer questions about the days after dry needling. How are you?\n"
        "    buttons: [{title: I am sore, payload: my back is sore}, {title: I have a fever, payload: I have a fever}]"
    )
    lines.append("  utter_too_fast:\n  - text: 'Slow down please, or call {clinic_phone}; in an emergency {emergency_number}.'")
    files = {
        "domain.yml": "\n".join(lines),
        "data/nlu.yml": 'version: "3.1"\nnlu:\n' + "\n".join(nlu),
        "data/rules.yml": 'version: "3.1"\nrules:\n' + "\n".join(rules),
        "config.yml": (
            "recipe: default.v1\nassistant_id: standin\nlanguage: en\npipeline:\n- name: KeywordIntentClassifier\n"
            "- {name: FallbackClassifier, threshold: 0.3}\npolicies:\n- name: RulePolicy\n"
        ),
        "endpoints.yml": f"tracker_store: {{type: SQL, dialect: sqlite, db: {folder / 'tracker.db'}}}\n"
        "action_endpoint: {url: 'http://127.0.0.1:9/webhook'}\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def free_port() -> int:
    for port in PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    continue
                return port
    raise RuntimeError("no free port for the stand-in")


def environment() -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY),
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "AFTERCARE_CLINIC": str(REPOSITORY / "clinic.yml"),
        "AFTERCARE_SECRET": "a secret that is only used in tests, 40 characters or more",
    }


@functools.cache
def trained_project() -> Path:
    """The folder of the trained stand-in, made once a test run."""
    folder = Path(tempfile.mkdtemp(prefix="widget-standin-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    write_project(folder)
    command = [sys.executable, "-m", "rasa", "train", "--quiet"]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def texts(self) -> str:
        return "\n".join(message.get("text", "") for message in self.json.get("messages", []))


@dataclass
class Server:
    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    origin: str = field(init=False)

    def __post_init__(self) -> None:
        self.origin = f"http://localhost:{self.port}"

    @property
    def url(self) -> str:
        return self.origin

    def ask(self, method: str, path: str, body: Any = None, token: str | None = None, **headers: str) -> Reply:
        """One request on a connection of its own. `body` is sent as JSON unless it is bytes; origin=None sends none."""
        sent = {"Origin": self.origin, "Content-Type": "application/json"}
        sent |= {"Authorization": f"Bearer {token}"} if token is not None else {}
        sent |= {name.replace("_", "-").title(): value for name, value in headers.items()}
        sent = {name: value for name, value in sent.items() if value is not None}
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, data, sent)
            got = connection.getresponse()
            return Reply(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())
        finally:
            connection.close()

    def start_conversation(self) -> str:
        started = self.ask("POST", "/webhooks/aftercare/start", {})
        assert started.status == 200, started.body
        return started.json["token"]

    def say(self, token: str | None, text: str | None = None, **fields: Any) -> Reply:
        body = {"text": text, **fields} if text is not None else fields
        return self.ask("POST", "/webhooks/aftercare/message", body, token)

    def history(self, token: str | None) -> Reply:
        return self.ask("GET", "/webhooks/aftercare/history", None, token)

    def delete(self, token: str | None) -> Reply:
        return self.ask("POST", "/webhooks/aftercare/delete", {}, token)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the tracker store's database."""
        with sqlite3.connect(self.folder / "tracker.db", timeout=30) as database:
            return database.execute(query, values).fetchall()


@functools.cache
def standin(settings: str = "") -> Server:
    """The running stand-in; `settings` is the channel's block in credentials.yml. Stopped at the end of the test run."""
    project = trained_project()
    folder = Path(tempfile.mkdtemp(prefix="widget-standin-run-"))
    shutil.copytree(project, folder, dirs_exist_ok=True)
    (folder / "endpoints.yml").write_text((folder / "endpoints.yml").read_text().replace(str(project), str(folder)))
    (folder / "credentials.yml").write_text(f"aftercare.channels.widget.WidgetInput:\n{textwrap.indent(settings, '  ')}\nrest:\n")
    server = Server(free_port(), folder)
    command = [sys.executable, "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(server.port), "--credentials", "credentials.yml"]
    log = (folder / "server.log").open("wb")
    server.process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=log, stderr=subprocess.STDOUT)
    atexit.register(stop, server)
    deadline = time.monotonic() + 180
    while True:
        try:
            if server.ask("GET", "/health").status == 200:
                return server
        except OSError:
            pass
        if server.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError((folder / "server.log").read_text())
        time.sleep(0.3)


def stop(server: Server) -> None:
    if server.process is not None and server.process.poll() is None:
        server.process.terminate()
        try:
            server.process.wait(15)
        except subprocess.TimeoutExpired:
            server.process.kill()
    if server.folder.name.startswith("widget-standin-run-"):
        shutil.rmtree(server.folder, ignore_errors=True)


GENEROUS = "conversation_per_minute: 1000000\nconversation_burst: 1000000\naddress_per_minute: 1000000\naddress_burst: 1000000\n"
