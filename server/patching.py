"""How a method of Rasa is replaced from outside: only when it is still what the replacement was written for."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

import rasa

RASA = "3.6.21"  # the one that all patches were written for


class RasaChanged(Exception):
    """This Rasa is not the one that the patches were written for."""


def check_version() -> None:
    """Raises RasaChanged."""
    if rasa.__version__ != RASA:
        raise RasaChanged(f"Rasa {rasa.__version__} is installed, the patches in server/ were written for {RASA}")


def wrap(
    owner: type | ModuleType,
    name: str,
    parameters: str,
    patch: Callable[[Callable[..., Any]], Callable[..., Any]],
    holds: str = "",
    is_async: bool = True,
) -> None:
    """Put `patch(method)` in the method's place. `holds`: words that its source must contain. Raises RasaChanged."""
    method = getattr(owner, name, None)
    kind = "async" if is_async else "a function"
    if inspect.iscoroutinefunction(method) is not is_async or not callable(method):
        raise RasaChanged(f"{owner.__name__}.{name} of this Rasa is not {kind} with ({parameters})")
    if " ".join(inspect.signature(method).parameters) != parameters:
        raise RasaChanged(f"{owner.__name__}.{name} of this Rasa is not {kind} with ({parameters})")
    if holds not in inspect.getsource(method):
        raise RasaChanged(f"{owner.__name__}.{name} of this Rasa does not hold {holds!r}")
    patched = functools.wraps(method)(patch(method))
    patched.is_patch = True  # type: ignore[attr-defined]
    is_static = isinstance(inspect.getattr_static(owner, name), staticmethod)
    setattr(owner, name, staticmethod(patched) if is_static else patched)
