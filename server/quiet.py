"""The `rasa` command without its libraries' warnings about each other: `python -m server.quiet train …`."""

import os
import warnings
from typing import Any

_show = warnings.showwarning


def _show_others(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
    if not issubclass(category, (DeprecationWarning, PendingDeprecationWarning, FutureWarning)):
        _show(message, category, *place, **more)


if __name__ == "__main__":
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    warnings.showwarning = _show_others  # filters do not do: Rasa and Sanic set their own
    from rasa.__main__ import main

    main()
