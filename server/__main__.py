"""The command line: `python -m server run|chat|api`, from the top of the repository.

Exit status: 0 after Ctrl-C, 2 when something has to be mended first (one line on stderr says what).
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from aftercare.clinic import ClinicError, load_clinic
from server.checks import StartError, check_file, check_port, check_variables, free_port

LARGEST_BODY = 1_000_000  # bytes of one request; the text inside is cut far earlier (rasa_patches), this is the outer cap


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the assistant and return the exit status when it has stopped."""
    options = _parser().parse_args(arguments)
    _prepare_environment()
    try:
        load_clinic()
        check_file(options.model, "train it with `make train`")
        if options.port is None:
            options.port = free_port(options.interface)
        check_port(options.interface, options.port)
        check_variables(options.endpoints)
        if options.mode == "run":
            check_variables(options.credentials)

        with warnings.catch_warnings(record=True):  # kept off the screen: Rasa's libraries warn of each other
            from server.run import serve  # imports Rasa: seconds, and only once all of the above is in order

        serve(options)
    except (StartError, ClinicError) as error:
        print(f"Cannot start: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # before the server has begun to listen for it
        pass
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server", description="Start the aftercare assistant.")
    modes = parser.add_subparsers(dest="mode", required=True, metavar="run|chat|api")
    for mode, explanation, port in (
        ("run", "the chat widget and its demo page, for patients", 5005),
        ("chat", "a conversation in this terminal", None),
        ("api", "Rasa's REST channel and HTTP API, for tests and evaluation; keep it on this machine", 5005),
    ):
        command = modes.add_parser(mode, help=explanation, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        command.add_argument("--port", type=int, default=port, help="TCP port" if port else "TCP port; without it any free one")
        command.add_argument("--interface", default="127.0.0.1", help="address to listen on; 0.0.0.0 is every network")
        command.add_argument("--model", type=Path, default=Path("models/aftercare.tar.gz"), help="trained model")
        command.add_argument("--endpoints", type=Path, default=Path("endpoints.yml"), help="stores and response generator")
        if mode == "run":
            command.add_argument("--credentials", type=Path, default=Path("credentials.yml"), help="channels")
    return parser


def _prepare_environment() -> None:
    """What Rasa, Sanic and TensorFlow read from the environment when they are imported."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"  # patients' data: nothing may be reported to outside hosts
    os.environ["SANIC_REQUEST_MAX_SIZE"] = str(LARGEST_BODY)
    os.environ["SANIC_WORKERS"] = "1"  # conversations are locked in memory
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")


if __name__ == "__main__":
    sys.exit(main())
