"""Long texts cut where a reader would pause, never losing a word."""

from __future__ import annotations

from collections.abc import Callable, Iterator

MOST_UNITS = 4_096  # of one Telegram message, in UTF-16 units
MOST_CAPTION_UNITS = 1_024

# Best first: between paragraphs, lines, sentences, words.
_PAUSES = ("\n\n", "\n", ". ", "! ", "? ", " ")


def utf16_units(text: str) -> int:
    """Length as Telegram counts it: an emoji is two."""
    return len(text) + sum(1 for c in text if ord(c) > 0xFFFF)


def split(text: str, most: int = MOST_UNITS, measure: Callable[[str], int] = utf16_units, fullest: float = 0.5) -> list[str]:
    """The text in pieces of at most `most` as `measure` counts; joined without white space they are the text.

    A piece ends at the best pause after `fullest` (0 to 1) of its room, or in the middle of a word that leaves no other way.
    No piece is empty or only white space.
    """
    return list(_pieces(text.strip(), most, measure, fullest))


def _pieces(text: str, most: int, measure: Callable[[str], int], fullest: float) -> Iterator[str]:
    while measure(text) > most:
        room = _longest_start(text, most, measure)
        end = _pause(text, room, int(room * fullest))
        if piece := text[:end].strip():
            yield piece
        text = text[end:].strip()
    if text:
        yield text


def _longest_start(text: str, most: int, measure: Callable[[str], int]) -> int:
    low, high = 1, min(len(text), most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= most else (low, middle - 1)
    return low


def _pause(text: str, room: int, earliest: int) -> int:
    # A pause that begins just behind the room still ends this piece, so it is looked for in a little more text.
    for pause in _PAUSES:
        kept = 0 if pause.isspace() else 1  # the full stop stays with its sentence
        at = text.rfind(pause, earliest, room + len(pause) - kept)
        if at > 0:
            return at + kept
    return room
