"""The widget looks and behaves like a chat that people know."""

from __future__ import annotations

import gzip
import re

import pytest
from playwright.sync_api import expect

from aftercare.channels.pages import WIDGET_FOLDER, script
from aftercare.clinic import load_clinic
from tests.browser.chat import Chat
from tests.channels.widget_standin import Server

MOST_BYTES = 12_000


def test_the_script_is_small_and_asks_nobody_else() -> None:
    source = (WIDGET_FOLDER / "aftercare-chat.js").read_text(encoding="utf-8")
    assert len(gzip.compress(script(load_clinic()), 9)) <= MOST_BYTES
    addresses = set(re.findall(r"https?://[\w.]+", source))
    assert addresses <= {"http://www.w3.org", "https://chat.clinic.example"}, "an SVG namespace and the example in the comment"
    for markup in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "localStorage",
        "cookie",
    ):
        assert markup not in source


def test_nothing_is_asked_of_the_server_before_the_chat_is_opened(new_chat) -> None:
    chat = new_chat(wait=False)
    asked: list[str] = []
    chat.page.on("request", lambda request: asked.append(request.url))
    chat.page.goto(chat.server.url + "/")
    chat.page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "/webhooks/" in url]
    chat.open().say("my back is sore").say("website")
    assert [url for url in asked if "/webhooks/" in url]
    assert all(url.startswith(chat.server.url) for url in asked), "no request goes anywhere else"


def test_the_launcher_opens_a_panel_and_the_panel_closes(chat: Chat, screenshot) -> None:
    expect(chat.launcher).to_have_text("Ask about aftercare")
    expect(chat.panel).to_be_hidden()
    screenshot(chat.page, "page")
    chat.open()
    expect(chat.panel).to_be_visible()
    expect(chat.launcher).to_be_hidden()
    expect(chat.find("h2")).to_have_text("Aftercare assistant")
    expect(chat.find(".who p")).to_have_text("Riverside Physiotherapy")
    screenshot(chat.page, "open")
    box = chat.panel.bounding_box()
    assert box
    assert box["width"] < 450, "beside the page, not over it"
    chat.find("button[aria-label='Close the chat']").click()
    expect(chat.panel).to_be_hidden()
    expect(chat.launcher).to_be_visible()


def test_any_element_of_the_page_can_open_the_chat(chat: Chat) -> None:
    chat.page.get_by_role("button", name="Ask about aftercare").first.click()
    expect(chat.panel).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 640), (844, 390)])
def test_it_fills_the_screen_of_a_phone(new_chat, width: int, height: int) -> None:
    chat = new_chat(width, height, has_touch=True, is_mobile=True)
    chat.launcher.tap()
    expect(chat.quick.first).to_be_visible()
    assert chat.panel.bounding_box() == {"x": 0, "y": 0, "width": width, "height": height}
    assert chat.page.evaluate(
        "() => document.querySelector('aftercare-chat').shadowRoot.querySelector('dialog').matches(':modal')"
    )


def test_the_first_words_say_what_this_is_and_where_to_call(chat: Chat) -> None:
    chat.open()
    notice = chat.find(".notice")
    expect(notice).to_contain_text("Automated answers")
    expect(notice).to_contain_text("Not for emergencies")
    expect(notice.get_by_role("link", name="Emergency: call 911")).to_have_attribute("href", "tel:911")
    expect(chat.find(".note").first).to_contain_text("stored by the clinic")


def test_a_typing_indicator_is_shown_until_the_answer_comes(chat: Chat) -> None:
    chat.open()
    held = chat.hold()
    chat.say("hello", answered=False)
    expect(chat.dots).to_be_visible()
    expect(chat.find("[role=status]")).to_have_text("The assistant is writing.")
    held[0].continue_()
    expect(chat.answers.last).to_contain_text("How can I help?")
    expect(chat.dots).to_have_count(0)
    expect(chat.find("[role=status]")).to_have_text("")


def test_messages_carry_the_time(chat: Chat) -> None:
    chat.open().say("hello")
    times = chat.find("time")
    expect(times).to_have_count(3)
    for stamp in times.all():
        assert re.fullmatch(r"\d{1,2}:\d\d( [AP]M)?", stamp.inner_text().replace("\u202f", " "))
        assert stamp.get_attribute("datetime")


