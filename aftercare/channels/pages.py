"""The pages beside the chat: the clinic's demo page at `/`, the widget's files under `/widget/`, and `/health`."""

from __future__ import annotations

import hashlib
import html
import json
from pathlib import Path
from string import Template
from typing import Any

from sanic import HTTPResponse, Request, Sanic
from sanic import response as reply

from aftercare.channels.stores import answers
from aftercare.clinic import Clinic

WIDGET_FOLDER = Path(__file__).resolve().parents[2] / "widget"
SCRIPT = "aftercare-chat.js"

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
# The clinic's page is another site: it must be allowed to load the script, also where it isolates itself.
FILE_HEADERS = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "cross-origin"}


def add_pages(app: Sanic, clinic: Clinic) -> None:
    """Adds `/`, `/widget/<file>` and `/health` to a server that has not started yet; once only, however often it is called."""
    if getattr(app.ctx, "aftercare_pages", False):
        return
    app.ctx.aftercare_pages = True
    page = demo_page(clinic)
    files = {
        SCRIPT: ("text/javascript; charset=utf-8", script(clinic)),
        "demo.css": ("text/css; charset=utf-8", (WIDGET_FOLDER / "demo.css").read_bytes()),
        "clinic.svg": ("image/svg+xml", (WIDGET_FOLDER / "clinic.svg").read_bytes()),
    }

    async def home(request: Request) -> HTTPResponse | None:
        # Rasa has taken the route for its "Hello from Rasa", so this answers before the route does.
        if request.path == "/" and request.method in ("GET", "HEAD"):
            return reply.html(page, headers=PAGE_HEADERS)
        return None

    async def file(request: Request, name: str) -> HTTPResponse:
        if name not in files:
            return reply.text("not found", status=404)
        content_type, content = files[name]
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        headers = {**FILE_HEADERS, "ETag": tag, "Cache-Control": "public, max-age=300"}
        if request.headers.get("if-none-match") == tag:
            return reply.empty(status=304, headers=headers)
        return reply.raw(content, content_type=content_type, headers=headers)

    async def health(request: Request) -> HTTPResponse:
        state = await health_of(getattr(app.ctx, "agent", None))
        return reply.json(state, status=200 if state["status"] == "ok" else 503, headers={"Cache-Control": "no-store"})

    app.register_middleware(home, "request")
    app.add_route(file, "/widget/<name:str>", name="aftercare_widget_file")
    app.add_route(health, "/health", name="aftercare_health")


async def health_of(agent: Any) -> dict[str, str]:
    """`{"status": "ok"}`, or "unavailable" with the reason: no model is loaded, or the tracker store does not answer."""
    if agent is None or not agent.is_ready():
        return {"status": "unavailable", "reason": "no model is loaded"}
    if not await answers(agent.tracker_store):
        return {"status": "unavailable", "reason": "the tracker store does not answer"}
    return {"status": "ok"}


def demo_page(clinic: Clinic) -> str:
    """The demo page in the clinic's name."""
    words = {name: html.escape(value) for name, value in clinic.values().items()}
    digits = {"phone_link": dialled(clinic.phone), "emergency_link": dialled(clinic.emergency_number)}
    return Template((WIDGET_FOLDER / "index.html").read_text(encoding="utf-8")).substitute(words, **digits)


def script(clinic: Clinic) -> bytes:
    """The widget with the clinic's numbers in its first line, so that they are there even when nothing else answers."""
    values = json.dumps(public_card(clinic)).replace("<", "\\u003c")
    return f"globalThis.aftercareClinic = {values};\n".encode() + (WIDGET_FOLDER / SCRIPT).read_bytes()


def public_card(clinic: Clinic) -> dict[str, str]:
    """What the widget shows of the clinic."""
    return {
        "name": clinic.name,
        "phone": clinic.phone,
        "emergencyNumber": clinic.emergency_number,
        "crisisLine": clinic.crisis_line_number,
        "privacyNote": clinic.privacy_note,
    }


def dialled(number: str) -> str:
    """The number as a `tel:` link takes it."""
    return "".join(c for c in number if c in "+0123456789")
