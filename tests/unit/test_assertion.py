"""What a message asserts of a finding: every row and trap of TRIAGE.md, "What a message asserts", by word patterns alone."""

from __future__ import annotations

from functools import cache

import pytest

from aftercare.assertion import assertion_of, doubtful_cue, faint_is_over, segments
from aftercare.findings import Assertion, Urgency, level_of
from aftercare.patterns import PatternDetector, clinical_words
from aftercare.spelling import Speller
from aftercare.text import words

PRESENT, ABSENT, HYPOTHETICAL, HISTORICAL, OTHER, FIGURATIVE = Assertion
NOT_FOUND = None


@cache
def detector() -> PatternDetector:
    return PatternDetector()


@cache
def speller() -> Speller:
    return Speller(clinical_words())


def findings(sentence: str) -> dict[str, list[Assertion]]:
    """What is asserted of every finding that the word patterns see in a sentence, in its words as corrected."""
    texts = [word.text for word in speller().correct(words(sentence))]
    matches = detector().find(texts)
    found: dict[str, list[Assertion]] = {}
    for match in matches:
        others = [(m.start, m.end) for m in matches if (m.start, m.end) != (match.start, match.end)]
        found.setdefault(match.finding, []).append(assertion_of(texts, match.finding, match.start, match.end, others))
    return found


def status(sentence: str, finding: str) -> Assertion | None:
    """Present when any mention of the finding is, else the status of its first mention, None without any."""
    statuses = findings(sentence).get(finding, [])
    return PRESENT if PRESENT in statuses else statuses[0] if statuses else NOT_FOUND


def check(table: list[tuple[str, str, Assertion | None]]) -> pytest.MarkDecorator:
    """A test for every row of (sentence, finding, what is asserted of it)."""
    rows = [pytest.param(*row, id=row[0][:60], marks=defect(row[0])) for row in table]
    return pytest.mark.parametrize(("sentence", "finding", "expected"), rows)


#: Sentences that are read wrongly today, and why.
DEFECTS: dict[str, str] = {
    "could the needle break off inside me?": "assertion.yml: 'could the needle' knows no 'break'",
}


def defect(sentence: str) -> tuple[pytest.MarkDecorator, ...]:
    """Marks a row that is known to fail, so that the day it passes is noticed."""
    return (pytest.mark.xfail(strict=True, reason=DEFECTS[sentence]),) if sentence in DEFECTS else ()


@check([
    ("It hurts every time I breathe in", "chest_pain", PRESENT),
    ("sharp stabbing pain across my chest since lunchtime", "chest_pain", PRESENT),
    ("my chest feels tight and heavy", "chest_pain", PRESENT),
    ("I can't catch my breath", "breathlessness", PRESENT),
    ("a tiny bit breathless I suppose", "breathlessness", PRESENT),
    ("maybe slightly short of breath, hard to say", "breathlessness", PRESENT),
    ("this dry cough will not go away", "dry_cough", PRESENT),
    ("coughing up blood", "coughing_blood", PRESENT),
    ("his lips look blue", "blue_lips", PRESENT),
    ("I fainted again in the kitchen", "collapse", PRESENT),
    ("my tongue is swelling", "allergic_reaction", PRESENT),
    ("my foot drags and my leg keeps giving way", "new_weakness", PRESENT),
    ("numb between my legs", "saddle_or_bladder", PRESENT),
    ("her speech is slurred", "stroke_signs", PRESENT),
    ("I've pressed for ten minutes and the bleeding won't stop", "uncontrolled_bleeding", PRESENT),
    ("I want to end my life", "self_harm", PRESENT),
    ("running a fever since last night", "fever", PRESENT),
    ("there is pus coming out of the hole", "site_infection", PRESENT),
    ("the bruise doubled overnight", "severe_bruise", PRESENT),
    ("my calf is swollen and tight", "leg_swelling", PRESENT),
    ("the pain is unbearable", "severe_pain", PRESENT),
    ("the ache has spread down into my hand", "spreading_pain", PRESENT),
    ("pins and needles in my fingers", "numbness", PRESENT),
    ("I felt dizzy straight afterwards", "fainted_or_dizzy", PRESENT),
    ("the tip of the needle broke off inside", "needle_left", PRESENT),
    ("I just found out that I am pregnant", "pregnant", PRESENT),
    ("my shoulder is sore", "soreness", PRESENT),
    ("the muscle keeps twitching", "twitching", PRESENT),
    ("a small bruise came up", "small_bruise", PRESENT),
])  # fmt: skip
def test_what_is_reported_is_present(sentence: str, finding: str, expected: Assertion) -> None:
    assert status(sentence, finding) is expected


