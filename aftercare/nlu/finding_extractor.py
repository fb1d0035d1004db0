"""Pipeline step 3: findings and questions as entities, and the intent that they decide."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from aftercare.detection import Detector
from aftercare.facts import everyday_topic
from aftercare.findings import Finding
from aftercare.intent import answer, intent_of, questions, ranking
from aftercare.nlu.message_reader import READING
from aftercare.reading import Reading

_RANKED = 10  # intents that the parse result lists


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=False
)
class FindingExtractor(GraphComponent):
    """Config: `patterns`, `network`, `assertion` (true or false; false is for ablation only)."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._detector = Detector(patterns=config["patterns"], network=config["network"], assertion=config["assertion"])

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The default configuration."""
        return {"patterns": True, "network": True, "assertion": True}

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> FindingExtractor:
        """A component; it has nothing to learn."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities, and set the intent with its ranking."""
        for message in messages:
            reading: Reading = message.get(READING)
            findings = self._detector.detect(reading)
            entities = message.get(ENTITIES, [])
            on_thinner = any(e["entity"] == "blood_thinner" and e["value"] is True for e in entities)
            intent, confidence = intent_of(reading.passages, findings, on_thinner, {e["entity"] for e in entities})
            asked = [everyday_topic(reading.fixed) if topic == "everyday" else topic for topic in questions(reading.passages)]
            added = [_finding(finding) for finding in findings]
            added += [_about_all("question", topic, len(message.get(TEXT) or "")) for topic in asked]
            said = answer(reading.passages, [word.text for word in reading.fixed])
            if said:
                added.append(_about_all("answer", said, len(message.get(TEXT) or "")))
            message.set(ENTITIES, [*entities, *added], add_to_output=True)
            message.set(INTENT, {"name": intent, "confidence": confidence}, add_to_output=True)
            ranked = [{"name": name, "confidence": value} for name, value in ranking(reading.passages) if name != intent]
            message.set(INTENT_RANKING_KEY, [{"name": intent, "confidence": confidence}, *ranked][:_RANKED], add_to_output=True)
        return messages


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "entity": "finding",
        "value": finding.name,
        "start": finding.start,
        "end": finding.end,
        "assertion": finding.assertion.value,
        "detector": finding.detector,
        "extractor": FindingExtractor.__name__,
    }


def _about_all(entity: str, value: str, length: int) -> dict[str, Any]:
    return {"entity": entity, "value": value, "start": 0, "end": length, "extractor": FindingExtractor.__name__}
