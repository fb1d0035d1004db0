"""Pipeline step 1: corrects spelling and asks the network about every finding, intent and level."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from aftercare.reading import Reader

#: Where the reading of a message is kept for the steps that follow; it is not part of Rasa's output.
READING = "reading"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class MessageReader(GraphComponent):
    """The network's weights stand in aftercare/weights: `make network` trains them, `rasa train` does not.

    Config: `speller` (true or false; false is for ablation only).
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._reader = Reader(corrects=config["speller"])

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The default configuration."""
        return {"speller": True}

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> MessageReader:
        """A component that is ready to read. Raises NetworkError."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Attach a reading to each message."""
        for message in messages:
            message.set(READING, self._reader.read(message.get(TEXT) or ""))
        return messages
