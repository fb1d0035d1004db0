"""The `rasa` command without warnings that concern nobody here: `python -m server.quiet train …`."""

import os
import warnings
from typing import Any

_show = warnings.showwarning
_UTTERED_BY_ACTIONS = "is not used in any story or rule"


def _show_others(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
    between_libraries = issubclass(category, (DeprecationWarning, PendingDeprecationWarning, FutureWarning))
    if not between_libraries and _UTTERED_BY_ACTIONS not in str(message):
        _show(message, category, *place, **more)


if __name__ == "__main__":
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    warnings.showwarning = _show_others  # filters do not do: Rasa and Sanic set their own
    from rasa.__main__ import main

    main()
