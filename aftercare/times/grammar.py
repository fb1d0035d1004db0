"""The grammar of times: which rule reads the time that begins at a word.

Rules with numbers stand in `aftercare.times.rules`, fixed phrases ("the night before last") in `tables/times.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from aftercare.times.piece import Piece
from aftercare.times.rules import DIGITS, PHRASES, RULES, Meaning
from aftercare.times.vocabulary import TABLE


def _phrases() -> Iterator[tuple[list[str], str, Meaning]]:
    """The fixed phrases of the table. A row is the phrases, and the fields of the piece that they mean."""
    types: dict[str, Callable[[str], Any]] = {"days": int, "weekday": int, "monthday": int, "plus_weeks": int, "span": float}
    types |= dict.fromkeys(("past", "future", "just", "soft", "same_hour", "rough"), bool)
    for row in TABLE["phrases"]:
        piece = Piece(**{field: types.get(field, str)(value) for field, value in row.items() if field != "say"})
        for phrase in row["say"]:
            yield [re.split(r"[ (]", phrase)[0]], phrase, lambda _, piece=piece: piece  # type: ignore[misc]


def _by_first_word() -> dict[str, list[tuple[re.Pattern[str], Meaning]]]:
    """Every rule under each word that it can begin with, in the order of trial."""
    table: dict[str, list[tuple[re.Pattern[str], Meaning]]] = {}
    for starts, pattern, meaning in RULES:
        for first, source, means in _phrases() if starts == [PHRASES] else [(starts, pattern, meaning)]:
            compiled = re.compile(rf"(?:{source})(?![\w:]|[.,]\d)")
            for start in first:
                table.setdefault(start, []).append((compiled, means))
    return table


_TABLE = _by_first_word()


def read(line: str, at: int, word: str) -> tuple[Piece, int] | None:
    """The time that begins with `word`, at character `at` of the plain line, and the character where it ends; or None."""
    for pattern, meaning in _TABLE.get(word, ()) if not word[0].isdigit() else _TABLE[DIGITS]:
        match = pattern.match(line, at)
        piece = meaning(match) if match else None
        if match and piece:
            return piece, match.end()
    return None
