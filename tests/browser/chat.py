"""What a test does with the chat in a page, in a patient's terms."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from tests.channels.widget_standin import Server


class Chat:
    """The widget on one page. Playwright's CSS selectors look into its open shadow root."""

    def __init__(self, page: Page, server: Server, problems: list[str]) -> None:
        self.page = page
        self.server = server
        self.problems = problems
        self.launcher = self.find(".launcher")
        self.panel = self.find("dialog")
        self.input = self.find("textarea")
        self.log = self.find("[role=log]")
        self.card = self.find("[role=alert]")
        self.answers = self.find(".bot:not(.dots) .bubble")
        self.mine = self.find(".mine .bubble")
        self.quick = self.find(".quick button")
        self.failed = self.find(".mine.failed")
        self.dots = self.find(".dots")

    def find(self, selector: str) -> Locator:
        return self.page.locator(f"aftercare-chat {selector}")

    def open(self) -> Chat:
        self.launcher.click()
        expect(self.quick.first).to_be_visible()
        return self

    def say(self, text: str, answered: bool = True) -> Chat:
        count = self.answers.count()
        self.input.fill(text)
        self.page.keyboard.press("Enter")
        if answered:
            expect(self.answers).not_to_have_count(count)
            expect(self.dots).to_have_count(0)
        return self

    @property
    def state(self) -> dict[str, Any]:
        """What the page keeps in sessionStorage."""
        kept = self.page.evaluate("() => Object.entries(sessionStorage).find(([key]) => key.startsWith('aftercare-chat'))?.[1]")
        return json.loads(kept) if kept else {}

    @property
    def focused(self) -> str:
        """The label, id or class of the element that has the focus inside the chat, empty when none has."""
        return self.page.evaluate(
            """() => { const one = document.querySelector('aftercare-chat').shadowRoot.activeElement;
            return one ? one.getAttribute('aria-label') || one.id || one.className || one.textContent : ''; }"""
        )

    def cut(self, path: str = "**/webhooks/**") -> None:
        """The network goes."""
        self.page.route(path, lambda route: route.abort())

    def mend(self, path: str = "**/webhooks/**") -> None:
        self.page.unroute(path)

    def hold(self, times: int | None = None, path: str = "**/webhooks/aftercare/message") -> list[Route]:
        """Messages leave and no answer comes, until the test lets the routes that this list collects go on."""
        held: list[Route] = []
        self.page.route(path, lambda route: held.append(route), times=times)  # noqa: PLW0108 - playwright cannot take a builtin method
        return held

    def turns(self) -> int:
        """How many messages of this conversation the server has stored."""
        told = self.server.history(self.state["token"]).json["messages"]
        return sum(line["from"] == "user" for line in told)
