"""Random slips of the finger: a letter left out, doubled, swapped with the next, or taken from the key beside it."""

from __future__ import annotations

import random
import re

from tools.test_sets import Said

_SHORTEST = 4  # letters; a slip in "in" or "my" makes another word rather than a misspelt one
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {
    letter: row[max(0, at - 1) : at] + row[at + 1 : at + 2] for row in _ROWS for at, letter in enumerate(row)
}  # keys left and right of a letter


def with_slips(text: str, how_many: int, seed: str) -> str:
    """The text with so many slips, in different words of four letters and more as far as there are enough of them.

    The same seed gives the same slips. A text without such a word comes back as it is.
    """
    chance = random.Random(seed)
    places = [match.span() for match in re.finditer(rf"[A-Za-z]{{{_SHORTEST},}}", text)]
    if not places:
        return text
    chosen = chance.sample(places, how_many) if len(places) >= how_many else chance.choices(places, k=how_many)
    words = {place: text[slice(*place)] for place in chosen}
    for place in chosen:
        words[place] = _misspelt(words[place], chance, text[slice(*place)])
    for (start, end), word in sorted(words.items(), reverse=True):  # from the end, so that earlier places stay true
        text = text[:start] + word + text[end:]
    return text


def slips_of(emergencies: list[Said]) -> list[Said]:
    """The emergency messages with two random slips each; the same ones at every run."""
    return [Said(with_slips(said.text, 2, f"slips {at}"), said.right, said.tags) for at, said in enumerate(emergencies)]


def _misspelt(word: str, chance: random.Random, right: str) -> str:
    while True:
        at = chance.randrange(len(word))
        letter = word[at]
        beside = chance.choice(_BESIDE[letter.lower()])
        slip = chance.choice(
            [
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + word[at + 1 : at + 2] + letter + word[at + 2 :],
                word[:at] + (beside.upper() if letter.isupper() else beside) + word[at + 1 :],
            ]
        )
        if slip not in (word, right):
            return slip
