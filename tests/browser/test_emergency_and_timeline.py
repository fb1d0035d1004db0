"""The emergency card that cannot be missed, the call buttons, and the picture of the 72 hours."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chat import Chat

# --- the card ---------------------------------------------------------------------------------------------------------


def test_an_emergency_is_a_card_with_numbers_to_call(chat: Chat, screenshot) -> None:
    chat.open()
    expect(chat.card).to_have_count(1)
    expect(chat.card).to_be_empty()
    chat.say("it hurts when I breathe in")
    expect(chat.card).to_contain_text("Emergency: call 911 now")
    calls = chat.card.get_by_role("link")
    expect(calls).to_have_count(2)
    expect(calls.nth(0)).to_have_text("Call 911")
    expect(calls.nth(0)).to_have_attribute("href", "tel:911")
    expect(calls.nth(1)).to_have_text("Call clinic")
    expect(calls.nth(1)).to_have_attribute("href", "tel:+12025550142")
    for call in calls.all():
        expect(call).to_be_in_viewport(ratio=1)
    screenshot(chat.page, "emergency")


def test_it_stays_in_view_while_the_conversation_goes_on(chat: Chat) -> None:
    chat.open().say("it hurts when I breathe in")
    for text in ("hello", "menu", "which website", "my back is sore", "hello", "hello"):
        chat.say(text)
        expect(chat.card.get_by_role("link", name="Call 911")).to_be_in_viewport(ratio=1)
    chat.log.evaluate("log => { log.scrollTop = 0; }")
    expect(chat.card.get_by_role("link", name="Call 911")).to_be_in_viewport(ratio=1)
    chat.page.reload()
    expect(chat.card.get_by_role("link", name="Call 911")).to_be_in_viewport(ratio=1)


def test_a_closed_chat_still_shows_that_there_was_one(chat: Chat) -> None:
    chat.open().say("it hurts when I breathe in")
    chat.find("button[aria-label='Close the chat']").click()
    expect(chat.launcher).to_have_class(re.compile("alarm"))
    chat.launcher.click()
    expect(chat.card.get_by_role("link", name="Call 911")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 568), (640, 360), (320, 256)])
def test_on_a_small_screen_the_card_and_the_box_to_write_in_are_both_there(new_chat, width: int, height: int, screenshot) -> None:
    chat = new_chat(width, height)
    chat.open().say("it hurts when I breathe in")
    expect(chat.card.get_by_role("link", name="Call 911")).to_be_in_viewport(ratio=1)
    screenshot(chat.page, f"emergency-{width}x{height}")
    if height > 300:
        expect(chat.input).to_be_in_viewport(ratio=0.9)
    else:  # 400 % zoom: the panel as a whole can be scrolled
        chat.input.scroll_into_view_if_needed()
        expect(chat.input).to_be_in_viewport(ratio=0.9)


def test_the_first_announcement_is_not_repeated_by_later_answers(chat: Chat) -> None:
    chat.open().say("it hurts when I breathe in")
    watch = "globalThis.changes = 0; new MutationObserver(all => { changes += all.length; }).observe(card, {childList: true});"
    chat.card.evaluate(f"card => {{ {watch} }}")
    chat.say("hello").say("my back is sore")
    assert chat.page.evaluate("changes") == 0, "an alert that changes is read out again"
    chat.say("it still hurts when I breathe in")
    assert chat.page.evaluate("changes") > 0, "a new emergency is a new alert"


def test_deleting_the_conversation_takes_the_card_away(chat: Chat) -> None:
    chat.open().say("it hurts when I breathe in")
    delete(chat)
    expect(chat.card).to_be_empty()
    expect(chat.find(".notice")).to_contain_text("911")


def delete(chat: Chat) -> None:
    chat.find("button[aria-label^='What is stored']").click()
    chat.find("button:text('Delete my conversation')").click()
    chat.find("button:text('Yes, delete')").click()
    expect(chat.find(".note").last).to_have_text("Your conversation has been deleted.")


@pytest.mark.parametrize(("said", "level"), [("I have a fever", "urgent"), ("it was five days ago", "contact_clinic")])
def test_an_urgent_answer_stands_out_and_has_a_button_to_call_the_clinic(chat: Chat, said: str, level: str, screenshot) -> None:
    chat.open().say(said)
    item = chat.find(f".bot.{level}")
    expect(item).to_have_count(1)
    expect(item.get_by_role("link", name="Call clinic")).to_have_attribute("href", "tel:+12025550142")
    expect(chat.card).to_be_empty()
    screenshot(chat.page, level)


# --- the timeline -----------------------------------------------------------------------------------------------------


def test_the_timeline_shows_where_the_patient_is_the_peak_and_when_to_call(chat: Chat, screenshot) -> None:
    chat.open().say("hello")
    expect(chat.find("figure")).to_have_count(0)
    chat.say("my back is sore")
    picture = chat.find("figure svg")
    expect(picture).to_be_visible()
    for words in ("you are here", "usual peak", "call", "0 h", "24 h", "48 h", "72 h"):
        expect(picture.get_by_text(words, exact=True)).to_be_visible()
    text = picture.get_attribute("aria-label")
    assert text
    for words in (
        "Timeline of the 72 hours",
        "you are here",
        "About 30 hours since your treatment",
        "24 to 48 hours",
        "call the clinic",
    ):
        assert words.lower() in text.lower()
    expect(chat.find("figcaption")).to_contain_text("About 30 hours since your treatment")
    screenshot(chat.page, "timeline")


def test_it_is_drawn_once_and_again_when_the_time_is_corrected(chat: Chat) -> None:
    chat.open().say("my back is sore").say("still sore").say("hello")
    expect(chat.find("figure")).to_have_count(1)
    expect(chat.find("figure ~ .item")).to_have_count(4)
    chat.say("sorry, it was five days ago")
    expect(chat.find("figure")).to_have_count(1)
    expect(chat.find("figcaption")).to_contain_text("About 5 days since your treatment, which is more than 72 hours")
    expect(chat.find("figure ~ .item")).to_have_count(0)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0, "About 0 hours"),
        (1, "About 1 hour since"),
        (71.6, "About 72 hours"),
        (73, "About 73 hours since your treatment, which is more"),
        (700, "About 29 days"),
    ],
)
def test_its_mark_and_labels_stay_inside_the_picture(chat: Chat, hours: float, words: str) -> None:
    chat.open()
    answer = {"messages": [{"text": "Thanks"}], "urgency": "info", "highest_urgency": "info", "hours_since_treatment": hours}
    chat.page.route("**/webhooks/aftercare/message", lambda route: route.fulfill(json=answer))
    chat.say("hello")
    expect(chat.find("figcaption")).to_contain_text(words)
    frame = chat.find("figure svg").bounding_box()
    assert frame
    for part in chat.find("figure svg > *").all():
        box = part.bounding_box()
        assert box
        assert frame["x"] - 1 <= box["x"]
        assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1


def test_no_timeline_distracts_from_an_emergency(chat: Chat) -> None:
    chat.open()
    answer = {
        "messages": [{"text": "Call 911"}],
        "urgency": "emergency",
        "highest_urgency": "emergency",
        "hours_since_treatment": 30,
    }
    chat.page.route("**/webhooks/aftercare/message", lambda route: route.fulfill(json=answer))
    chat.say("hello")
    expect(chat.find("figure")).to_have_count(0)
