"""Which of a message's times is the treatment's, by the words around them.

"Needled on Monday" counts, "gym on Monday" does not, "sore for 5 days" counts where nothing better is said.
"""

from __future__ import annotations

from enum import IntEnum

from aftercare.times.context import Context
from aftercare.times.lengths import Kind
from aftercare.times.moments import Moment
from aftercare.times.vocabulary import words

_LONGEST_COMPLAINT = 720.0  # hours; a pain that is older is what the treatment was for
_SHORTEST_COMPLAINT = 20.0  # hours; a length shorter than this tells of the pain, not of the treatment
_OLD_NEWS = 168.0  # hours; an acquaintance's treatment further back is no report
_TREATED = ("treatment", "weak", "place")  # cue classes, the surest first
_LENGTHS = (Kind.AFTER, Kind.SPAN, Kind.SINCE)
_HEDGES, _TO_TREATMENT, _COUNTED_FROM = words("hedges"), words("to_treatment"), words("counted_from")
_NEGATED, _AFTER_NOT, _BARE = words("negated"), words("after_not"), words("bare")
_ASKING, _HAVING, _HABIT, _UNSURE = words("asking"), words("having"), words("habit"), words("unsure")
_WAS, _THE_LATEST, _BEFORE_WAS, _TELLING = words("was"), words("the_latest"), words("before_was"), words("telling_verbs")
_GENERAL = words("general")


class Rank(IntEnum):
    """How surely a time is the treatment's; the highest wins."""

    JUST = 1  # "just left the clinic", where no other time is given
    COMPLAINT = 2  # how long it has been sore: the treatment is at least as long ago
    NEUTRAL = 3  # a time by itself, "it was" and a time
    PLACE = 4  # beside words for the clinic
    TREATMENT = 5  # beside words for the treatment


