"""Make the words that tell time plain: units and days by one name, numbers as digits, slips put right.

"too dayz agoo" becomes "2 day ago", "thirty-six hrs" "36 hour", "twodays" "2 day". Other words stay as they were.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from aftercare.text import Word
from aftercare.times.vocabulary import HOLIDAYS, MONTHS, PARTS, TABLE, UNITS, WEEKDAYS, numbers, words

_SPELLINGS: dict[str, str] = {str(slip): str(word) for word, slips in TABLE["spellings"].items() for slip in slips}
_NUMBERS = numbers("numbers")
_DOUBTFUL = numbers("numbers_in_doubt")
_ORDINALS = numbers("ordinals")
_DOUBTFUL_UNITS = {str(word): str(unit) for word, unit in TABLE["units_in_doubt"].items()}
_TOUCHING = {str(letters): str(unit) for letters, unit in TABLE["touching"].items()}
_CLOSE_TO = [str(word) for word in TABLE["close_to"]]
_NOT_CLOSE_TO = words("not_close_to")
_AGO = words("ago")
_NO_NUMBER, _QUANTITY = words("no_number"), words("quantity")
_BEFORE_DAY, _AFTER_DAY, _NEVER_DAY = words("before_day"), words("after_day"), words("never_before_day")
_TREATMENTS = ("sess", "treat", "needl", "app", "ago", "at")
_UNIT_SLIPS = {unit + plural: unit for unit in UNITS if unit not in ("sec", "fortnight", "decade") for plural in ("", "s")}
_NUMBER_SLIPS = {word: str(number) for word, number in _NUMBERS.items() if len(word) > 3}

_SMALL = "one|two|three|four|five|six|seven|eight|nine"
_TENS = re.compile(f"(twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety)({_SMALL})")
_RUN_TOGETHER = re.compile(
    r"(an?|last|this|few|couple|half|every|next|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")?"
    r"(minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|wks?|months?|years?|mornings?|afternoon|evening|nite|yesterday|"
    + "|".join(WEEKDAYS)
    + r")(ago|back|since|morning|afternoon|evening|night|nite|later)?"
)
# Without one of these a message names no time.
_TELLING = (
    {*UNITS, *WEEKDAYS, *MONTHS, *words("telling"), *_ORDINALS}
    | {word for name in (*PARTS, *HOLIDAYS) for word in name.split()} - words("telling_nothing")
)  # fmt: skip


@lru_cache(maxsize=16384)
def _plain(text: str) -> tuple[str, ...]:
    """One word as the grammar knows it; a word run together ("twodays") as its parts."""
    if text in _SPELLINGS:
        return (_SPELLINGS[text],)
    if text[0].isdigit():
        return (text.replace(",", ".") if re.fullmatch(r"\d+,\d", text) else text,)
    if text in _NUMBERS and text not in _DOUBTFUL:
        return (str(_NUMBERS[text]),)
    if len(text) < 5 or not text.isalpha():
        return (text,)
    if text.endswith("ish") and text[:-3] in _NUMBERS:
        return str(_NUMBERS[text[:-3]]), "ish"
    tens = _TENS.fullmatch(text)
    if tens:
        return (str(_NUMBERS[tens[1]] + _NUMBERS[tens[2]]),)
    joined = _RUN_TOGETHER.fullmatch(text)
    if joined and (joined[1] or joined[3]):
        return tuple(word for part in joined.groups() if part for word in _plain(part))
    return (_closest(text) or text,)


def _closest(text: str) -> str | None:
    """The time word that a long word is a slip of: one edit away, two for eight letters and more."""
    if text in _NOT_CLOSE_TO:
        return None
    for word in _CLOSE_TO:
        reach = 2 if len(word) >= 8 else 1
        if text[0] == word[0] and abs(len(text) - len(word)) <= reach and OSA.distance(text, word, score_cutoff=reach) <= reach:
            return _SPELLINGS.get(word, word)
    return None


def plain_words(words: Sequence[Word]) -> list[Word]:
    """The words with every time word plain, or nothing when no word tells of time. Offsets stay those of the message."""
    plain = [(part, word) for word in words for part in _plain(word.text)]
    if not any(part in _TELLING or part[0].isdigit() for part, _ in plain) and not _has_this_am(words):
        return []
    return _numbers(_slips(_touch([Word(_weekly(part, word, words), word.start, word.end) for part, word in plain])))


def _has_this_am(words: Sequence[Word]) -> bool:
    return any(word.text == "this" and after.text == "am" for word, after in zip(words, words[1:]))


def _weekly(part: str, word: Word, words: Sequence[Word]) -> str:
    """Keep "mondays" as it is: every Monday is no time, unless it is "mondays session"."""
    if part not in WEEKDAYS or not word.text.endswith("s") or len(word.text) < 6 or word.end - word.start != len(word.text):
        return part
    following = next((after.text for after in words if after.start >= word.end), "")
    return part if following.startswith(_TREATMENTS) else word.text


def _slips(words: list[Word]) -> list[Word]:
    """Slips that only their neighbours betray: "there days ago", "3 dats ago", "2 days agi"."""
    for at in range(1, len(words) - 1):
        first, unit, ago = words[at - 1].text, words[at].text, words[at + 1].text
        number = first[0].isdigit() or first in ("few", "couple", "a")
        if ago in ("ago", "back"):
            if unit not in UNITS and number and unit.isalpha():
                _replace(words, at, _nearest(unit, _UNIT_SLIPS))
            elif unit in UNITS and not number and first.isalpha() and first not in _NO_NUMBER:
                _replace(words, at - 1, _nearest(first, _NUMBER_SLIPS))
        elif unit in UNITS and number and at + 2 == len(words) and ago not in _AGO and OSA.distance(ago, "ago") < 2:
            _replace(words, at + 1, "ago")
    return words


def _replace(words: list[Word], at: int, text: str | None) -> None:
    if text:
        words[at] = Word(text, words[at].start, words[at].end)


def _nearest(text: str, choices: dict[str, str]) -> str | None:
    """What the choice one edit away stands for (two edits for five letters and more), if there is one."""
    distance, plain = min((OSA.distance(text, word), plain) for word, plain in choices.items())
    return plain if distance <= (1 if len(text) < 5 else 2) else None


def _touch(words: list[Word]) -> list[Word]:
    """Put together what the tokenizer cut: "9th", "2moro", "36h", "b4", "8:30 a.m."."""
    made: list[Word] = []
    at = 0
    while at < len(words):
        word = words[at]
        text, size = word.text, 1
        after = words[at + 1] if at + 1 < len(words) else None
        if after is not None and word.end == after.start and (text[0].isdigit() or text == "b"):
            text, size = _touched(word, after, words[at + 2].text if at + 2 < len(words) else "")
        elif text in ("a", "p") and made and made[-1].text[0].isdigit():
            rest = [w.text for w in words[at + 1 : at + 4]]
            if rest[:1] == ["m"]:
                text, size = text + "m", 2
            elif rest[:2] == [".", "m"]:
                text, size = text + "m", 4 if rest[2:] == ["."] else 3
        if size == 0:  # "36h": the letter is a unit of its own
            made += [word, Word(text, word.end, words[at + 1].end)]
            at += 2
            continue
        made.append(Word(text, word.start, words[at + size - 1].end))
        at += size
    return made


def _touched(word: Word, after: Word, third: str) -> tuple[str, int]:
    """What a number is with the word that touches it, and how many words that takes; 0 when that word is its unit."""
    text = word.text
    if text == "b":
        return ("before", 2) if after.text == "4" else (text, 1)
    if after.text in ("st", "nd", "rd", "th", "and"):  # "2nd" comes as "2 and"
        return (f"{text}th", 2) if text.isdigit() else (text, 1)
    if text == "2" and after.text in ("moro", "tomorrow", "moz"):
        return "tomorrow", 2
    singular = after.text in ("night", "day") and after.end - after.start == len(after.text)
    if text == "2" and singular and third not in ("ago", "back", "since"):
        return ("tonight" if after.text == "night" else "today"), 2
    if after.text in _TOUCHING and not (after.text == "m" and third == "."):
        return _TOUCHING[after.text], 0
    return text, 1


def _numbers(words: list[Word]) -> list[Word]:
    """Digits for number words, read with what stands beside them: "thirty - six", "a hundred", "to days ago"."""
    made: list[Word] = []
    at = 0
    while at < len(words):
        word = words[at]
        before = made[-1].text if made else ""
        after = words[at + 1].text if at + 1 < len(words) else ""
        text, size = _number(words, at, before, after)
        plural = text in UNITS and word.end - word.start > len(text)
        if plural and after == "ago" and before not in _QUANTITY and not before[:1].isdigit():
            made.append(Word("few", word.start, word.start))  # "days ago"
        made.append(Word(text, word.start, words[at + size - 1].end))
        at += size
    return made


def _number(words: list[Word], at: int, before: str, after: str) -> tuple[str, int]:
    """The word at `at` with its neighbours considered, and how many words that takes."""
    word = words[at]
    text = word.text
    if text.isdigit():
        return _tens(words, at) if not _is_digits(word) else (text, 1)
    if text in _DOUBTFUL and after in UNITS and _meant(text, before, words[at + 2].text if at + 2 < len(words) else ""):
        return str(_DOUBTFUL[text]), 1
    counted = before.isdigit() or before in ("a", "an", "few", "of")
    if text in _DOUBTFUL_UNITS and (before == "last" or (counted and after in _AGO)):
        return _DOUBTFUL_UNITS[text], 1
    if text in _ORDINALS:
        dated = text != "second" or before in MONTHS or after in ("of", "day") or (before == "the" and not after.isalpha())
        return (f"{_ORDINALS[text]}ord", 1) if dated and after != "thing" else (text, 1)
    if text == "half":
        return _half_dozen(words, at)
    if text in ("am", "pm") and not after.isalpha() and before in (*WEEKDAYS, "yesterday", "today", "this", "tomorrow"):
        return ("morning" if text == "am" else "afternoon"), 1
    if text in ("sat", "sun") and _is_day(before, after or "."):
        return ("saturday" if text == "sat" else "sunday"), 1
    return text, 1


def _tens(words: list[Word], at: int) -> tuple[str, int]:
    """ "twenty four", "thirty - six", "twenty first", "two hundred"."""
    text = words[at].text
    step = 2 if at + 1 < len(words) and words[at + 1].text == "-" else 1
    unit = words[at + step].text if at + step < len(words) else ""
    unit = str(_DOUBTFUL.get(unit, unit))
    if text in ("1", "2", "3") and unit == "100":
        hundreds, size = int(text) * 100, 2
        rest, more = _after_hundreds(words, at + 2)
        return str(hundreds + rest), size + more
    if text == "100":
        rest, more = _after_hundreds(words, at + 1)
        return str(100 + rest), 1 + more
    if int(text) in range(20, 100, 10):
        if unit.isdigit() and 0 < int(unit) < 10:
            return str(int(text) + int(unit)), step + 1
        if _ORDINALS.get(unit, 10) < 10:
            return f"{int(text) + _ORDINALS[unit]}ord", step + 1
    return text, 1


def _after_hundreds(words: list[Word], at: int) -> tuple[int, int]:
    """The rest of "a hundred and twenty", and how many words it takes."""
    if at + 1 >= len(words) or words[at].text != "and" or not words[at + 1].text.isdigit() or _is_digits(words[at + 1]):
        return 0, 0
    text, size = _tens(words, at + 1)
    return int(text), size + 1


def _half_dozen(words: list[Word], at: int) -> tuple[str, int]:
    size = 2 if at + 1 < len(words) and words[at + 1].text == "a" else 1
    twelve = words[at + size] if at + size < len(words) else None
    if twelve is not None and twelve.text == "12" and not _is_digits(twelve) and twelve.end - twelve.start == len("dozen"):
        return "6", size + 1
    return "half", 1


def _is_digits(word: Word) -> bool:
    """Whether the patient wrote the number in digits: "20" is then not the start of "20 2"."""
    return word.end - word.start == len(word.text)


def _is_day(before: str, after: str) -> bool:
    """Whether "sat" or "sun" is a day: "on sat", "sat morning", not "sat down", "in the sun"."""
    if after in _AFTER_DAY:
        return True
    if before in _NEVER_DAY:
        return False
    return before in _BEFORE_DAY or after in (",", ".") or (not before and not after.isalpha())


def _meant(text: str, before: str, third: str) -> bool:
    """Whether a word that may be a number is one: "to days ago", "tow days", but not "for days" or "to day"."""
    return third in ("ago", "back") or (text not in ("for", "to", "too", "free", "ate", "fore") and before not in ("the", "a"))
