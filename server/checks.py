"""What can stop a start, found before Rasa is imported, each said in one line."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

_VARIABLE = re.compile(r"\$\{([^}]*)\}")


class StartError(Exception):
    """The assistant cannot start. The text is one line: what is wrong and what to do."""


def check_port(interface: str, port: int) -> None:
    """Raises StartError when nothing can listen there: the port is taken or not allowed, or the interface is not ours."""
    if not 1 <= port <= 65535:  # getaddrinfo takes others modulo 65536
        raise port_error(interface, port, "not from 1 to 65535")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(interface, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise port_error(interface, port, error.strerror or "not an address") from None


def port_error(interface: str, port: int, reason: str) -> StartError:
    """What to say when that port cannot be had."""
    return StartError(f"port {port} on {interface} cannot be used ({reason}); choose another with PORT=… or --port …")


def free_port(interface: str) -> int:
    """A port that is free on that interface at this moment."""
    family, kind, protocol, _, address = socket.getaddrinfo(interface, 0, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.bind(address)
        return int(probe.getsockname()[1])


def check_file(path: Path, remedy: str) -> None:
    """Raises StartError when there is no such file."""
    if not path.is_file():
        raise StartError(f"{path} is not there; {remedy}")


def check_variables(path: Path) -> None:
    """Raises StartError for a `${VARIABLE}` in that YAML file which is not set: Rasa would leave some of them in the value."""
    check_file(path, "it is part of the repository")
    try:
        values = list(_scalars(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)))
    except (yaml.YAMLError, UnicodeDecodeError):
        raise StartError(f"{path} is not a YAML file") from None
    unset = sorted({name for value in values for name in _VARIABLE.findall(value) if name not in os.environ})
    if unset:
        raise StartError(f"{path} needs {' and '.join(unset)} in the environment; set it with `export {unset[0]}=…`")


def _scalars(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _scalars(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _scalars(inner)
    elif isinstance(value, str):
        yield value
