"""The words around the times of a message: cues by class, and the segments that they stand in.

Cues are the phrases of `cues` in `tables/times.yml`; a word that no list knows is "strange" and tells of something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from aftercare.text import Word
from aftercare.times.moments import Moment
from aftercare.times.vocabulary import NEUTRAL, TABLE, words

Phrases = dict[str, list[tuple[tuple[str, ...], str]]]

_CLASSES = tuple(str(name) for name in TABLE["cues"])
_STOPS, _LINKS, _SUBJECTS = words("stops"), words("links"), words("subjects")
_ALONE = words("hedges") - {"it", "was", "is", "been"}
_NAMES_AFTER, _BEFORE_NAMED = words("names_after"), words("before_named_time")
_LONGEST_ASIDE = 7  # words
_SHORTEST_SLIP = 5  # letters of a word that may be a slip of a neutral one


def _phrases() -> tuple[Phrases, Phrases]:
    """The cue phrases by their first word, and those whose first word is a stem ("needl*") by that stem."""
    exact: Phrases = {}
    stems: Phrases = {}
    for name, phrases in [*TABLE["cues"].items(), ("masked", TABLE["masked"])]:
        for phrase in phrases:
            first, *rest = str(phrase).split()
            (stems if first.endswith("*") else exact).setdefault(first.rstrip("*"), []).append((tuple(rest), str(name)))
    return exact, stems


_EXACT, _STEMS = _phrases()


@lru_cache(maxsize=16384)
def _beginning(word: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    """The rest and the class of every phrase that may begin with a word."""
    found = list(_EXACT.get(word, ()))
    for size in range(2, len(word) + 1):
        found += _STEMS.get(word[:size], ())
    return tuple(found)


@lru_cache(maxsize=16384)
def _is_neutral(word: str) -> bool:
    if len(word) < 2 or not word[0].isalpha() or word in NEUTRAL:
        return True
    if len(word) < _SHORTEST_SLIP or not word.isalpha():
        return False
    return any(
        word[0] == known[0] and len(known) >= _SHORTEST_SLIP and OSA.distance(word, known, score_cutoff=1) < 2
        for known in NEUTRAL
    )


def _follows(texts: Sequence[str], at: int, rest: tuple[str, ...]) -> bool:
    """Whether the words from `at` on are the rest of a phrase; its words may end in * too."""
    following = texts[at : at + len(rest)]
    return len(following) == len(rest) and all(
        text.startswith(wanted[:-1]) if wanted.endswith("*") else text == wanted for text, wanted in zip(following, rest)
    )


class Context:
    """A message's plain words with its times, its cues (word number -> where the phrase ends, by class) and its segments."""

    def __init__(self, plain: Sequence[Word], moments: Sequence[Moment]) -> None:
        self.texts = [word.text for word in plain]
        self.moments = moments
        self.inside = {at for moment in moments for at in range(moment.first, moment.last)}
        self.cues: dict[str, dict[int, int]] = {name: {} for name in (*_CLASSES, "masked")}
        self._told: set[int] = set()  # words that belong to a cue or to a masked phrase
        self._read_cues()
        self._cuts = self._segments()

    def _read_cues(self) -> None:
        masked: set[int] = set()
        for at, text in enumerate(self.texts):
            if at in self.inside:
                continue
            following = self.texts[at + 1] if at + 1 < len(self.texts) else ""
            for rest, name in _beginning(text):
                end = at + 1 + len(rest)
                if rest and ((rest[0] != following and rest[0][-1] != "*") or not _follows(self.texts, at + 1, rest)):
                    continue
                if name != "masked" and at in masked:
                    continue
                if name == "masked":
                    masked.update(range(at, end))
                self.cues[name][at] = max(end, self.cues[name].get(at, 0))
                self._told.update(range(at, end))
        for name in _CLASSES:
            self.cues[name] = {at: end for at, end in self.cues[name].items() if at not in masked}

    def _segments(self) -> list[int]:
        """The words at which a segment begins. A time alone before a comma belongs to what follows: "Yesterday, I ran"."""
        cuts = [0]
        for at, text in enumerate(self.texts):
            if at in self.inside:
                continue
            if text in _STOPS:
                cuts.append(at + 1)
            elif self._begins_segment(at, text):
                cuts.append(at)
            elif text == "," and not self._introduces(cuts[-1], at):
                cuts.append(at + 1)
        return [*cuts, len(self.texts)]

    def _begins_segment(self, at: int, text: str) -> bool:
        if text in ("before", "after"):
            return self._is_aside(at)
        return text in _LINKS and self.texts[at + 1 : at + 2] not in ([], ["ago"], ["back"])

    def _introduces(self, start: int, comma: int) -> bool:
        following = self.texts[comma + 1 : comma + 12]
        if (start and self.texts[start - 1] not in _STOPS) or not following or following[0] not in _SUBJECTS:
            return False
        if "still" in following or "now" in following or any(at in self.inside for at in range(comma + 1, comma + 4)):
            return False
        return all(at in self.inside or self.texts[at] in _ALONE for at in range(start, comma))

    def _is_aside(self, at: int) -> bool:
        """Whether "before" or "after" only says when: "this morning before the school run", "last night after I got home"."""
        begun = next((back for back in (at - 1, at - 2) if back in self.inside), None)
        if begun is None or (begun == at - 2 and self.texts[at - 1] not in ("straight", "just", "right", "shortly")):
            return False
        ends = (on for on in range(at + 1, len(self.texts)) if self.texts[on] in _STOPS | _LINKS | {","})
        end = next(ends, len(self.texts))
        subjects = _SUBJECTS - {"the", "my", "you"}  # further on they begin another clause
        return end - at < _LONGEST_ASIDE and subjects.isdisjoint(self.texts[at + 2 : end])

    def segment(self, moment: Moment) -> tuple[int, int]:
        """First word and end of the segment in which a time stands."""
        return max(cut for cut in self._cuts if cut <= moment.first), min(cut for cut in self._cuts if cut >= moment.last)

    def within(self, name: str, start: int, end: int) -> list[int]:
        """The cues of a class that begin in a stretch of words."""
        return [at for at in self.cues[name] if start <= at < end]

    def outside(self, start: int, end: int) -> list[str]:
        """The words of a stretch that belong to no time."""
        return [text for at, text in enumerate(self.texts[start:end], start) if at not in self.inside]

    def strange(self, start: int, end: int) -> list[int]:
        """The words of a stretch that no list knows. Names after "with" and "by", and whom one saw, are not strange."""
        return [at for at in range(start, end) if at not in self.inside and at not in self._told and self._is_strange(at)]

    def _is_strange(self, at: int) -> bool:
        text = self.texts[at]
        if text.isdigit():
            return text != "1"
        if _is_neutral(text) or not _NAMES_AFTER.isdisjoint(self.texts[max(0, at - 2) : at]):
            return False
        saw = at > 0 and self.texts[at - 1] in ("saw", "see")
        return not (saw and (at + 1 in self.inside or not _BEFORE_NAMED.isdisjoint(self.texts[at + 1 : at + 2])))

    def has(self, texts: Iterable[str], start: int, end: int) -> bool:
        """Whether one of the texts is a word of the stretch."""
        return not set(texts).isdisjoint(self.texts[start:end])
