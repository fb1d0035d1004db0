"""Split a message into clauses, so that a red flag inside a long chatty message is judged by itself."""

from __future__ import annotations

from collections.abc import Sequence

_STOPS = {".", "!", "?", ";", "…", ":", "(", ")", "-"}
_CONTRASTS = {"but", "though", "although", "however", "except", "whereas", "plus", "also", "btw"}
_LINKS = {"and", "so", "because", "then", "now", "since", ","}
_SUBJECTS = frozenset(
    "i it my there he she they his her the this that can is do does should what how when a am we now just still have had got "
    "been no not was will feel feels me".split()
)
_ANSWERS = frozenset({"no", "none", "nope", "nah", "yes", "yep", "yeah"})  # "Chest pain? No." is one clause
_SHORTEST = 3  # words; a shorter piece stays with what stands before it


def clauses(words: Sequence[str]) -> list[tuple[int, int]]:
    """The clauses of a message as (start, end) in words; they cover all words that are not punctuation at the edges."""
    cuts = [0]
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else ""
        if word in _STOPS:
            cuts.append(at + 1)
        elif word in _CONTRASTS or (word in _LINKS and following in _SUBJECTS):
            cuts.append(at)
    cuts.append(len(words))
    pieces: list[tuple[int, int]] = []
    for start, end in zip(cuts, cuts[1:]):
        if end <= start:
            continue
        answers = words[start - 1] == "?" and end - start <= 3 and words[start] in _ANSWERS if start else False
        stopped = not answers and start > 0 and words[start - 1] in _STOPS - {"-", ":"}
        if pieces and not stopped and (end - start < _SHORTEST or pieces[-1][1] - pieces[-1][0] < _SHORTEST):
            pieces[-1] = (pieces[-1][0], end)
        else:
            pieces.append((start, end))
    return pieces
