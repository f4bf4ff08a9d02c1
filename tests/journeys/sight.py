"""What a page looks and feels like: its width, its focus, its complaints, whom it asks for things."""

import re
from dataclasses import dataclass, field
from typing import Self

from playwright.sync_api import BrowserContext, Page

_MOST_STOPS = 60


@dataclass
class Sight:
    """What a browser was seen to do: the addresses it asked for, and what it complained about."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, context: BrowserContext) -> Self:
        sight = cls(context.new_page())
        context.on("request", lambda request: sight.asked.append(request.url))
        sight.page.on("pageerror", lambda error: sight.complaints.append(str(error)))
        sight.page.on(
            "console",
            lambda line: sight.complaints.append(line.text) if line.type in {"error", "warning"} else None,
        )
        return sight

    def require_calm(self, address: str, *, but: str = "^$") -> None:
        assert [line for line in self.complaints if not re.search(but, line)] == []
        assert [url for url in self.asked if not url.startswith(address + "/")] == []
        assert self.asked


def require_no_scrolling_sideways(page: Page) -> None:
    # A page that just begins to come has no width yet, nor anything that could be asked for it.
    page.wait_for_load_state()
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider == 0, f"{page.url} is {wider} px wider than the screen"


def go_to(page: Page, name: str) -> None:
    """Press Tab until the thing of this name has the focus, and can be seen to have it."""
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style != "none", f"{focused(page)!r} does not show that it has the focus"
        if focused(page) == name:
            return
    raise AssertionError(name)


def focused(page: Page) -> str:
    """Return the name of what has the focus: its label, or its own text."""
    return str(
        page.evaluate(
            "(({labels, textContent}) => (labels?.[0]?.textContent ?? textContent).trim())"
            "(document.activeElement)"
        )
    )