@check([
    ("is it normal to be this breathless?", "breathlessness", PRESENT),
    ("should it hurt when I breathe in?", "chest_pain", PRESENT),
    ("is it ok that my chest feels tight?", "chest_pain", PRESENT),
    ("why am I so short of breath?", "breathlessness", PRESENT),
    ("why do I keep coughing?", "dry_cough", PRESENT),
    ("how worried should I be about this fever I have?", "fever", PRESENT),
    ("is a fever of 39 bad?", "fever", PRESENT),
    ("not sure if I have a fever but I'm shivering", "fever", PRESENT),
    ("what can I do about my sore neck?", "soreness", PRESENT),
    ("is it normal that the bruise gets bigger every hour?", "severe_bruise", PRESENT),
])  # fmt: skip
def test_a_question_that_reports_is_present(sentence: str, finding: str, expected: Assertion) -> None:
    assert status(sentence, finding) is expected


@check([
    ("no fever", "fever", ABSENT),
    ("I don't have any chest pain", "chest_pain", ABSENT),
    ("no fever, chills or redness around the site", "fever", ABSENT),
    ("no fever, chills or redness around the site", "site_infection", ABSENT),
    ("never had any shortness of breath", "breathlessness", ABSENT),
    ("without any fever", "fever", ABSENT),
    ("neither fever nor chills", "fever", ABSENT),
    ("not short of breath", "breathlessness", ABSENT),
    ("I am not breathless at all", "breathlessness", ABSENT),
    ("no longer short of breath", "breathlessness", ABSENT),
    ("not short of breath anymore", "breathlessness", ABSENT),
    ("haven't got a temperature or a fever", "fever", ABSENT),
    ("chest pain: no", "chest_pain", ABSENT),
    ("fever? none", "fever", ABSENT),
    ("I have not noticed any pus", "site_infection", ABSENT),
    ("no sign of infection", "site_infection", ABSENT),
    ("he denies chest pain", "chest_pain", ABSENT),
    ("no chest pain or shortness of breath, just sore", "breathlessness", ABSENT),
    ("zero numbness", "numbness", ABSENT),
    ("the fever has gone", "fever", ABSENT),
    ("my chills went away", "fever", ABSENT),
    ("I'm not coughing", "dry_cough", ABSENT),
    ("my leg is not swollen", "leg_swelling", ABSENT),
    ("not pregnant", "pregnant", ABSENT),
    ("no trouble breathing at all", "breathlessness", ABSENT),
    ("I'm fever free today", "fever", ABSENT),
])  # fmt: skip
def test_what_is_denied_is_absent(sentence: str, finding: str, expected: Assertion) -> None:
    assert status(sentence, finding) in (expected, HYPOTHETICAL, NOT_FOUND)


