"""Slow, offline, reloaded, duplicated, deleted: no message of the patient's is lost or doubled."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from aftercare.channels.pages import WIDGET_FOLDER
from tests.browser.chat import Chat
from tests.browser.test_looks import clinic_page

OFFLINE = "I cannot reach the assistant"
SLOW = "No answer yet"


def test_the_first_words_and_numbers_are_there_when_the_server_is_not(new_chat) -> None:
    chat = new_chat()
    chat.cut()
    chat.launcher.click()
    expect(chat.find(".notice").get_by_role("link", name="Emergency: call 911")).to_be_visible()
    expect(chat.log.get_by_text(OFFLINE)).to_be_visible()
    expect(chat.log.get_by_role("link", name="Call 911")).to_have_attribute("href", "tel:911")
    expect(chat.log.get_by_role("link", name="Call clinic")).to_have_attribute("href", "tel:+12025550142")


def test_a_page_that_hosts_the_script_itself_has_a_safe_number_without_any_server(new_chat, host) -> None:
    source = (WIDGET_FOLDER / "aftercare-chat.js").read_text(encoding="utf-8")
    page = "<!doctype html><html lang=en><title>Clinic</title><body><h1>Clinic</h1><script src=/chat/widget.js></script>"
    chat = new_chat(url=host(page, widget=source))
    chat.launcher.click()
    expect(chat.find(".notice").get_by_role("link", name="Emergency: call 112")).to_have_attribute("href", "tel:112")
    expect(chat.log.get_by_role("link", name="Call clinic")).to_have_count(0)


def test_an_unsent_message_is_kept_and_can_be_sent_again(chat: Chat, screenshot) -> None:
    chat.open().say("hello")
    chat.cut()
    chat.say("my back is sore", answered=False)
    expect(chat.failed).to_have_count(1)
    expect(chat.failed).to_contain_text("Not answered")
    expect(chat.log.get_by_text(OFFLINE)).to_be_visible()
    screenshot(chat.page, "offline")
    chat.find(".again").click()
    expect(chat.failed).to_have_count(1)
    chat.mend()
    chat.find(".again").click()
    expect(chat.answers.last).to_contain_text("Soreness like this")
    expect(chat.failed).to_have_count(0)
    expect(chat.log.get_by_text(OFFLINE)).to_have_count(0)
    assert chat.turns() == 2
    assert chat.focused == "input"


def test_an_unsent_message_survives_a_reload(chat: Chat) -> None:
    chat.open().say("hello")
    chat.cut()
    chat.say("my back is sore", answered=False)
    expect(chat.failed).to_have_count(1)
    chat.page.reload()
    expect(chat.failed).to_contain_text("my back is sore")
    expect(chat.mine).to_have_count(2)
    chat.mend()
    chat.find(".again").click()
    expect(chat.answers.last).to_contain_text("Soreness like this")
    assert chat.turns() == 2


def test_an_answer_that_got_lost_on_the_way_is_fetched_and_the_message_not_repeated(chat: Chat) -> None:
    chat.open()

    def lose(route) -> None:
        route.fetch()
        route.abort()

    chat.page.route("**/webhooks/aftercare/message", lose)
    chat.say("my back is sore", answered=False)
    expect(chat.failed).to_have_count(1)
    chat.mend("**/webhooks/aftercare/message")
    chat.find(".again").click()
    expect(chat.answers.last).to_contain_text("Soreness like this")
    assert chat.turns() == 1


def test_what_is_written_while_an_answer_is_awaited_is_sent_after_it(chat: Chat) -> None:
    chat.open()
    held = chat.hold(times=1)
    for text in ("hello", "my back is sore", "website"):
        chat.say(text, answered=False)
    expect(chat.mine).to_have_count(3)
    chat.page.wait_for_timeout(100)
    assert len(held) == 1
    held[0].continue_()
    expect(chat.answers).to_have_count(4)
    told = [line["text"] for line in chat.server.history(chat.state["token"]).json["messages"] if line["from"] == "user"]
    assert told == ["hello", "my back is sore", "website"]


def test_no_answer_in_eight_seconds_says_so_shows_the_numbers_and_still_takes_the_answer(new_chat, screenshot) -> None:
    chat = new_chat(wait=False)
    chat.page.clock.install()
    chat.page.goto(chat.server.url + "/")
    chat.open()
    held = chat.hold()
    chat.say("hello", answered=False)
    expect(chat.dots).to_be_visible()
    chat.page.clock.run_for(7_500)
    expect(chat.log.get_by_text(SLOW)).to_have_count(0)
    chat.page.clock.run_for(1_000)
    expect(chat.log.get_by_text(SLOW)).to_be_visible()
    expect(chat.log.get_by_role("link", name="Call 911")).to_be_in_viewport()
    expect(chat.log.get_by_role("link", name="Call clinic")).to_be_in_viewport()
    screenshot(chat.page, "slow")
    held[0].continue_()
    expect(chat.answers.last).to_contain_text("How can I help?")
    expect(chat.log.get_by_text(SLOW)).to_have_count(0)
    expect(chat.failed).to_have_count(0)


def test_too_many_messages_are_answered_kindly_and_the_message_is_kept(chat: Chat) -> None:
    chat.open()
    refusal = {"messages": [{"text": "Slow down please, or call 911."}], "failed": True}
    chat.page.route(
        "**/webhooks/aftercare/message", lambda route: route.fulfill(status=429, json=refusal, headers={"Retry-After": "2"})
    )
    chat.say("my back is sore")
    expect(chat.answers.last).to_contain_text("Slow down please")
    expect(chat.failed).to_have_count(1)
    chat.mend("**/webhooks/aftercare/message")
    chat.find(".again").click()
    expect(chat.answers.last).to_contain_text("Soreness like this")


@pytest.mark.parametrize("status", [500, 502, 503, 404])
def test_an_error_page_in_place_of_an_answer_is_an_unsent_message(chat: Chat, status: int) -> None:
    chat.open()
    chat.page.route("**/webhooks/aftercare/message", lambda route: route.fulfill(status=status, body="<html>Bad gateway</html>"))
    chat.say("my back is sore", answered=False)
    expect(chat.failed).to_have_count(1)
    expect(chat.log.get_by_text(OFFLINE)).to_be_visible()
    expect(chat.log.get_by_text("Bad gateway")).to_have_count(0)


def test_a_turn_that_fails_on_the_server_shows_the_numbers_and_can_be_sent_again(chat: Chat) -> None:
    chat.open().say("this is a breakage")
    expect(chat.answers.last).to_contain_text("+1 202 555 0142")
    expect(chat.failed).to_have_count(1)
    chat.page.reload()
    expect(chat.failed).to_have_count(1)


# --- reload -----------------------------------------------------------------------------------------------------------


def test_a_reload_keeps_the_conversation_and_the_open_panel(chat: Chat) -> None:
    chat.open().say("menu").say("I have a fever")
    before = chat.find(".bubble").all_inner_texts()
    chat.page.reload()
    expect(chat.panel).to_be_visible()
    expect(chat.find(".bubble")).to_have_text(before)
    expect(chat.find(".bot.urgent")).to_have_count(1)
    assert chat.focused == "", "a page that loads again does not pull the focus into the chat"
    chat.say("hello")
    assert chat.turns() == 3


def test_a_reload_brings_an_answer_that_came_meanwhile(chat: Chat) -> None:
    chat.open()
    chat.hold()
    chat.say("my back is sore", answered=False)
    expect(chat.dots).to_be_visible()
    chat.page.unroute("**/webhooks/aftercare/message")
    chat.page.reload()
    expect(chat.answers.last).to_contain_text("Soreness like this")
    expect(chat.mine).to_have_count(1)
    assert chat.turns() == 1


def test_a_reload_without_the_server_still_shows_the_conversation(chat: Chat) -> None:
    chat.open().say("I have a fever")
    before = chat.find(".bubble").all_inner_texts()
    chat.cut()
    chat.page.reload()
    expect(chat.find(".bubble")).to_have_text(before)
    expect(chat.log.get_by_text(OFFLINE)).to_be_visible()


def test_nothing_is_left_for_the_next_person_at_this_computer(new_chat) -> None:
    chat = new_chat()
    chat.open().say("I have a fever")
    left = chat.page.context.storage_state()
    assert left["cookies"] == []
    assert left["origins"] == []
    fresh = chat.page.context.new_page()
    fresh.goto(chat.server.url + "/")
    assert Chat(fresh, chat.server, []).state == {}
    assert fresh.locator("aftercare-chat .bubble").count() == 0


def test_an_ended_conversation_becomes_a_new_one_and_the_message_goes_into_it(chat: Chat) -> None:
    chat.open().say("it hurts when I breathe in")
    old = chat.state["token"]
    chat.server.delete(old)
    chat.say("my back is sore")
    expect(chat.answers.last).to_contain_text("Soreness like this")
    expect(chat.log.get_by_text("Your last conversation has ended")).to_be_visible()
    assert chat.state["token"] != old
    assert chat.turns() == 1


# --- tabs -------------------------------------------------------------------------------------------------------------


def test_two_tabs_are_two_conversations(chat: Chat) -> None:
    chat.open().say("it hurts when I breathe in")
    other = Chat(chat.page.context.new_page(), chat.server, [])
    other.page.goto(chat.server.url + "/")
    other.open().say("hello")
    assert other.state["token"] != chat.state["token"]
    expect(other.card).to_be_empty()
    expect(other.mine).to_have_count(1)


def test_a_duplicated_tab_starts_anew_and_does_not_mix_with_the_first(chat: Chat) -> None:
    chat.open().say("it hurts when I breathe in")
    with chat.page.expect_popup() as opened:
        chat.page.evaluate("() => { window.open(location.href); }")  # sessionStorage is copied, as when a tab is duplicated
    other = Chat(opened.value, chat.server, [])
    expect(other.quick).to_have_text(["I am sore", "I have a fever"])
    expect(other.mine).to_have_count(0)
    expect(other.card).to_be_empty()
    other.say("hello")
    assert other.state["token"] != chat.state["token"]
    expect(other.mine).to_have_count(1)
    chat.page.reload()
    expect(chat.mine).to_have_count(1)
    expect(chat.mine).to_contain_text("breathe")


# --- deleting ---------------------------------------------------------------------------------------------------------


def test_delete_my_conversation_works(chat: Chat, screenshot) -> None:
    chat.open().say("my back is sore and I am called mysecretname")
    token = chat.state["token"]
    chat.find("button[aria-label^='What is stored']").click()
    expect(chat.find(".about")).to_contain_text("stored by the clinic")
    screenshot(chat.page, "what-is-stored")
    chat.find("button:text('Delete my conversation')").click()
    chat.find("button:text('No, keep it')").click()
    expect(chat.mine).to_have_count(1)
    chat.find("button[aria-label^='What is stored']").click()
    chat.find("button:text('Delete my conversation')").click()
    chat.find("button:text('Yes, delete')").click()
    expect(chat.log.get_by_text("Your conversation has been deleted.")).to_be_visible()
    expect(chat.find(".bubble")).to_have_count(0)
    assert chat.server.history(token).status == 401
    assert chat.server.rows("select count(*) from events where data like '%mysecretname%'") == [(0,)]
    assert "mysecretname" not in str(chat.state)
    chat.say("hello")
    assert chat.state["token"] != token


def test_a_delete_that_did_not_work_is_not_said_to_have(chat: Chat) -> None:
    chat.open().say("my back is sore")
    chat.cut()
    chat.find("button[aria-label^='What is stored']").click()
    chat.find("button:text('Delete my conversation')").click()
    chat.find("button:text('Yes, delete')").click()
    expect(chat.log.get_by_text("could not be deleted")).to_be_visible()
    expect(chat.mine).to_have_count(1)


# --- other sites ------------------------------------------------------------------------------------------------------

STRICT = "default-src 'none'; script-src {0}; connect-src {0}; img-src {0}; base-uri 'none'; require-trusted-types-for 'script'"


def test_it_works_on_a_clinic_s_page_with_the_strictest_policy(new_chat, host, server) -> None:
    chat = new_chat(url=host(clinic_page(server), {"Content-Security-Policy": STRICT.format(server.url)}))
    chat.open().say("my back is sore").say("it hurts when I breathe in")
    assert chat.find(".launcher").evaluate("node => getComputedStyle(node).position") == "fixed", "the styles are there"
    chat.find("button[aria-label^='What is stored']").click()
    expect(chat.find(".about")).to_be_visible()


def test_a_site_that_is_not_allowed_gets_no_conversation_but_the_numbers(new_chat, host, server) -> None:
    address = host(clinic_page(server)).replace("localhost", "clinic.localhost")
    chat = new_chat(url=address)
    chat.launcher.click()
    expect(chat.log.get_by_text(OFFLINE)).to_be_visible()
    expect(chat.log.get_by_role("link", name="Call 911")).to_be_visible()
    chat.say("hello", answered=False)
    expect(chat.failed).to_have_count(1)
    assert chat.state.get("token") is None
