"""Somebody with a browser: pages are judged while they are used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response

from tests.journeys.running import RunningPlatform

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
INNERMOST_TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = (e) => e && e !== document.body && (["auto", "scroll", "hidden", "clip"].includes(
    getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  return [...document.body.querySelectorAll("*")]
    .filter((e) => e.getBoundingClientRect().right > width + 1 && !scrolls(e.parentElement))
    .map((e) => `<${e.tagName.toLowerCase()} class="${e.className}"> ${Math.round(e.getBoundingClientRect().right)}`)
    .slice(-5).concat([`page ${document.documentElement.scrollWidth} > ${width}`]);
}"""


@dataclass
class Visitor:
    """A browser context with one page, and what must not happen in it."""

    platform: RunningPlatform
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note errors of the console (violations of the content security policy among them), of scripts, of the
        server, and requests to anybody but us."""
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.context.on("request", self._on_request)
        self.context.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        # a refused form answers 4xx, which Chromium reports as a failed resource: judged by _on_response
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console on {self.page.url}: {message.text}")

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        ours = (parts.hostname or "").endswith("localhost") and parts.port == self.platform.port
        if parts.scheme not in ("data", "blob", "about") and not ours:
            self.faults.append(f"third party: {request.url}")

    def _on_response(self, response: Response) -> None:
        # a form that is refused, as Wagtail's editor refuses a half-written page it saves on its own
        is_form = response.request.resource_type == "document" or response.request.method == "POST"
        if response.status >= 500 or (response.status >= 400 and not is_form):
            self.faults.append(f"{response.status}: {response.url}")

    def open(self, host: str, path: str = "/") -> Page:
        """Go to a page of a host. The page must answer with success."""
        answer = self.page.goto(self.platform.address(host, path))
        assert answer is not None
        assert answer.status < 400, f"{answer.status} at {self.page.url}"
        return self.page


def follow(control: Locator) -> None:
    """Click a link or button that leads to another page, and wait until that page is there.

    A click alone ends before its page has come: what is read next would be read of the page before.
    """
    with control.page.expect_navigation():
        control.click()


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.2 AA or of axe's good practice on the present page."""
    # transitions would be measured half-way, so they are brought to their end first
    page.evaluate("() => document.getAnimations().forEach((animation) => animation.finish())")
    violations: list[dict[str, Any]] = Axe().run(page, options=RULES).response["violations"]
    told = [
        f"{violation['id']}: {violation['help']}\n"
        + "\n".join(
            f"    {' '.join(node['target'])}: {node.get('failureSummary', '')}" for node in violation["nodes"][:4]
        )
        for violation in violations
    ]
    assert not told, f"{page.url}\n" + "\n".join(told)


def assert_fits(page: Page) -> None:
    """The page does not scroll sideways."""
    assert page.evaluate(INNERMOST_TOO_WIDE) == [], page.url
