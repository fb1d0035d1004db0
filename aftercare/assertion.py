"""What a message says of a finding: present, absent, hypothetical, historical, somebody else's, figurative.

A finding is present unless a row of `tables/assertion.yml` proves otherwise (TRIAGE.md, "What a message asserts"). The
scope of every row is one segment: it ends at a full stop, at "but", "though", "except" and the like.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from aftercare.findings import Assertion, Urgency, level_of, load

_STOPS = {".", "!", "?", ";", "…"}
_CONTRASTS = {"but", "though", "although", "however", "except", "yet", "whereas", "instead"}
_LIST_LINKS = {"or", "nor", "and", "&", "/"}
_LIST_ENDS = {
    ",",
    "or",
    "nor",
    "and",
    "&",
    ".",
    "!",
    "?",
    ";",
    "/",
    "at",
    "so",
    "yet",
    "whatsoever",
    "today",
    "as",
    "(",
    ")",
    "either",
    "thankfully",
    "luckily",
}


def segments(words: Sequence[str]) -> list[tuple[int, int]]:
    """Split words into the stretches within which a negation or an "if" reaches; (start, end) in words."""
    found, start = [], 0
    for at, word in enumerate(words):
        if word in _STOPS:
            found.append((start, at + 1))
            start = at + 1
        elif word in _CONTRASTS and at > start:
            found.append((start, at))
            start = at
    found.append((start, len(words)))
    return [(a, b) for a, b in found if a < b]


def assertion_of(words: Sequence[str], finding: str, start: int, end: int, others: Sequence[tuple[int, int]] = ()) -> Assertion:
    """Status of the finding that stands on words `start` to `end`; `others` are the places of other findings.

    Figurative speech is not decided here: that needs the second opinion of the network (see `doubtful_cue`).
    """
    left, right = next((a, b) for a, b in segments(words) if a <= start < b)
    before = " ".join(words[left:start])
    # "Fever? None." answers across the question mark that ends the segment.
    beyond = right + 2 if words[right - 1] == "?" else right
    after = " " + " ".join(words[end:beyond])
    emergency = level_of(finding) >= Urgency.EMERGENCY
    if _hypothetical(before, " ".join(words[start:end])) or _search("hypothetical_after", after):
        return Assertion.PRESENT if _search("confirmed_after", " ".join(words[end:])) else Assertion.HYPOTHETICAL
    if _denied(words, left, start, end, others, emergency) or _search("absent_after", after):
        return Assertion.ABSENT
    if not emergency and _search("gone_after", after):
        return Assertion.ABSENT
    return _whose_and_when(words, start, emergency)


def _hypothetical(before: str, inside: str) -> bool:
    if _search("present_before", before):
        return False
    return _search("hypothetical_before", before + " " + inside.split(" ", 1)[0])


_EXCEPT = {"except", "until", "till", "unless"}  # "no pain until I breathe in" reports pain


def _denied(words: Sequence[str], left: int, start: int, end: int, others: Sequence[tuple[int, int]], emergency: bool) -> bool:
    """Walk back from the finding over words that may stand between a denial and what it denies."""
    table = load("assertion")
    between, negators = table["between"], table["negators"]
    if _EXCEPT & set(words[start:end]):
        return False
    commas = linked = 0
    at = start - 1
    while at >= left:
        word = words[at]
        if word in negators:
            if f"{word} {words[at + 1]}" in table["not_a_denial"] or (
                word == "never" and _search("never_like_this", " " + " ".join(words[end:]))
            ):
                return False
            return _within_list(words, end, commas, linked, emergency)
        inside = next((a for a, b in others if a <= at < b and a >= left), None)
        alternative = "or" in words[max(left, at - 1) : at + 2] or "nor" in words[max(left, at - 1) : at + 2]
        if word not in between and word != "and" and inside is None and not alternative:
            return False
        if word == "and" and (emergency or at + 1 != start):
            return False
        commas += word == ","
        linked += word in _LIST_LINKS
        at -= 1
    return False


def _within_list(words: Sequence[str], end: int, commas: int, linked: int, emergency: bool) -> bool:
    """Whether a finding behind commas still belongs to the list that was denied ("no fever, chills or redness")."""
    following = words[end] if end < len(words) else "."
    if commas == 0 or linked:
        return True
    return following in _LIST_ENDS and (not emergency or commas > 1 or following in _LIST_LINKS)


def _whose_and_when(words: Sequence[str], start: int, emergency: bool) -> Assertion:
    segment, message = _segment_text(words, start), " ".join(words)
    past = not _search("present_now", segment) and _search("historical", segment)
    if _search("other_person", _before(words, start)) and not _own(words, start):
        if past or _search("pets", segment):
            return Assertion.OTHER_PERSON
        if not emergency and not _search("their_treatment", message):
            return Assertion.OTHER_PERSON
    return Assertion.HISTORICAL if past else Assertion.PRESENT


def _segment_text(words: Sequence[str], at: int) -> str:
    left, right = next((a, b) for a, b in segments(words) if a <= at < b)
    return " ".join(words[left:right])


def _before(words: Sequence[str], start: int) -> str:
    """The segment up to the finding, where its subject stands."""
    left = next(a for a, b in segments(words) if a <= start < b)
    return " ".join(words[left : start + 2])


def _own(words: Sequence[str], start: int) -> bool:
    """Whether the writer is the subject: "i" or "my <part of the body>" stands before the finding in its segment."""
    before = _before(words, start)
    last_other = max((m.end() for m in _compiled("other_person").finditer(before)), default=-1)
    last_own = max(
        (m.end() for m in re.finditer(r"\b(?:i|my (?!\w+ (?:has|is|was|had|says|said))\w+|me|(?<!of )mine)\b", before)),
        default=-1,
    )
    return last_own > last_other


def doubtful_cue(words: Sequence[str], start: int) -> Assertion | None:
    """Whether the sentence speaks of a price, a film, somebody else …: then the network must see a report too."""
    segment, message = _segment_text(words, start), " ".join(words)
    if _search("figurative", segment) or _search("unrelated", message):
        return Assertion.FIGURATIVE
    if _search("only_asking", message):
        return Assertion.HYPOTHETICAL
    return Assertion.OTHER_PERSON if _search("other_person", _before(words, start)) and not _own(words, start) else None


def faint_is_over(words: Sequence[str]) -> bool:
    """Whether the message tells of a faint during the treatment and of a full recovery, and of nothing after it."""
    text = " ".join(words)
    return _search("faint_at_treatment", text) and _search("faint_over", text) and not _search("faint_not_over", text)


@cache
def _compiled(name: str) -> re.Pattern[str]:
    rows = load("assertion")[name]
    return re.compile(rows if isinstance(rows, str) else "|".join(f"(?:{row})" for row in rows))


def _search(name: str, text: str) -> bool:
    return _compiled(name).search(text) is not None
