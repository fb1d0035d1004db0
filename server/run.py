"""Starts Rasa's server with the actions inside it and says when it answers."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from typing import Any

import aiohttp
import rasa.core.run
from rasa.core.utils import AvailableEndpoints
from rasa.shared.exceptions import RasaException, YamlException
from sanic import Sanic

from aftercare.network import NetworkError, shared_network
from server import rasa_patches
from server.checks import StartError, port_error
from server.in_process_actions import InProcessActions
from server.log import configure_logging
from server.patching import RasaChanged

_WARM_UP = "Hello"  # read once before the first patient writes, so that nothing is left to load


def serve(options: argparse.Namespace) -> None:
    """Serve until Ctrl-C or SIGTERM. Raises StartError when the server cannot begin."""
    configure_logging()
    sys.path.insert(1, str(Path.cwd()))  # as Rasa does, for the classes that endpoints.yml and credentials.yml name
    started: list[bool] = []

    async def begin(app: Sanic, _: Any) -> None:
        await _check_answers(app, options)
        gc.collect()
        gc.freeze()  # half a million objects of the model live as long as the server: no collection need walk them again
        started.append(True)
        print(_where(options), flush=True)

    try:
        rasa_patches.install()
        shared_network()  # Rasa would go on without a model, and not say why
        endpoints = AvailableEndpoints.read_endpoints(str(options.endpoints))
        endpoints.action = InProcessActions()
        rasa.core.run.serve_application(
            str(options.model),
            channel={"chat": "cmdline", "api": "rest", "run": None}[options.mode],
            credentials=str(options.credentials) if options.mode == "run" else None,
            interface=options.interface,
            port=options.port,
            endpoints=endpoints,
            enable_api=options.mode == "api",
            server_listeners=[(begin, "after_server_start")],
        )
    except (RasaException, YamlException, RasaChanged, NetworkError) as error:
        raise StartError(" ".join(str(error).split())) from error
    if not started:  # Sanic returns quietly when another process took the port while the model was loading
        raise port_error(options.interface, options.port, "it was taken meanwhile")


async def _check_answers(app: Sanic, options: argparse.Namespace) -> None:
    if not app.ctx.agent.is_ready():  # Rasa goes on without a model
        raise StartError(f"{options.model} cannot be loaded; train it again with `make train`")
    await app.ctx.agent.parse_message(_WARM_UP)
    async with aiohttp.ClientSession() as client, client.get(_address(options)) as answer:
        await answer.read()


def _address(options: argparse.Namespace) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(options.interface, options.interface)
    return f"http://{host}:{options.port}/"


def _where(options: argparse.Namespace) -> str:
    address = _address(options)
    if options.mode == "run":
        return f"The assistant is ready: open {address} and chat. Ctrl-C stops it."
    if options.mode == "api":
        return (
            f"The assistant is ready: POST {address}webhooks/rest/webhook with "
            '{"sender": "a name", "message": "a text"}. Ctrl-C stops it.'
        )
    return "The assistant is ready. Write /stop or press Ctrl-C to leave."
