"""The intent of a message and the questions in it, from the network's yes/no for every intent and from its findings.

A present finding decides the intent, so that a red flag inside a thank-you or a question is never answered as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aftercare.findings import Finding, Urgency, level_of, load
from aftercare.network import Passage

FALLBACK = "nlu_fallback"
_PREFIX, _ASKS = "intent:", "intent:ask_"
_ASKED = 0.4  # a message asks about every topic from this probability on,
_PERHAPS = 0.2  # and about the likeliest one from this probability on
_YES = frozenset({"yes", "yeah", "yep", "yup", "yea", "aye"})
_ANSWERED = 0.5  # the message begins with a yes, a no or a don't know from this probability on
_UNDERSTOOD = 0.2  # below this nothing was understood
#: With findings present these intents speak; without any they would alarm for nothing, so they give way.
_REPORTS = "report_"
_CHATTER = ("greet", "thank", "goodbye", "feedback", "affirm", "deny", "dont_know", "out_of_scope", "bot_challenge", "withdraw")


def questions(passages: Sequence[Passage]) -> tuple[str, ...]:
    """Topics that the message asks about (heat_or_ice, nsaids …), in the order in which they are asked."""
    topics: list[str] = []
    for passage in passages:
        asks = {label: p for label, p in passage.probabilities.items() if label.startswith(_ASKS) and p >= _PERHAPS}
        sure = [label for label, p in asks.items() if p >= _ASKED] or sorted(asks, key=lambda label: -asks[label])[:1]
        topics += sorted(sure, key=lambda label: (passage.places.get(label, passage.start), -asks[label]))
    return tuple(dict.fromkeys(topic.removeprefix(_ASKS) for topic in topics))


def answer(passages: Sequence[Passage], words: Sequence[str] = ()) -> str | None:
    """yes, no or dont_know when the message is, or begins with, such an answer ("yes, what should I do?").

    `words` are those of the message as corrected; whatever follows the answer does not take it back.
    """
    if not passages:
        return None
    if words and words[0] in _YES:
        return "yes"
    given = {"affirm": "yes", "deny": "no", "dont_know": "dont_know"}
    return next((said for name, said in given.items() if passages[0].probabilities.get(_PREFIX + name, 0.0) >= _ANSWERED), None)


def ranking(passages: Iterable[Passage]) -> list[tuple[str, float]]:
    """Intents with their highest probability over the passages, best first."""
    best: dict[str, float] = {}
    for passage in passages:
        for label, probability in passage.probabilities.items():
            if label.startswith(_PREFIX):
                name = label.removeprefix(_PREFIX)
                best[name] = max(best.get(name, 0.0), probability)
    return sorted(best.items(), key=lambda pair: -pair[1])


def intent_of(
    passages: Sequence[Passage], findings: Sequence[Finding], on_blood_thinner: bool, facts: Iterable[str]
) -> tuple[str, float]:
    """The intent and its confidence. `facts` are the facts that were found: elapsed_time, treated_area, blood_thinner."""
    ranked = ranking(passages)
    score = dict(ranked)
    present = [finding for finding in findings if finding.present]
    emergency = any(level_of(finding.name) is Urgency.EMERGENCY for finding in present)
    if score.get("help_received", 0.0) >= 0.5 and not emergency:
        return "help_received", score["help_received"]
    if present and (emergency or score.get("new_treatment", 0.0) < 0.5):
        return _intent_of_finding(present, on_blood_thinner), 1.0
    said = [(name, p) for name, p in ranked if not name.startswith(_REPORTS)]
    substance = [(name, p) for name, p in said if name not in _CHATTER and p >= _PERHAPS]
    if substance:
        return substance[0]
    for fact, intent in (
        ("elapsed_time", "inform_time"),
        ("blood_thinner", "inform_blood_thinner"),
        ("treated_area", "inform_area"),
    ):
        if fact in facts and (not said or said[0][1] < 0.6 or said[0][0].startswith("inform")):
            return intent, max(score.get(intent, 0.0), _PERHAPS)
    if not said or said[0][1] < _UNDERSTOOD:
        return FALLBACK, 1.0 - (said[0][1] if said else 0.0)
    return said[0]


def _intent_of_finding(present: Sequence[Finding], on_blood_thinner: bool) -> str:
    top = max(present, key=lambda finding: level_of(finding.name, on_blood_thinner))
    row = load("findings")[top.name]
    if on_blood_thinner and "intent_on_blood_thinner" in row:
        return str(row["intent_on_blood_thinner"])
    return str(row["intent"])
