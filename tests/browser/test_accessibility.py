"""WCAG 2.2 AA: axe-core finds nothing in any state, a keyboard is enough, what is new is announced, targets are 44 px."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.chat import Chat
from tests.browser.test_looks import clinic_page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALLEST_TARGET = 44

SIZES = {
    "desktop": {"width": 1280, "height": 800},
    "phone": {"width": 390, "height": 844},
    "320 px": {"width": 320, "height": 640},
    "200 % zoom": {"width": 640, "height": 400, "device_scale_factor": 2},
}


def violations(chat: Chat, axe: str) -> list[Any]:
    if not chat.page.evaluate("() => 'axe' in globalThis"):
        chat.page.evaluate(axe)
    found = chat.page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations', 'incomplete']})", TAGS)
    return [
        (each["id"], [node["target"] for node in each["nodes"]], [node["any"][:1] for node in each["nodes"]][:2])
        for each in found["violations"] + [one for one in found["incomplete"] if one["id"] != "color-contrast"]
    ]


def small_targets(chat: Chat) -> list[str]:
    """Buttons and call links under 44 px. Links within a sentence are exempt, as in WCAG 2.5.8."""
    boxes = [
        (one.inner_text() or one.get_attribute("aria-label"), one.bounding_box())
        for one in chat.find(":is(button, .call, textarea):visible").all()
    ]
    return [
        f"{name}: {box}" for name, box in boxes if box and (box["height"] < SMALLEST_TARGET or box["width"] < SMALLEST_TARGET)
    ]


def wider_than_the_screen(chat: Chat) -> list[str]:
    return chat.page.evaluate(
        """() => { const root = document.querySelector('aftercare-chat').shadowRoot;
        return [document.documentElement, root.querySelector('dialog'), root.querySelector('.log'), root.querySelector('.about')]
            .filter(node => node.scrollWidth > node.clientWidth).map(node => node.className || node.tagName); }"""
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_closed_open_and_with_every_kind_of_message(new_chat, axe: str, scheme: str, size: str) -> None:
    chat = new_chat(color_scheme=scheme, **SIZES[size])
    seen: dict[str, list[Any]] = {"closed": violations(chat, axe)}

    def look(state: str) -> None:
        seen[state] = [*violations(chat, axe), *small_targets(chat), *wider_than_the_screen(chat)]

    chat.open()
    look("open")
    chat.say("my back is sore")
    look("a picture and the timeline")
    chat.say("menu")
    look("quick replies")
    chat.say("which website").say("I have a fever").say("it was five days ago")
    look("links, urgent, contact the clinic")
    chat.hold()
    chat.say("x" * 300, answered=False)
    expect(chat.dots).to_be_visible()
    chat.input.fill("y" * 1900)
    look("typing, a long word, the countdown")
    chat.page.unroute("**/webhooks/aftercare/message")
    chat.input.fill("")
    chat.page.reload()
    expect(chat.answers.last).to_contain_text("I can help with aftercare")
    expect(chat.dots).to_have_count(0)
    chat.cut()
    chat.say("hello", answered=False)
    expect(chat.failed).to_have_count(1)
    look("offline, unsent")
    chat.mend()
    chat.find(".again").click()
    expect(chat.failed).to_have_count(0)
    chat.say("it hurts when I breathe in")
    look("emergency")
    chat.say("hello")
    look("after an emergency")
    chat.find("button[aria-label^='What is stored']").click()
    look("what is stored")
    chat.find("button:text('Delete my conversation')").click()
    look("are you sure")
    assert {state: found for state, found in seen.items() if found} == {}


CONTRASTS = """() => {
    const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
    const linear = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const behind = node => {
        for (let one = node; one; one = one.parentNode || one.host) {
            const color = one instanceof Element ? parse(getComputedStyle(one).backgroundColor) : [];
            if (color.length === 3 || color[3] === 1) return color;
        }
        return [255, 255, 255];
    };
    const nodes = [...document.querySelector("aftercare-chat").shadowRoot.querySelectorAll("*")];
    const hasText = node => [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim());
    return nodes.filter(node => node.checkVisibility() && hasText(node)).map(node => {
        const style = getComputedStyle(node);
        const a = light(parse(node instanceof SVGElement ? style.fill : style.color)), b = light(behind(node));
        return [node.textContent.slice(0, 30), (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
    });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_read(new_chat, scheme: str) -> None:
    """Every text against what is behind it, also where axe cannot decide: 4.5 to 1."""
    chat = new_chat(color_scheme=scheme)
    chat.open().say("my back is sore").say("I have a fever").say("it hurts when I breathe in")
    chat.cut()
    chat.say("hello", answered=False)
    expect(chat.failed).to_have_count(1)
    found = chat.page.evaluate(CONTRASTS)
    assert len(found) > 25
    assert [(text, ratio) for text, ratio in found if ratio < 4.5] == []


def test_a_keyboard_is_enough_from_the_launcher_to_an_answer_and_back(chat: Chat) -> None:
    page = chat.page
    for _ in range(12):
        page.keyboard.press("Tab")
        if chat.focused == "launcher":
            break
    assert chat.focused == "launcher"
    page.keyboard.press("Enter")
    expect(chat.quick.first).to_be_visible()
    assert chat.focused == "input"
    page.keyboard.type("menu")
    page.keyboard.press("Tab")
    assert chat.focused == "Send"
    page.keyboard.press("Space")
    expect(chat.quick).to_have_count(3)
    chat.input.focus()
    for _ in range(3):
        page.keyboard.press("Shift+Tab")
    assert chat.focused == "Soreness", "the answers are reached backwards from the box, as they are seen"
    page.keyboard.press("Enter")
    expect(chat.answers.last).to_contain_text("Soreness like this")
    assert chat.focused == "input", "the pressed button is gone and the focus is not lost with it"
    page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    assert chat.focused == "launcher", "the focus returns"


OUTLINE = """() => {
    const style = getComputedStyle(document.querySelector("aftercare-chat").shadowRoot.activeElement);
    return [style.outlineStyle, parseFloat(style.outlineWidth)];
}"""


def test_every_control_is_reached_in_order_and_its_focus_is_seen(chat: Chat) -> None:
    chat.open()
    for _ in range(7):
        chat.page.keyboard.press("Shift+Tab")
        if chat.focused.startswith("What is stored"):
            break
    order = []
    for _ in range(9):
        order.append(chat.focused)
        outline = chat.page.evaluate(OUTLINE)
        assert outline[0] == "solid", order
        assert outline[1] >= 2, order
        chat.page.keyboard.press("Tab")
        if chat.focused == "":
            break
    assert order == [
        "What is stored, and delete",
        "Close the chat",
        "call sos",
        "Conversation",
        "I am sore",
        "I have a fever",
        "input",
        "Send",
    ]


def test_on_a_phone_the_page_behind_is_out_of_reach(new_chat) -> None:
    chat = new_chat(390, 844)
    chat.open()
    for _ in range(30):
        chat.page.keyboard.press("Tab")
        outside = chat.page.evaluate(
            "() => document.activeElement !== document.body && document.activeElement.tagName !== 'AFTERCARE-CHAT'"
        )
        assert not outside, "hidden behind the full screen"
    chat.page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    assert chat.focused == "launcher"


def test_escape_leaves_the_notice_first_and_then_the_chat(chat: Chat) -> None:
    chat.open()
    chat.find("button[aria-label^='What is stored']").click()
    assert chat.focused == "about"
    chat.page.keyboard.press("Escape")
    expect(chat.find(".about")).to_be_hidden()
    expect(chat.panel).to_be_visible()
    assert chat.focused == "input"
    chat.page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()


def test_what_is_new_is_announced_politely_and_an_emergency_at_once(chat: Chat) -> None:
    chat.open()
    snapshot = chat.panel.aria_snapshot()
    for part in (
        'dialog "Aftercare assistant"',
        'log "Conversation"',
        "alert",
        "status",
        'textbox "Your message"',
        'button "Send"',
    ):
        assert part in snapshot
    assert chat.log.get_attribute("aria-live") in (None, "polite"), "role=log is polite by itself"
    chat.say("it hurts when I breathe in")
    for part in (
        "You: it hurts when I breathe in",
        "Assistant: Call",
        "alert:",
        'heading "Emergency: call 911 now"',
        'link "Call 911"',
    ):
        assert part in chat.panel.aria_snapshot()
    assert chat.card.get_attribute("role") == "alert"


def test_text_that_the_reader_made_larger_is_larger_and_still_fits(new_chat, host, server) -> None:
    head = "<style>html { font-size: 200% }</style><meta name=viewport content='width=device-width'>"
    chat = new_chat(320, 640, url=host(clinic_page(server, head=head)))
    chat.open().say("my back is sore").say("it hurts when I breathe in")
    assert chat.find(".bubble").first.evaluate("node => parseFloat(getComputedStyle(node).fontSize)") == 32
    assert wider_than_the_screen(chat) == []
    chat.input.scroll_into_view_if_needed()
    expect(chat.input).to_be_in_viewport(ratio=0.8)


def test_forced_colours_keep_the_edges(new_chat, screenshot) -> None:
    chat = new_chat(forced_colors="active")
    chat.open().say("it hurts when I breathe in")
    assert chat.find(".bubble").first.evaluate("node => getComputedStyle(node).borderTopStyle") == "solid"
    screenshot(chat.page, "forced-colours")
