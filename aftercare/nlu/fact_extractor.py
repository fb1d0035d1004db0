"""Pipeline step 2: the facts of the treatment, as entities elapsed_time (hours), treated_area and blood_thinner."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message

from aftercare.clinic import load_clinic
from aftercare.elapsed import elapsed
from aftercare.facts import blood_thinner, treated_area
from aftercare.nlu.message_reader import READING
from aftercare.reading import Reading


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class FactExtractor(GraphComponent):
    """Reads "this morning" and "on Monday" by the clinic's clock (clinic.yml, time_zone)."""

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> FactExtractor:
        """A component; it has nothing to learn."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities to each message."""
        for message in messages:
            message.set(ENTITIES, [*message.get(ENTITIES, []), *_facts(message.get(READING))], add_to_output=True)
        return messages


def _facts(reading: Reading) -> list[dict[str, Any]]:
    found = []
    time = elapsed(reading.raw, load_clinic().now())  # it knows the slips of time words better than the speller
    if time:
        found.append(_entity("elapsed_time", round(time.hours, 4), time.start, time.end))
    area = treated_area(reading.fixed)
    if area:
        found.append(_entity("treated_area", area.value, area.start, area.end))
    thinner = blood_thinner(reading.fixed)
    if thinner:
        found.append(_entity("blood_thinner", thinner[0], thinner[1].start, thinner[1].end))
    return found


def _entity(name: str, value: Any, start: int, end: int) -> dict[str, Any]:
    return {"entity": name, "value": value, "start": start, "end": end, "extractor": FactExtractor.__name__}