@check([
    ("I can't breathe", "breathlessness", PRESENT),
    ("cannot breathe properly", "breathlessness", PRESENT),
    ("I'm not able to take a deep breath", "breathlessness", PRESENT),
    ("can't stop coughing", "dry_cough", PRESENT),
    ("the cough is not stopping", "dry_cough", PRESENT),
    ("no idea why but I'm so breathless", "breathlessness", PRESENT),
    ("I don't know why my chest hurts", "chest_pain", PRESENT),
    ("not only sore but feverish", "fever", PRESENT),
    ("not just sore, feverish too", "fever", PRESENT),
    ("not even resting helps my chest pain", "chest_pain", PRESENT),
    ("no doubt about it, I have a fever", "fever", PRESENT),
    ("the chest pain has not gone", "chest_pain", PRESENT),
    ("paracetamol does not help my fever", "fever", PRESENT),
    ("I've never felt chest pain like this", "chest_pain", PRESENT),
    ("nothing but chest pain since I got home", "chest_pain", PRESENT),
    ("no, my chest hurts", "chest_pain", PRESENT),
    ("I don't want to be alive", "self_harm", PRESENT),
    ("can't feel anything between my legs", "saddle_or_bladder", PRESENT),
    ("my hand won't grip anything", "new_weakness", PRESENT),
    ("he won't wake up", "collapse", PRESENT),
    ("I can't swallow", "allergic_reaction", PRESENT),
    ("not breathing well", "breathlessness", PRESENT),
    ("I'm not breathing properly", "breathlessness", PRESENT),
    ("can't get enough oxygen", "breathlessness", PRESENT),
    ("no feeling between my legs", "saddle_or_bladder", PRESENT),
    ("no strength in my hand", "new_weakness", PRESENT),
    ("can't lift my arm", "new_weakness", PRESENT),
    ("it hasn't stopped bleeding", "uncontrolled_bleeding", PRESENT),
    ("I did not sleep because of the fever", "fever", PRESENT),
    ("not sure why I'm wheezing", "allergic_reaction", PRESENT),
    ("I'm not imagining it, my breathing is laboured", "breathlessness", PRESENT),
])  # fmt: skip
def test_a_negation_word_inside_a_red_flag_does_not_hide_it(sentence: str, finding: str, expected: Assertion) -> None:
    assert status(sentence, finding) is expected


@check([
    ("no fever but I am short of breath", "fever", ABSENT),
    ("no fever but I am short of breath", "breathlessness", PRESENT),
    ("no redness though my chest is tight", "chest_pain", PRESENT),
    ("I have no pain except when I breathe in", "chest_pain", PRESENT),
    ("no fever. Coughing all night though", "dry_cough", PRESENT),
    ("no bruise, but pus is coming out", "site_infection", PRESENT),
    ("no chest pain, I'm breathless", "breathlessness", PRESENT),
    ("not swollen, hot and red around the mark however", "site_infection", PRESENT),
    ("no fever and my chest hurts", "chest_pain", PRESENT),
    ("I'm not dizzy, I can't breathe", "breathlessness", PRESENT),
    ("breathing is fine, however I keep coughing", "dry_cough", PRESENT),
    ("never mind the bruise, my throat is swelling", "allergic_reaction", PRESENT),
])  # fmt: skip
def test_a_denial_ends_at_but_and_at_a_new_clause(sentence: str, finding: str, expected: Assertion) -> None:
    assert status(sentence, finding) is expected


@check([
    ("what if I get a fever?", "fever", HYPOTHETICAL),
    ("should I worry about chest pain?", "chest_pain", HYPOTHETICAL),
    ("what should I do if I become breathless tonight", "breathlessness", HYPOTHETICAL),
    ("can dry needling cause a collapsed lung?", "chest_pain", HYPOTHETICAL),
    ("what are the chances of an infection", "site_infection", HYPOTHETICAL),
    ("how would I know if my lung collapsed", "chest_pain", HYPOTHETICAL),
    ("when should I call about a fever", "fever", HYPOTHETICAL),
    ("the leaflet says to watch for fever and pus", "fever", HYPOTHETICAL),
    ("the leaflet says to watch for fever and pus", "site_infection", HYPOTHETICAL),
    ("in case I start coughing, whom do I call?", "dry_cough", HYPOTHETICAL),
    ("signs of infection, what are they?", "site_infection", HYPOTHETICAL),
    ("I'm scared of getting a blood clot", "leg_swelling", HYPOTHETICAL),
    ("do people faint afterwards?", "collapse", HYPOTHETICAL),
    ("is there a risk of numbness?", "numbness", HYPOTHETICAL),
    ("suppose my arm went numb later", "numbness", HYPOTHETICAL),
    ("could the needle break off inside me?", "needle_left", HYPOTHETICAL),
    ("what temperature counts as a fever?", "fever", HYPOTHETICAL),
    ("I read about people getting a pneumothorax", "chest_pain", HYPOTHETICAL),
])  # fmt: skip
def test_what_is_supposed_does_not_count(sentence: str, finding: str, expected: Assertion) -> None:
    assert status(sentence, finding) is expected


