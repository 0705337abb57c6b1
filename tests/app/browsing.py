"""Pages as a visitor's browser shows them: opened once, looked at from every side, kept as plain values."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.request import urlopen

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
)
DEVICES: Mapping[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "user_agent": PHONE,
        "is_mobile": True,
        "has_touch": True,
    },
}
PATIENCE = 90_000  # milliseconds, on a machine that is busy with everything else
FLIP = 10.0  # seconds a page may take to follow the theme
CALM = 150  # milliseconds between two looks that must both find the page at rest
AT_REST = "[data-testid=stApp][data-test-script-state=notRunning] .mk-footer"
NOT_DRAWN = "[role=figure]:not([data-draws])"
STROKES = """() => JSON.stringify([...document.querySelectorAll('[role=figure]')].map(chart =>
    [...chart.querySelectorAll('.trace path, text')].map(mark => {
        const style = getComputedStyle(mark);
        return style.stroke + style.fill;
    })))"""
LOOK = """() => {
    const numbers = part => [...part.querySelectorAll('[data-value]')].map(number =>
        ({ text: number.firstChild.textContent, ...number.dataset }));
    const main = document.querySelector('[data-testid=stMain]');
    return {
        titles: [...document.querySelectorAll('h1')].map(title => title.textContent),
        badge: document.querySelector('.mk-badge-line').textContent,
        failures: [...document.querySelectorAll('[data-testid=stException], .stAlert, .mk-note-down')]
            .map(box => box.textContent),
        notes: [...document.querySelectorAll('[role=note]')].map(note => note.textContent),
        headline: numbers(document.querySelector('h1')),
        tiles: [...document.querySelectorAll('.mk-tile')].map(tile =>
            ({ name: tile.querySelector('.mk-tile-name span').textContent, numbers: numbers(tile) })),
        charts: [...document.querySelectorAll('[role=figure]')].map(chart => ({
            alt: chart.getAttribute('aria-label'),
            draws: Number(chart.dataset.draws),
            marks: chart.querySelectorAll('.trace path, .trace text, .hm image, .shapelayer path').length,
        })),
        widths: [document.documentElement.scrollWidth, main.scrollWidth, window.innerWidth],
    };
}"""


@dataclass
class Visit:
    """A page as a visitor has it open, and what the browser noticed."""

    page: Page
    site: str
    asked: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(message.text)

    @property
    def foreign(self) -> list[str]:
        """Every address asked for that is not the server's own."""
        return [url for url in self.asked if not url.startswith((self.site, "data:", "blob:"))]

    @property
    def query(self) -> str:
        """What stands behind the question mark in the address."""
        return self.page.url.partition("?")[2]

    @property
    def title(self) -> str:
        """The headline of the page."""
        return self.page.locator("h1").inner_text()

    def open(self, path: str) -> "Visit":
        """Go to a path of the site and wait until the page is all there."""
        self.page.goto(f"{self.site}{path}")
        self.settle()
        return self

    def settle(self) -> None:
        """Wait until the script has run and every chart stands."""
        for _ in range(2):
            expect(self.page.locator(AT_REST)).to_have_count(1, timeout=PATIENCE)
            expect(self.page.locator(NOT_DRAWN)).to_have_count(0, timeout=PATIENCE)
            self.page.wait_for_timeout(CALM)

    def wait_for(self, query: str) -> None:
        """Wait until the address says ``query`` and the page follows."""
        expect(self.page).to_have_url(re.compile(re.escape(query)), timeout=PATIENCE)
        self.settle()


@contextmanager
def visiting(browser: Browser, site: str, device: str = "desktop", **more: Any) -> Iterator[Visit]:
    """A new visitor of ``site`` with that device, in the light."""
    usual = {"color_scheme": "light", "locale": "en-GB", "timezone_id": "America/New_York"}
    context = browser.new_context(**{**usual, **DEVICES[device], **more})
    yield Visit(context.new_page(), site)
    context.close()


@dataclass(frozen=True)
class Sight:
    """One page on one device, seen in the light and then in the dark."""

    path: str
    found: Mapping[str, Any]
    problems: list[str]
    foreign: list[str]
    strokes: Mapping[str, str]
    faults: Mapping[str, list[str]]

    @property
    def tiles(self) -> dict[str, dict[str, str]]:
        """The numbers of the strip: by name of the tile, then by formula."""
        return {
            tile["name"]: {number["formula"]: number["value"] for number in tile["numbers"]}
            for tile in self.found["tiles"]
        }


def look(browser: Browser, site: str, path: str, device: str) -> Sight:
    """Open a page, look at it in the light, turn the light out, and look again."""
    with visiting(browser, site, device) as visit:
        visit.open(path)
        page = visit.page
        found = page.evaluate(LOOK)
        strokes, faults = {"light": page.evaluate(STROKES)}, {"light": _faults(page)}
        page.emulate_media(color_scheme="dark")
        deadline = time.monotonic() + (FLIP if found["charts"] else FLIP / 5)
        while page.evaluate(STROKES) == strokes["light"] and time.monotonic() < deadline:
            page.wait_for_timeout(CALM)
        visit.settle()
        strokes["dark"], faults["dark"] = page.evaluate(STROKES), _faults(page)
        return Sight(path, found, visit.problems, visit.foreign, strokes, faults)


def _faults(page: Page) -> list[str]:
    """What axe-core finds wrong with the page for those who do not see or point."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


def fetch(site: str, path: str) -> Any:
    """The JSON at a path of the site."""
    with urlopen(f"{site}{path}", timeout=60) as answer:
        return json.load(answer)
