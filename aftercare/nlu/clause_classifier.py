"""Pipeline step 1: corrects spelling, splits clauses and asks every classifier about each of them."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from aftercare.findings import finding_rows
from aftercare.reading import Example, Reader

#: Where the reading of a message is kept for the steps that follow; it is not part of Rasa's output.
READING = "reading"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ClauseClassifier(GraphComponent):
    """Trains on intents and on `metadata: {findings: […], also: […]}` of the NLU data.

    `findings` are what every example of the block asserts as present, `also` further intents that are true of it.

    Config: `speller` (true or false; false is for ablation only).
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, reader: Reader | None = None) -> None:
        self._config, self._storage, self._resource, self._reader = config, storage, resource, reader

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The default configuration."""
        return {"speller": True}

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> ClauseClassifier:
        """An untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ClauseClassifier:
        """A trained component."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, Reader.load(folder, config["speller"]))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all intent examples. Raises ValueError for a finding that the table does not have."""
        examples = [_example(message) for message in training_data.intent_examples]
        unknown = {name for example in examples for name in example.findings} - set(finding_rows())
        if unknown:
            raise ValueError(f"data/nlu: metadata names findings that tables/findings.yml does not have: {sorted(unknown)}")
        self._reader = Reader.train(examples)
        with self._storage.write_to(self._resource) as folder:
            self._reader.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Attach a reading to each message."""
        assert self._reader is not None
        for message in messages:
            message.set(READING, self._reader.read(message.get(TEXT) or ""))
        return messages


def _example(message: Message) -> Example:
    metadata = (message.get(METADATA) or {}).get(METADATA_INTENT) or {}
    return Example(message.get(TEXT), (message.get(INTENT), *metadata.get("also", ())), tuple(metadata.get("findings", ())))
