"""Correct spelling slips towards words that matter, without touching words that exist.

A thin layer over SymSpell: a word that any English dictionary knows is left alone; an unknown one is moved to the
nearest common word, and words of the clinical tables win over others at the same distance.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterable

from symspellpy import SymSpell, Verbosity

from aftercare.text import Word, spelling_tables

_COMMON = 30_000  # how many of the dictionary's 82,765 words, by frequency, may be the result of a correction
_CLINICAL_WEIGHT = 10**12  # above the frequency of any everyday word


class Speller:
    """Corrects words. `clinical` words win; `known` words are never changed."""

    def __init__(self, clinical: Iterable[str], known: Iterable[str] = ()) -> None:
        self._clinical = {word for word in clinical if word.isalpha()}
        self._known = set(known) | self._clinical
        self._symspell = SymSpell(max_dictionary_edit_distance=2, prefix_length=6)
        self._phrases = _phrase_table(spelling_tables()["phrases"])
        source = importlib.resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt"
        for rank, line in enumerate(source.read_text(encoding="utf-8-sig").splitlines()):
            word, count = line.split()
            self._known.add(word)
            if rank < _COMMON:
                self._symspell.create_dictionary_entry(word, int(count))
        for word in self._clinical:
            self._symspell.create_dictionary_entry(word, _CLINICAL_WEIGHT)

    def correct(self, words: list[Word]) -> list[Word]:
        """Return the words with slips corrected; a word may become two ("chestpain"), offsets stay true."""
        return self._correct_phrases([fixed for word in words for fixed in self._correct_word(word)])

    def _correct_word(self, word: Word) -> list[Word]:
        text = word.text
        if len(text) < 3 or not text.isalpha() or text in self._known:
            return [word]
        if text.endswith("in") and text + "g" in self._known:  # "stickin", "breathin"
            return [Word(text + "g", word.start, word.end)]
        reach = 1 if len(text) < 6 else 2
        found = self._symspell.lookup(text, Verbosity.CLOSEST, max_edit_distance=reach)
        best = found[0].term if found else None
        if len(text) == 3 and best not in self._clinical:
            return [word]
        if best is None or (found[0].distance == 2 and best not in self._clinical):
            halves = self._halves(text)
            if halves:
                return [Word(half, word.start, word.end) for half in halves]
        return [Word(best or text, word.start, word.end)]

    def _halves(self, text: str) -> list[str] | None:
        """Split a word run together: both halves known, at least one clinical ("chestpain", "cantbreathe")."""
        for cut in range(3, len(text) - 2):
            left, right = text[:cut], text[cut:]
            if left in self._known and right in self._known and {left, right} & self._clinical:
                return [left, right]
        return None

    def _correct_phrases(self, words: list[Word]) -> list[Word]:
        fixed: list[Word] = []
        at = 0
        while at < len(words):
            for written, meant in self._phrases.get(words[at].text, ()):
                size = len(written)
                if [word.text for word in words[at : at + size]] == written:
                    last = words[at + size - 1]
                    fixed += [Word(text, words[at].start, last.end) for text in meant]
                    at += size
                    break
            else:
                fixed.append(words[at])
                at += 1
        return fixed


def _phrase_table(phrases: dict[str, str]) -> dict[str, list[tuple[list[str], list[str]]]]:
    table: dict[str, list[tuple[list[str], list[str]]]] = {}
    for written, meant in sorted(phrases.items(), key=lambda pair: -len(pair[0])):
        first, *_ = words = written.split()
        table.setdefault(first, []).append((words, meant.split()))
    return table
