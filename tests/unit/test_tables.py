"""The tables that a clinician reads: complete, consistent with each other and with domain.yml, and every row able to work."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from aftercare.findings import TABLES, Urgency, finding_rows, level_of, load
from aftercare.patterns import PatternDetector, compile_pattern
from aftercare.text import words

ROOT = TABLES.parents[1]
ROWS = load("findings")
CLASSES = load("words")
PATTERNS = [(name, pattern) for name, row in ROWS.items() for pattern in row["patterns"]]
EXCEPTIONS = [(name, pattern) for name, row in ROWS.items() for pattern in row.get("except", ())]
MOST_OPTIONAL_CHOICES = 4
MOST_FORMS = 400  # ways to say one pattern that are tried before it is called dead


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


DOMAIN = read(ROOT / "domain.yml")
RULES = [rule for path in sorted((ROOT / "data" / "rules").glob("*.yml")) for rule in read(path)["rules"]]


@cache
def detector() -> PatternDetector:
    return PatternDetector()


def choices(part: str) -> list[str]:
    """The words that one part of a pattern stands for; a stem stands for itself."""
    expanded = (CLASSES[choice.strip("{}")] if choice.startswith("{") else [choice] for choice in part.rstrip("?").split("|"))
    return [str(word).rstrip("*") for group in expanded for word in group]


def forms(pattern: str) -> Iterator[list[str]]:
    """Ways to say a pattern, without what may be missing or skipped."""
    named = [part for part in pattern.split() if part not in ("..", "...")]
    parts = [choices(part) for part in named if not part.endswith("?")] or [choices(part) for part in named]
    spread = [part[:: max(1, len(part) // 12)] for part in parts]
    return (list(form) for form in itertools.islice(itertools.product(*spread), MOST_FORMS))


@pytest.mark.parametrize("path", sorted(TABLES.glob("*.yml")), ids=lambda path: path.name)
def test_a_table_is_yaml_and_not_empty(path: Path) -> None:
    assert load(path.stem)


@pytest.mark.parametrize("name", ROWS)
def test_a_finding_has_a_level_a_source_an_intent_and_nothing_unknown(name: str) -> None:
    row = ROWS[name]
    assert {"level", "source", "intent", "patterns"} <= set(row)
    assert set(row) <= {
        "level",
        "source",
        "intent",
        "patterns",
        "except",
        "asks",
        "level_on_blood_thinner",
        "intent_on_blood_thinner",
    }
    assert Urgency.of(row["level"]) >= Urgency.SELF_CARE
    assert "¶" in row["source"] or row["source"].startswith(("beyond the source", "TRIAGE.md"))
    assert {row["intent"], row.get("intent_on_blood_thinner", row["intent"])} <= {
        next(iter(intent)) for intent in DOMAIN["intents"]
    }
    assert f"utter_ask_{row['asks']}" in DOMAIN["responses"] if "asks" in row else True


@pytest.mark.parametrize("name", ROWS)
def test_a_blood_thinner_never_lowers_a_level(name: str) -> None:
    assert level_of(name, on_blood_thinner=True) >= level_of(name)


def test_an_unknown_level_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {"chest_pain": {"level": "dire", "source": "x", "patterns": []}}
    monkeypatch.setattr("aftercare.findings.load", lambda name: broken)
    with pytest.raises(ValueError, match="chest_pain"):
        finding_rows.__wrapped__()


@pytest.mark.parametrize("name", ROWS)
def test_every_pattern_of_a_finding_compiles(name: str) -> None:
    assert all(compile_pattern(pattern) for pattern in (*ROWS[name]["patterns"], *ROWS[name].get("except", ())))


def test_every_pattern_asks_for_a_word() -> None:
    optional = [pattern for _, pattern in [*PATTERNS, *EXCEPTIONS] if all("OP" in token for token in compile_pattern(pattern)[0])]
    assert optional == []


def test_a_question_mark_stands_at_single_words() -> None:
    """After a choice it makes the whole choice optional, which is seldom meant: these are counted, so that none slips in."""
    parts = {part for _, pattern in [*PATTERNS, *EXCEPTIONS] for part in pattern.split() if part.endswith("?") and "|" in part}
    assert len(parts) <= MOST_OPTIONAL_CHOICES, sorted(parts)


@pytest.mark.parametrize("name", ROWS)
def test_no_pattern_is_taken_back_by_its_own_exceptions(name: str) -> None:
    dead = [p for p in ROWS[name]["patterns"] if not any(name in {m.finding for m in detector().find(form)} for form in forms(p))]
    assert dead == []


def test_every_word_class_is_used() -> None:
    text = (TABLES / "findings.yml").read_text(encoding="utf-8")
    assert [name for name in CLASSES if f"{{{name}}}" not in text] == []


def dead_words() -> list[str]:
    """Words of the patterns that text.words never makes: a contraction that it opens, a hyphen, an apostrophe."""
    named = {
        word for _, pattern in [*PATTERNS, *EXCEPTIONS] for part in pattern.split() if part.strip(".") for word in choices(part)
    }
    return sorted(word for word in named if [found.text for found in words(word)] != [word])


@pytest.mark.xfail(strict=True, reason="words that no message can hold after text.words")
def test_every_word_of_a_pattern_can_be_said() -> None:
    assert dead_words() == []


def test_every_phrase_of_the_facts_can_be_said() -> None:
    facts = load("facts")
    phrases = [*facts["blood_thinners"], *(phrase for area in facts["areas"].values() for phrase in area)]
    assert [phrase for phrase in phrases if [found.text for found in words(phrase)] != phrase.split()] == []


@pytest.mark.parametrize("row", load("combinations"))
def test_a_combination_names_findings(row: dict[str, Any]) -> None:
    assert {row["when"], row["is"], *row["with"]} <= set(ROWS)
    assert level_of(row["is"]) > max(
        level_of(row["when"]), *(level_of(name) for name in row["with"] if level_of(name) < Urgency.EMERGENCY)
    )


@pytest.mark.parametrize("name", load("assertion"))
def test_the_rows_of_assertion_compile(name: str) -> None:
    rows = load("assertion")[name]
    for row in [rows] if isinstance(rows, str) else rows:
        assert re.compile(row)


def test_an_exception_to_a_denial_begins_with_a_denial() -> None:
    table = load("assertion")
    assert [phrase for phrase in table["not_a_denial"] if phrase.split()[0] not in table["negators"]] == []


def test_what_is_not_a_denial_is_told_in_two_words() -> None:
    assert [phrase for phrase in load("assertion")["not_a_denial"] if len(phrase.split()) != 2] == []


def test_contractions_and_phrases_give_words_that_stay_as_they_are() -> None:
    spelling = load("spelling")
    given = [*spelling["contractions"].values(), *spelling["emoji"].values(), *spelling["phrases"].values()]
    assert [text for text in given if " ".join(found.text for found in words(text)) != text] == []


# The tables and Rasa.


@pytest.mark.parametrize("intent", [next(iter(intent)) for intent in DOMAIN["intents"]])
def test_every_intent_has_one_rule(intent: str) -> None:
    assert len([rule for rule in RULES if rule["steps"][0]["intent"] == intent]) == 1


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"])
def test_a_rule_runs_one_action_and_before_a_red_flag_it_says_the_static_line(rule: dict[str, Any]) -> None:
    intent = rule["steps"][0]["intent"]
    *said, action = [step["action"] for step in rule["steps"][1:]]
    assert action in DOMAIN["actions"]
    levels = {
        level_of(name, row.get("intent_on_blood_thinner") == intent) for name, row in ROWS.items() if intent in row.values()
    }
    if max(levels, default=Urgency.NONE) is Urgency.EMERGENCY:
        assert said == ["utter_crisis" if intent == "report_self_harm" else "utter_emergency"]
    elif max(levels, default=Urgency.NONE) is Urgency.URGENT:
        assert said == ["utter_urgent"]
    else:
        assert said == []
    assert (action == "action_red_flag") == bool(said)


def test_every_action_is_implemented_and_in_the_domain() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "actions").glob("*.py"))
    assert set(re.findall(r'return "(action_\w+)"', source)) == set(DOMAIN["actions"])


def test_the_training_data_names_intents_and_findings_that_exist() -> None:
    intents = {next(iter(intent)) for intent in DOMAIN["intents"]}
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for block in read(path)["nlu"]:
            metadata = block.get("metadata") or {}
            assert {block["intent"], *metadata.get("also", ())} <= intents, path.name
            assert set(metadata.get("findings", ())) <= set(ROWS), path.name