@check([
    ("what if this chest pain is a collapsed lung? It hurts now when I breathe in", "chest_pain", PRESENT),
    ("my chest hurts if I breathe deeply", "chest_pain", PRESENT),
    ("I feel as if I can't get enough air", "breathlessness", PRESENT),
    ("even if I rest I am breathless", "breathlessness", PRESENT),
    ("worried about this fever", "fever", PRESENT),
    ("the leaflet said to call. I have a fever", "fever", PRESENT),
])  # fmt: skip
def test_an_if_in_a_report_does_not_hide_it(sentence: str, finding: str, expected: Assertion) -> None:
    assert status(sentence, finding) is expected


@check([
    ("last year I had pneumonia and a bad cough", "dry_cough", HISTORICAL),
    ("I fainted as a child at every jab", "collapse", HISTORICAL),
    ("years ago I had a collapsed lung", "chest_pain", HISTORICAL),
    ("I used to get chest pain in my twenties", "chest_pain", HISTORICAL),
    ("had a blood clot in 2015", "leg_swelling", HISTORICAL),
    ("when I was young I had seizures", "collapse", HISTORICAL),
    ("two months ago I had a fever for a week", "fever", HISTORICAL),
])  # fmt: skip
def test_what_is_long_past_does_not_count(sentence: str, finding: str, expected: Assertion) -> None:
    assert status(sentence, finding) in (expected, OTHER)  # "as a child" reads as somebody's child


@check([
    ("last year I had pneumonia and now I'm coughing again", "dry_cough", PRESENT),
    ("I had a collapsed lung years ago and it feels the same, chest pain", "chest_pain", PRESENT),
    ("it started last night, I am breathless", "breathlessness", PRESENT),
    ("I have had a fever since yesterday", "fever", PRESENT),
])  # fmt: skip
def test_what_is_back_counts(sentence: str, finding: str, expected: Assertion) -> None:
    assert status(sentence, finding) is expected


@check([
    ("my friend had a collapsed lung once", "chest_pain", OTHER),
    ("my mum has a fever, not me", "fever", OTHER),
    ("my colleague is pregnant", "pregnant", OTHER),
    ("my dog is coughing", "dry_cough", OTHER),
    ("a mate of mine got an infection", "site_infection", OTHER),
    ("years ago my aunt fainted", "collapse", OTHER),
])  # fmt: skip
def test_somebody_elses_finding_does_not_count(sentence: str, finding: str, expected: Assertion) -> None:
    assert status(sentence, finding) is expected


@check([
    ("my husband was needled here and can't breathe", "breathlessness", PRESENT),
    ("my wife had a session with you today and now has a fever", "fever", PRESENT),
    ("my daughter has collapsed after her treatment", "collapse", PRESENT),
    ("my partner is coughing up blood right now", "coughing_blood", PRESENT),
    ("his chest hurts since you needled him", "chest_pain", PRESENT),
    ("my mum says my lips look blue", "blue_lips", PRESENT),
])  # fmt: skip
def test_somebody_who_was_treated_here_or_is_in_danger_now_counts(sentence: str, finding: str, expected: Assertion) -> None:
    assert status(sentence, finding) is expected


