"""HTTP for the widget's channel: which sites may call it, bodies with a limit, answers that no cache keeps."""

from __future__ import annotations

from typing import Any

from sanic import HTTPResponse, Request
from sanic import response as reply

from aftercare.channels.incoming import MOST_BYTES
from aftercare.clinic import Clinic


def allows(clinic: Clinic, request: Request) -> bool:
    """Whether the page that sends this may use the channel.

    A request without an Origin comes from no foreign page: a browser sends it with every one of those.
    """
    origin = request.headers.get("origin")
    return origin is None or clinic.allows_origin(origin)


def set_cross_origin(clinic: Clinic, request: Request, response: HTTPResponse) -> None:
    """Lets an allowed site read the answer, and no other. Rasa's --cors is for its own API; here clinic.yml alone decides."""
    headers = response.headers
    for name in [name for name in headers if name.lower().startswith("access-control-")]:
        del headers[name]
    headers["Vary"] = "Origin"
    allowed = allows(clinic, request)
    preflight = request.method == "OPTIONS"
    if preflight:
        response.status = 204 if allowed else 403
    if allowed and "origin" in request.headers:
        headers["Access-Control-Allow-Origin"] = request.headers["origin"]
        headers["Access-Control-Expose-Headers"] = "Retry-After"
        if preflight:
            headers["Access-Control-Allow-Methods"] = "GET, POST"
            headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
            headers["Access-Control-Max-Age"] = "600"


def bearer(request: Request) -> str:
    """The token of the Authorization header, empty when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def body(request: Request) -> bytes:
    """The body, read here because Rasa's server would take 100 MB before it called us. Raises sanic's PayloadTooLarge."""
    if request.stream is not None:
        request.stream.request_max_size = MOST_BYTES
        await request.receive_body()
    return request.body


def answer(content: dict[str, Any], status: int = 200, **headers: str) -> HTTPResponse:
    """A JSON answer; `Retry_After="5"` sets that header."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return reply.json(content, status, {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **named})


def no_conversation() -> HTTPResponse:
    """401: the token is missing, forged or expired, or its conversation was deleted."""
    return answer({"error": "no such conversation, or it has ended; start another"}, 401)