class Judge:
    """Ranks the times of one message by the words around them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._texts = context.texts
        self._cues = context.cues

    def chosen(self) -> Moment | None:
        """The last correction, else the surest time; of equals the last treatment, the longest complaint, the last word."""
        found = self._context.moments
        ranked = [(moment, rank) for moment in found if (rank := self._rank(moment)) is not None]
        standing = [pair for pair in ranked if not self._is_withdrawn(pair[0])] or ranked
        for at in sorted(self._corrections(), reverse=True):
            corrected = [pair for pair in standing if pair[0].first > at and pair[1] >= Rank.NEUTRAL]
            if corrected and found[0].first < at:
                standing = corrected
                break
        if not standing:
            return None
        best = max(rank for _, rank in standing)
        equals = [moment for moment, rank in standing if rank is best]
        if best is Rank.COMPLAINT:
            return max(equals, key=lambda moment: moment.hours)
        if best is Rank.TREATMENT:
            return min(equals, key=lambda moment: (moment.hours < 0, moment.hours))
        equals = [m for m in equals if m.kind is not Kind.POINT or m.calendar_days != 0] or equals  # "today" is when it hurts
        either = len(equals) > 1 and "or" in self._texts[equals[-2].last : equals[-1].first]
        return max(equals[-2:], key=lambda moment: moment.hours) if either else equals[-1]

    def _corrections(self) -> list[int]:
        """Where the patient takes something back: "sorry", "I meant", or a "no" before another time."""
        firsts = [moment.first for moment in self._context.moments]
        noes = [at for at, text in enumerate(self._texts) if text == "no" and any(at < first <= at + 3 for first in firsts)]
        return [*self._cues["correction"], *noes]

    def _is_withdrawn(self, moment: Moment) -> bool:
        """Whether this was said or thought before and is now put right: "I thought it was Monday"."""
        return bool(self._context.within("withdrawn", moment.first - 6, moment.first))

    def _is_negated(self, moment: Moment) -> bool:
        """Whether "not" takes it back: "not yesterday", but not "not sure, Monday", nor "not an hour ago", which is less."""
        at = moment.first - 1
        while at >= 0 and moment.first - at < 6 and self._texts[at] in _NEGATED:
            at -= 1
        if at < 0 or self._texts[at] != "not" or self._texts[at + 1] in _AFTER_NOT:
            return False
        short = at == moment.first - 1 and moment.kind is Kind.PAST and moment.unit in ("minute", "hour")
        return not (short and len(self._context.moments) == 1)

    def _is_void(self, moment: Moment, start: int) -> bool:
        """Whether it did not take place, or will: "I missed my appointment on Monday", "it's on Monday"."""
        before = self._texts[max(0, moment.first - 3) : moment.first]
        old_news = moment.hours >= _OLD_NEWS and self._context.within("acquaintance", start, moment.first)
        return bool(old_news or self._context.within("void", start, moment.first)) or before == ["it", "is", "on"]

    def _rank(self, moment: Moment) -> Rank | None:
        """How surely this is the treatment's time; None when it is not, or is taken back."""
        start, end = self._context.segment(moment)
        if self._is_negated(moment) or self._is_void(moment, start) or "than" in self._context.outside(start, end):
            return None
        cue = self._cue(moment, start, end)
        if moment.kind is Kind.JUST:
            return Rank.JUST if cue in _TREATED or (not cue and not self._tells_more(start, end)) else None
        if cue in ("weak", "place") and self._is_elsewhere(moment, cue, start, end):
            return None
        if cue == "it was":
            return Rank.NEUTRAL if self._may_be_treatment(moment, start, end) else None
        if cue in _TREATED:
            return self._of_treatment(moment, cue, start, end)
        if cue == "complaint":
            return self._of_complaint(moment, start, end)
        rank = None if cue else self._by_itself(moment, start, end)
        again = rank is Rank.NEUTRAL and self._context.has(("again", "another"), start, end)
        return Rank.TREATMENT if again else rank

    def _cue(self, moment: Moment, start: int, end: int) -> str:
        """The class of the nearest cue: one that the time leads to, else the nearest before, else the nearest after."""
        led = self._led_to(moment, end)
        counted = moment.kind is Kind.AFTER and self._texts[moment.last - 1] in ("since", "after", "post")
        subject = "" if counted and self._texts[moment.last - 1] == "since" else self._was(moment, start)
        if led or subject:
            return led or ("treatment" if subject in _THE_LATEST else "it was")
        named = [
            (at, self._cues[name][at], name)
            for name in (*_TREATED, "complaint", "other", "trend")
            for at in self._context.within(name, start, end)
            if name != "other" or not self._is_treated_for(at)
        ]
        before = max(((ends, -at, name) for at, ends, name in named if at < moment.first), default=None)
        after = max(((-at, ends, name) for at, ends, name in named if at >= moment.last), default=None)
        nearest = (after or before) if counted else (before or after)
        if nearest is None:
            return ""
        return "other" if nearest[2] == "complaint" and moment.last in self._cues["other"] else nearest[2]

    def _led_to(self, moment: Moment, end: int) -> str:
        """The class of the treatment that the time leads to: "yesterday's session", "3 days since it was done"."""
        at = moment.last
        if self._texts[at : at + 1] == ["when"]:
            end = min(len(self._texts), at + 5)
        passed = _TO_TREATMENT | _COUNTED_FROM if moment.kind is Kind.AFTER else _TO_TREATMENT
        while at < min(end, moment.last + 4):
            name = next((name for name in _TREATED if at in self._cues[name]), "")
            if name or self._texts[at] not in passed:
                return name
            at += 1
        return next((name for name in _TREATED if at in self._cues[name] and at < end), "")

    def _was(self, moment: Moment, start: int) -> str:
        """What "was" directly before the time: "it", "that", "the second"; empty when nothing of the kind."""
        at = moment.first - 1
        while at > start and self._texts[at] in _HEDGES and self._texts[at] not in ("was", "been"):
            at -= 1
        if at < start or self._texts[at] not in ("was", "were", "been", "twas") or self._context.strange(start, at):
            return ""
        lead = [text for text in self._texts[start:at] if text not in _BEFORE_WAS]
        return "it" if self._texts[at] == "twas" else lead[-1] if lead and lead[-1] in _WAS else ""

    def _is_treated_for(self, at: int) -> bool:
        """ "needling for headaches" is not a headache at that time."""
        return "for" in self._texts[max(0, at - 2) : at] and bool(self._context.within("treatment", max(0, at - 4), at))

    def _is_elsewhere(self, moment: Moment, cue: str, start: int, end: int) -> bool:
        """Whether a weak cue belongs to something else: "got my hair done yesterday", "clinic hours on Sunday"."""
        strange = self._context.strange(start, end)
        if cue == "place":
            return bool(strange) and moment.kind is not Kind.PAST and not self._context.within("past", start, end)
        weak = [(at, self._cues["weak"][at]) for at in self._context.within("weak", start, end)]
        others = [
            at
            for at in strange + self._context.within("other", start, end)
            if at > start
            and self._texts[at - 1] not in ("with", "by", "at", "in")
            and not any(at in range(*span) for span in weak)
        ]
        return any(-3 < other - at < 4 for at, _ in weak for other in others)

    def _asks(self, start: int, end: int) -> bool:
        """Whether a segment asks, plans or advises. "Is 2 days since ..." is a patient's English, no question."""
        first, second = [*self._texts[start : start + 2], "", ""][:2]
        return bool(self._context.within("modal", start, end)) or (first in _ASKING and not (first == "is" and second.isdigit()))

    def _runs_until_now(self, moment: Moment) -> bool:
        """ "it has been 3 days", "now 3 days", "mine is day two"."""
        near = self._texts[max(0, moment.first - 4) : moment.first]
        return (
            not {"been", "already", "now"}.isdisjoint(near)
            or " ".join(near[-2:]) in ("mine is", "it is", "this is", "now on")
            or self._texts[moment.last : moment.last + 1] == ["now"]
        )

    def _of_treatment(self, moment: Moment, cue: str, start: int, end: int) -> Rank | None:
        """The rank of a time beside words for the treatment."""
        led_by = any(self._context.within(name, start, min(end, moment.last + 4)) for name in _TREATED)
        if self._is_since(moment) and not led_by:
            return self._of_complaint(moment, start, end)
        if not self._may_be_treatment(moment, start, end):
            return None
        return Rank.PLACE if cue == "place" or moment.kind is Kind.AFTER else Rank.TREATMENT

    def _may_be_treatment(self, moment: Moment, start: int, end: int) -> bool:
        """Whether the segment tells of a treatment that took place, and not of one to come, of how long it took or how often."""
        context, kind = self._context, moment.kind
        if kind is Kind.PAST:
            return True
        asks = self._asks(start, end)
        if context.within("coming", start, end):
            return False
        if kind is Kind.AFTER:
            told = not asks or self._runs_until_now(moment) or context.within("complaint", start, end)
            hours_after = moment.unit in ("minute", "hour") and moment.hours < 24
            return bool(told) and not (hours_after and context.within("other", start, end))  # "it started an hour after"
        if (kind is Kind.SINCE and self._texts[moment.first - 1] == "for") or context.within("said", start, end):
            return False
        if (kind is Kind.FUTURE and moment.unit) or (kind is Kind.SPAN and (asks or moment.unit == "minute")):
            return False
        planned = moment.hours < 0 or asks or self._is_planned(start, end)
        return not (kind in (Kind.FUTURE, Kind.POINT) and planned and not context.within("past", start, end))

    def _is_planned(self, start: int, end: int) -> bool:
        """Whether a segment speaks of what is to come: "my session is on", but not "it is sore since the session on"."""
        texts = self._texts[start:end]
        if self._context.has(("since", "after", "from"), start, end):
            return False
        following = [*texts[1:], ""]
        return any(
            text in ("is", "are", "am") or (text in ("have", "has") and after in _HAVING) for text, after in zip(texts, following)
        )

    def _is_since(self, moment: Moment, *others: str) -> bool:
        """Whether "since" (or one of the others) leads the time."""
        before = self._texts[max(0, moment.first - 8) : moment.first]
        lead = next((text for text in reversed(before) if text not in _HEDGES or text in ("for", "from")), "")
        return lead == "since" or lead in others

    def _of_complaint(self, moment: Moment, start: int, end: int) -> Rank | None:
        """The rank of a time beside soreness: how long it has been sore counts, when it was sore or started does not."""
        if moment.part_only or moment.unit == "minute" or not 0 <= moment.hours <= _LONGEST_COMPLAINT:
            return None
        supposed = self._texts[start] in ("if", "when", "whenever") or self._context.has(_UNSURE, start, end)
        if supposed or self._context.within("said", start, end):
            return None
        if moment.kind is Kind.AFTER:
            return None if self._context.has(("how",), start, end) else Rank.NEUTRAL
        last_time = any(self._texts[at : at + 2] in (["last", "time"], ["previous", "time"]) for at in range(start, end))
        if last_time or self._context.within("trend", start, end) or self._context.has(_HABIT, start, end):
            return None
        since = self._is_since(moment, "from", "after")
        if moment.kind in (Kind.SINCE, Kind.SPAN):
            return Rank.COMPLAINT if since or moment.hours >= _SHORTEST_COMPLAINT else None
        return Rank.COMPLAINT if since and moment.kind is not Kind.FUTURE else None

    def _by_itself(self, moment: Moment, start: int, end: int) -> Rank | None:
        """The rank of a time with no cue in its segment."""
        context, asks, since = self._context, self._asks(start, end), self._is_since(moment)
        outside = context.outside(start, end)
        if "still" in outside and moment.hours >= _SHORTEST_COMPLAINT and moment.kind in _LENGTHS:
            return None if asks else Rank.COMPLAINT
        if self._tells_more(start, end) or ((since or moment.kind in (Kind.POINT, Kind.SINCE)) and context.strange(start, end)):
            return None
        if moment.kind is Kind.PAST:
            return Rank.NEUTRAL
        everything = (0, len(self._texts))
        alone = not (any(self._cues[name] for name in ("other", "complaint", "trend")) or context.strange(*everything))
        if moment.hours < 0 and not all(text in _HEDGES or text in _BARE for text in context.outside(*everything)):
            return None
        if moment.kind is Kind.FUTURE or moment.part_only:
            return Rank.NEUTRAL if alone and not asks and not self._cues["coming"] else None
        short = moment.kind is Kind.SINCE and moment.hours < _SHORTEST_COMPLAINT
        until_now = self._runs_until_now(moment) and not short
        if context.within("coming", start, end) or context.within("said", start, end) or (asks and not until_now):
            return None
        if moment.kind in (Kind.SPAN, Kind.SINCE) and not until_now:
            return Rank.NEUTRAL if self._is_bare_length(moment, start, end, alone) else None
        present = moment.kind is Kind.POINT and not since and not {"am", "are", "is"}.isdisjoint(outside)
        return None if present else Rank.NEUTRAL

    def _is_bare_length(self, moment: Moment, start: int, end: int, alone: bool) -> bool:
        """Whether "two days" is of the treatment: it is all that was said, opens the message, or tells of days."""
        in_question = self._texts[end : end + 1] == ["?"] and any(at < start for at in self._cues["modal"])
        if in_question or self._context.has(_GENERAL, 0, len(self._texts)):
            return False
        long = moment.hours > _LONGEST_COMPLAINT
        if alone and not (long and self._cues["treatment"]):
            return True
        vague = moment.article and not moment.bounded and end - start > 4  # "a day" among other words
        if long or vague or moment.unit in ("month", "year"):
            return False
        return (start == 0 and moment.kind is Kind.SPAN) or moment.hours >= _SHORTEST_COMPLAINT

    def _tells_more(self, start: int, end: int) -> bool:
        """Whether the segment tells of something else: a subject or a verb beside words that no list knows."""
        strange = self._context.strange(start, end)
        verbs = any(self._texts[at].endswith(("ed", "ing")) for at in strange)
        return bool(strange) and (verbs or len(strange) > 2 or self._context.has(_TELLING, start, end))
