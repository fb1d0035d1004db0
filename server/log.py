"""Logging without patients' words.

Rasa writes messages, slots and whole trackers into its log: at debug level always, and in errors, with the local variables
of every frame. Here a record keeps its event and the places in the code it came from, nothing else.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
import traceback
import warnings
from collections.abc import MutableMapping
from typing import Any

import structlog
from rasa.utils.common import configure_logging_and_warnings
from rasa.utils.io import configure_colored_logging
from rasa.utils.log_utils import configure_structlog

from server.checks import StartError

LEVEL_VARIABLE = "LOG_LEVEL"  # INFO, WARNING or ERROR; Rasa's own variable
_KEPT = ("event", "event_info", "level", "filename", "key", "url", "action_name", "placeholder_key")


def configure_logging() -> None:
    """Rasa's own set-up (see `rasa.__main__`), then the records made safe. WARNING by default, and never below INFO."""
    named = logging.getLevelName(os.environ.get(LEVEL_VARIABLE, "WARNING").upper())
    level = max(named, logging.INFO) if isinstance(named, int) else logging.WARNING
    configure_logging_and_warnings(level, None, warn_only_once=True, filter_repeated_logs=True)
    warnings.simplefilter("ignore")  # for developers of Rasa, and some quote messages
    configure_colored_logging(level)
    configure_structlog(level)
    structlog.configure(processors=[_without_words, *structlog.get_config()["processors"]])
    for handler in logging.getLogger().handlers:
        handler.addFilter(_place_only)
    logging.getLogger("sanic.error").addFilter(_place_only)  # Rasa keeps it apart from the root logger


def describe(error: BaseException) -> str:
    """The kind of an error and the lines of code it came through, without its message, which may hold a patient's words."""
    lines: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(lines) < 200:
        kind = f"{type(cause).__module__}.{type(cause).__qualname__}"
        lines.append(f"{kind}: {cause.strerror}" if isinstance(cause, OSError) and cause.strerror else kind)
        lines += [line.rstrip() for line in traceback.format_list(traceback.extract_tb(cause.__traceback__))]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "\n".join(lines)


def _place_only(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        record.exc_info, record.exc_text = None, describe(error)
    return not _expected(error)


def _expected(error: BaseException | None) -> bool:
    """Said in one line by `server.__main__`: no traceback beside it."""
    taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
    return taken or isinstance(error, (StartError, KeyboardInterrupt))


def _without_words(_: Any, __: str, record: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    safe = {key: value for key, value in record.items() if key in _KEPT}
    error = record.get("exc_info")
    error = sys.exc_info()[1] if error is True else error[1] if isinstance(error, tuple) else error
    if isinstance(error, BaseException):
        safe["error"] = describe(error)
    return {**safe, "exc_info": False}
