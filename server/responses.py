"""Fills the responses of domain.yml. Named in endpoints.yml, so that it also works under stock `rasa run` and `rasa shell`."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig

from aftercare.clinic import load_clinic
from server import PROBLEM, rasa_patches

logger = logging.getLogger(__name__)

_OPTIONAL = "utter_restart"  # Rasa says it after a restart, if it is there

_PLACEHOLDER = re.compile(r"\{([^\n{}]+)\}")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_SHOWN = ("text", "image", "custom", "buttons", "attachment", "quick_replies", "elements")


class ClinicResponses(TemplatedNaturalLanguageGenerator):
    """Rasa's responses, with the clinic's own values from clinic.yml.

    The clinic's values cannot be overridden by slots or by an action. A sentence whose value is not known is left out; a
    response that does not exist, or has nothing left to say, becomes `utter_problem`: a patient is never met by silence.
    """

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        """Raises ClinicError when clinic.yml is wrong."""
        super().__init__(domain.responses if domain else {})
        self._clinic = load_clinic().values()
        rasa_patches.install()

    def generate_from_slots(
        self, utter_action: str, filled_slots: dict[str, Any], output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """The response of that name for that channel, filled; None only if `utter_problem` is missing too."""
        response = super().generate_from_slots(utter_action, filled_slots, output_channel, **kwargs)
        if response is not None and any(response.get(part) for part in _SHOWN):
            return response
        if utter_action == _OPTIONAL:
            return None
        logger.error("The response %s does not exist or has nothing to say.", utter_action)
        if utter_action == PROBLEM:
            return None
        return super().generate_from_slots(PROBLEM, filled_slots, output_channel)

    def _fill_response(
        self, response: dict[str, Any], filled_slots: dict[str, Any] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        values = {**(filled_slots or {}), **kwargs, **self._clinic}
        for part in _SHOWN:
            if part in response:
                response[part] = fill(response[part], values)
        return response


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """`template`, any nesting of maps, lists and texts, with each `{name}` replaced by its value.

    Sentences and lines with a name that is not in `values`, or is None there, are left out. Braces in a value become
    parentheses: a patient's own words can neither be filled a second time nor look like a gap.
    """
    if isinstance(template, str):
        return _fill_text(template, values)
    if isinstance(template, dict):
        return {key: fill(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [fill(value, values) for value in template]
    return template


def _fill_text(template: str, values: Mapping[str, Any]) -> str:
    gaps = [name for name in _PLACEHOLDER.findall(template) if values.get(name) is None]
    if gaps:
        logger.error("A response has no value for %s; the sentence is left out.", ", ".join(gaps))
        template = _without_gaps(template, gaps)
    return _PLACEHOLDER.sub(lambda match: _plain(values[match[1]]), template)


def _without_gaps(template: str, gaps: list[str]) -> str:
    kept, start = "", 0
    for cut in [*_SENTENCE.finditer(template), None]:
        end, stop = (cut.start(), cut.end()) if cut else (len(template), len(template))
        if not any("{" + name + "}" in template[start:end] for name in gaps):
            kept += template[start:stop]
        start = stop
    return kept.rstrip()


def _plain(value: Any) -> str:
    return str(value).replace("{", "(").replace("}", ")")