@check([
    ("shortnes of breth", "breathlessness", PRESENT),
    ("chets pain since this morning", "chest_pain", PRESENT),
    ("cant breath", "breathlessness", PRESENT),
    ("CANT BREATHE", "breathlessness", PRESENT),
    ("i cant catch my breth", "breathlessness", PRESENT),
    ("chestpain", "chest_pain", PRESENT),
    ("I am brethless", "breathlessness", PRESENT),
    ("coughin all night long", "dry_cough", PRESENT),
    ("had dry kneeling and now new moth thorax", "chest_pain", PRESENT),
    ("feaver and shivvering", "fever", PRESENT),
    ("dont want to be alive", "self_harm", PRESENT),
    ("my chest hurts 😭😭", "chest_pain", PRESENT),
    ("🤒", "fever", PRESENT),
    ("chesttt painnn", "chest_pain", PRESENT),
    ("I can’t breathe", "breathlessness", PRESENT),
    ("i cant breathe my chest is so tight please help me i had needling today", "chest_pain", PRESENT),
])  # fmt: skip
def test_slips_capitals_and_dictation_do_not_hide_a_red_flag(sentence: str, finding: str, expected: Assertion) -> None:
    assert status(sentence, finding) is expected


@pytest.mark.parametrize("sentence", [
    "can I take a warm shower tonight",
    "I am short of time",
    "do breathing exercises help",
    "a breath of fresh air",
    "dying to get back to the gym",
    "no pain no gain",
    "it is a pain in the neck to park here",
    "holding my breath for the result",
    "a weight off my mind",
    "I caught my breath away from the crowd",
    "in the chest freezer",
    "hay fever season is here",
    "please cough up the money",
    "the hot water bottle is nice",
])  # fmt: skip
def test_look_alikes_are_no_red_flags(sentence: str) -> None:
    present = [name for name, statuses in findings(sentence).items() if PRESENT in statuses]
    assert [name for name in present if level_of(name) >= Urgency.URGENT] == []


@pytest.mark.parametrize(("sentence", "finding", "doubt"), [
    ("this price gives me chest pain lol", "chest_pain", FIGURATIVE),
    ("the bill nearly made me faint", "collapse", FIGURATIVE),
    ("chest pain in the film last night", "chest_pain", FIGURATIVE),
    ("the traffic is killing me and my chest hurts", "chest_pain", FIGURATIVE),
    ("my boss gives me a fever", "fever", FIGURATIVE),
    ("my brother has chest pain", "chest_pain", OTHER),
    ("my chest hurts", "chest_pain", None),
    ("I am breathless since the needling", "breathlessness", None),
])  # fmt: skip
def test_figurative_speech_is_doubted_so_that_the_network_must_see_a_report_too(
    sentence: str, finding: str, doubt: Assertion | None
) -> None:
    texts = [word.text for word in words(sentence)]
    starts = [match.start for match in detector().find(texts) if match.finding == finding]
    assert [doubtful_cue(texts, start) for start in starts[:1] or [0]] == [doubt]


@pytest.mark.parametrize(("sentence", "over"), [
    ("I fainted on the table and was fine after a minute", True),
    ("passed out when the needles went in, recovered quickly", True),
    ("I fainted on the table", False),
    ("I fainted at home", False),
    ("I fainted on the table, was fine, and then fainted again", False),
    ("fainted on the table and still feel awful", False),
])  # fmt: skip
def test_a_faint_during_the_treatment_is_over_when_both_are_said(sentence: str, over: bool) -> None:
    assert faint_is_over([word.text for word in words(sentence)]) is over


@pytest.mark.parametrize(("sentence", "expected"), [
    ("no fever but sore", ["no fever", "but sore"]),
    ("no fever. sore", ["no fever .", "sore"]),
    ("no fever, chills or redness", ["no fever , chills or redness"]),
    ("sore though fine; really", ["sore", "though fine ;", "really"]),
    ("but sore", ["but sore"]),
    ("", []),
])  # fmt: skip
def test_how_far_a_negation_reaches(sentence: str, expected: list[str]) -> None:
    texts = [word.text for word in words(sentence)]
    assert [" ".join(texts[start:end]) for start, end in segments(texts)] == expected
