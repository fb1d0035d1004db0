"""A patient's message as words that still know where they stood in what was written.

Everything after this module works on `Word`s: lower case, contractions opened ("can't" is "can not"), quotes and
dashes made plain. Each word keeps its place in the original, so that a finding can quote the patient.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

#: Longest message that is read, in characters. Rasa parses inside its event loop: 20,000 characters froze it for 14 s.
MAX_CHARACTERS = 2000

_TOKEN = re.compile(
    r"\d+(?:[.,:]\d+)?"  # 38.4, 7:30
    r"|[^\W\d_]+(?:'[^\W\d_]+)*"  # words, with inner apostrophes
    r"|[\U0001F300-\U0001FAFF\u2600-\u27BF]"  # emoji
    r"|\n|[.!?;:,…()/%°+&@#*=-]"
)
_PLAIN = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "–": "-", "—": "-", "º": "°"})
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_ENDINGS = (("n't", " not"), ("'re", " are"), ("'ve", " have"), ("'ll", " will"), ("'m", " am"), ("'d", " would"))


@dataclass(frozen=True)
class Word:
    """One word or punctuation mark; `start` and `end` are character offsets into the original message."""

    text: str
    start: int
    end: int


@cache
def spelling_tables() -> dict[str, Any]:
    """The tables of `tables/spelling.yml`: contractions, emoji, and the slips that a speller gets wrong."""
    path = Path(__file__).parent / "tables" / "spelling.yml"
    tables: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # "no" stays a word
    return tables


def clean(message: str) -> str:
    """Return the message cut to `MAX_CHARACTERS`, letters made plain and control characters made spaces.

    Characters are replaced one for one, so an offset into the result is an offset into the original.
    """
    return "".join(_plain(char) for char in message[:MAX_CHARACTERS].translate(_PLAIN))


def _plain(char: str) -> str:
    if char.isascii():
        return char if char.isprintable() or char == "\n" else " "
    if unicodedata.category(char)[0] == "C":
        return " "
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 else char


def words(message: str) -> list[Word]:
    """Split a message into words. An emoji that means something clinical becomes that word, others are dropped."""
    contractions, emoji = spelling_tables()["contractions"], spelling_tables()["emoji"]
    found: list[Word] = []
    for match in _TOKEN.finditer(clean(message)):
        token = match.group().lower()
        if token == "\n":
            opened = "."
        elif token[0].isalpha():
            token = _STRETCHED.sub(r"\1\1", token)
            opened = contractions.get(token.replace("'", "")) or _open(token)
        else:
            opened = emoji.get(token, "") if ord(token[0]) >= 0x2600 else token
        found += [Word(part, match.start(), match.end()) for part in opened.split()]
    return found


def _open(token: str) -> str:
    """Open the regular contractions: "hasn't" is "has not", "i'll" is "i will", "session's" is "session"."""
    for ending, full in _ENDINGS:
        if token.endswith(ending) and len(token) > len(ending):
            return token[: -len(ending)] + full
    if token[1:2] == "'" and token[0] in "cdjlmnqst":  # a foreign elision ("j'ai", "l'eau") is no English word with a slip in it
        return token
    return token.removesuffix("'s").replace("'", "") or token


def joined(tokens: list[Word]) -> str:
    """The words as one line, as the network reads them."""
    return " ".join(word.text for word in tokens)
