"""Facts of the treatment and of the patient that a message states: the treated area, a blood thinner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from aftercare.findings import load
from aftercare.text import Word

_REACH = 4  # words between a "not" and the thinner it denies: "not on any blood thinners"


@dataclass(frozen=True)
class Fact:
    """A fact and where it stands; `start` and `end` are character offsets into the original message."""

    value: str
    start: int
    end: int


def treated_area(words: Sequence[Word]) -> Fact | None:
    """The first part of the body that the message names, by its name in facts.yml."""
    return next(_phrases(words, _areas()), None)


def near_chest_wall(area: str | None) -> bool:
    """Whether that area is near the chest wall, where a needle can reach the lung (TRIAGE.md, "Findings")."""
    return area in load("facts")["near_chest_wall"]


def blood_thinner(words: Sequence[Word]) -> tuple[bool, Fact] | None:
    """Whether the patient takes a blood thinner, and the words that say so; None when the message names none.

    A message that both denies and names one ("not on warfarin any more, I'm on Eliquis") means that one is taken.
    """
    said = [(not _denied(words, fact), fact) for fact in _phrases(words, _thinners())]
    return next((item for item in said if item[0]), said[0] if said else None)


def _denied(words: Sequence[Word], fact: Fact) -> bool:
    at = next(i for i, word in enumerate(words) if word.start >= fact.start)
    denials = load("facts")["not_taking"]
    before = [word.text for word in words[max(0, at - _REACH) : at]]
    for stop in (".", "!", "?", ";", "but"):
        if stop in before:
            before = before[before.index(stop) + 1 :]
    after = [word.text for word in words[at + len(fact.value.split()) : at + len(fact.value.split()) + 2]]
    if "no" in before and (before[before.index("no") + 1 :] or [""])[0] in (",", "i", "my", "he", "she"):
        before = before[before.index("no") + 1 :]  # a "no" to something else: "no, I take warfarin"
    if before[-2:] in (["never", "stopped"], ["not", "stopped"]):
        return False
    joined = " ".join(before)
    return any(word in before or (" " in word and word in joined) for word in denials) or after[:2] in (["?", "no"], [":", "no"])


def _phrases(words: Sequence[Word], table: dict[tuple[str, ...], str]) -> Iterator[Fact]:
    longest = max(map(len, table))
    texts = tuple(word.text for word in words)
    at = 0
    while at < len(texts):
        size = next((n for n in range(longest, 0, -1) if texts[at : at + n] in table and at + n <= len(texts)), 0)
        if size:
            yield Fact(table[texts[at : at + size]], words[at].start, words[at + size - 1].end)
        at += size or 1


@cache
def _areas() -> dict[tuple[str, ...], str]:
    return {tuple(phrase.split()): name for name, phrases in load("facts")["areas"].items() for phrase in phrases}


@cache
def _thinners() -> dict[tuple[str, ...], str]:
    return {tuple(phrase.split()): phrase for phrase in load("facts")["blood_thinners"]}


@cache
def fact_words() -> frozenset[str]:
    """Every word of the table, for the speller."""
    return frozenset(word for phrase in (*_areas(), *_thinners()) for word in phrase)


def everyday_topic(words: Sequence[Word]) -> str:
    """Which everyday question it is, as `everyday_<name>` of tables/everyday.yml; `everyday_other` without a hit."""
    said = " " + " ".join(word.text for word in words) + " "
    topics = load("everyday").items()
    return next((f"everyday_{name}" for name, terms in topics if any(f" {term} " in said for term in terms)), "everyday_other")