def test_quick_replies_are_sent_shown_by_their_title_and_then_gone(chat: Chat, screenshot) -> None:
    chat.open()
    expect(chat.quick).to_have_text(["I am sore", "I have a fever"])
    chat.say("menu")
    screenshot(chat.page, "quick-replies")
    expect(chat.quick).to_have_count(3)
    chat.quick.first.click()
    expect(chat.mine.last).to_contain_text("Soreness")
    expect(chat.answers.last).to_contain_text("Soreness like this is common")
    expect(chat.quick).to_have_count(0)
    assert chat.focused == "input"


def test_links_and_numbers_are_links_and_markup_is_text(chat: Chat) -> None:
    chat.open().say("which website")
    answer = chat.answers.last
    link = answer.locator("a").first
    expect(link).to_have_attribute("href", "https://clinic.example/aftercare?x=1&y=2")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(answer.locator("a").nth(1)).to_have_attribute("href", "tel:+12025550142")
    expect(answer).to_contain_text("<b>Not bold</b> & <img src=x onerror=alert(1)>")
    assert answer.locator("img, b").count() == 0
    chat.say("<img src=x onerror=alert(1)><a href=javascript:alert(1)>hello</a>")
    expect(chat.mine.last).to_contain_text("<img src=x onerror=alert(1)>")
    assert chat.mine.last.locator("img, a").count() == 0


def test_a_picture_of_the_server_s_own_is_shown(chat: Chat) -> None:
    chat.open().say("my back is sore")
    picture = chat.answers.nth(1).locator("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    assert picture.get_attribute("alt")


def test_a_picture_from_elsewhere_is_a_link_and_is_not_loaded(chat: Chat) -> None:
    asked: list[str] = []
    chat.page.on("request", lambda request: asked.append(request.url))
    body = {
        "messages": [{"text": "See", "image": "https://tracker.example/x.png"}, {"text": "No", "image": "javascript:alert(1)"}]
    }
    chat.open()
    chat.page.route("**/webhooks/aftercare/message", lambda route: route.fulfill(json={**body, "urgency": "info"}))
    chat.say("hello")
    expect(chat.answers.nth(1).locator("a")).to_have_attribute("href", "https://tracker.example/x.png")
    assert chat.find(".bubble img").count() == 0
    assert chat.answers.nth(2).locator("a").count() == 0
    assert not [url for url in asked if "tracker" in url]


def test_a_long_answer_is_read_from_its_beginning(chat: Chat) -> None:
    chat.open()
    long = [{"text": f"Part {number}. " + "A long answer. " * 40} for number in range(4)]
    chat.page.route("**/webhooks/aftercare/message", lambda route: route.fulfill(json={"messages": long, "urgency": "info"}))
    chat.say("hello")
    log, first = chat.log.bounding_box(), chat.answers.nth(1).bounding_box()
    assert log
    assert first
    assert log["y"] <= first["y"] < log["y"] + log["height"] / 2


def test_the_box_grows_counts_down_and_takes_no_more_than_the_server_does(chat: Chat) -> None:
    chat.open()
    before = chat.input.bounding_box()
    chat.input.fill("a\nb\nc")
    after = chat.input.bounding_box()
    assert before
    assert after
    assert after["height"] > before["height"]
    chat.input.fill("")
    chat.input.press_sequentially("x")
    chat.input.evaluate("box => { box.value = 'y'.repeat(1990); }")
    chat.input.press_sequentially("z" * 20)
    assert chat.input.input_value() == "y" * 1990 + "z" * 10
    expect(chat.find(".left")).to_have_text("0 characters left")
    chat.input.press("Enter")
    expect(chat.answers).to_have_count(2)


def test_shift_enter_is_a_new_line_and_blank_text_is_not_sent(chat: Chat) -> None:
    chat.open()
    chat.input.press_sequentially("one")
    chat.input.press("Shift+Enter")
    chat.input.press_sequentially("two")
    assert chat.input.input_value() == "one\ntwo"
    expect(chat.mine).to_have_count(0)
    chat.input.fill("  \n ")
    chat.input.press("Enter")
    expect(chat.mine).to_have_count(0)


# --- the clinic's own colours and words -------------------------------------------------------------------------------


def clinic_page(server: Server, attributes: str = "", body: str = "", head: str = "") -> str:
    """A page of the clinic's own that has pasted the tag."""
    tag = f'<script src="{server.url}/widget/aftercare-chat.js" defer {attributes}></script>'
    return f"<!doctype html><html lang=en><title>Clinic</title>{head}{tag}<body><h1>Clinic</h1>{body}"


def colour(chat: Chat, selector: str, name: str = "background-color") -> str:
    return chat.find(selector).first.evaluate("(node, name) => getComputedStyle(node).getPropertyValue(name)", name)


def test_words_and_colours_come_from_attributes(new_chat, host, server, screenshot) -> None:
    attributes = (
        'data-title="Ask Anna" data-label="Questions?" data-color="#f2c14e" data-theme="light" data-side="left"'
        ' data-clinic-name="Anna\'s" data-clinic-phone="+44 20 7946 0018" data-emergency-number="999"'
        ' data-privacy-note="We keep this for a week."'
    )
    chat = new_chat(url=host(clinic_page(server, attributes)))
    expect(chat.launcher).to_have_text("Questions?")
    assert colour(chat, ".launcher") == "rgb(242, 193, 78)"
    assert colour(chat, ".launcher", "color") == "rgb(0, 0, 0)", "what can be read on yellow"
    box = chat.launcher.bounding_box()
    assert box
    assert box["x"] < 100
    chat.open()
    expect(chat.find("h2")).to_have_text("Ask Anna")
    expect(chat.find(".who p")).to_have_text("Anna's")
    expect(chat.find(".notice a")).to_have_attribute("href", "tel:999")
    expect(chat.find(".note").first).to_have_text("We keep this for a week.")
    chat.say("it hurts when I breathe")
    expect(chat.card.locator("a").nth(1)).to_have_attribute("href", "tel:+442079460018")
    screenshot(chat.page, "own-colours")
    assert chat.page.evaluate("() => document.querySelector('aftercare-chat').title") == ""


def test_colours_come_from_css_variables_too(new_chat, host, server) -> None:
    style = "<style>aftercare-chat { --aftercare-color: #134e8a; --aftercare-on-color: #ffe }</style>"
    chat = new_chat(url=host(clinic_page(server, head=style)))
    assert colour(chat, ".launcher") == "rgb(19, 78, 138)"
    assert colour(chat, ".launcher", "color") == "rgb(255, 255, 238)"


@pytest.mark.parametrize(
    ("scheme", "theme", "dark"), [("light", "", False), ("dark", "", True), ("light", "dark", True), ("dark", "light", False)]
)
def test_dark_mode_follows_the_device_or_the_clinic(new_chat, host, server, scheme: str, theme: str, dark: bool) -> None:
    chat = new_chat(url=host(clinic_page(server, f'data-theme="{theme}"' if theme else "")), color_scheme=scheme)
    chat.open()
    assert colour(chat, "dialog") == ("rgb(22, 33, 31)" if dark else "rgb(255, 255, 255)")


def test_motion_is_left_out_for_those_who_want_none(new_chat) -> None:
    chat = new_chat(reduced_motion="reduce")
    chat.open()
    chat.hold()
    chat.say("hello", answered=False)
    expect(chat.dots).to_be_visible()
    assert colour(chat, ".dots i", "animation-name") == "none"
    assert colour(chat, "dialog", "animation-name") == "none"


def test_the_page_s_own_styles_do_not_reach_into_the_chat(new_chat, host, server) -> None:
    style = "<style>* { color: red !important; font: 6px serif !important } button { display: none !important }</style>"
    chat = new_chat(url=host(clinic_page(server, head=style)))
    chat.open()
    assert colour(chat, "h2", "color") == "rgb(255, 255, 255)"
    assert float(colour(chat, ".bubble", "font-size")[:-2]) >= 16


def test_the_script_twice_or_an_element_of_the_page_s_own_makes_one_chat(new_chat, host, server) -> None:
    script_again = f'<script src="{server.url}/widget/aftercare-chat.js" defer></script>'
    own = '<aftercare-chat title="My own">In an emergency call <a href="tel:112">112</a>.</aftercare-chat>'
    chat = new_chat(url=host(clinic_page(server, "", body=own + script_again)))
    assert chat.page.locator("aftercare-chat").count() == 1
    chat.open()
    expect(chat.find("h2")).to_have_text("My own")
    expect(chat.page.locator("aftercare-chat a[href='tel:112']")).to_be_visible()
