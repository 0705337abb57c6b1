"""How long until the last chart of a page stands, against one static page with the same charts.

The floor is what a reader would get without a server behind the page: one HTML file with the figures in it
and the plotly.js that plotly.py ships, compressed as well as ours, drawn by the same browser in the same run.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import plotly
import uvicorn
from playwright.sync_api import Browser, Page, WebSocket
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.static import Precompressed, compress
from tests.app.serving import ROOT, chromium, serving
from tests.bench.row import Row, timed

PAGES = ("/", "/tech", "/crypto", "/macro")
SIX = ROOT / "tests" / "app" / "six_charts.py"
RUNS = 5
SETTLED = 1500  # milliseconds without a new chart
DRAWN = "[data-draws]"
DAY_BEFORE = ".st-key-step-back button:visible"
CHOICES = "[data-testid=stButtonGroup] button:visible:not([aria-checked=true])"

WATCH = """
(wanted => {
    const look = () => {
        if (document.querySelectorAll("[data-draws]").length >= wanted) window.lastChart = performance.now();
        else requestAnimationFrame(look);
    };
    look();
})(%d)
"""
COLLECT = """
plots => plots.map(plot => JSON.stringify(
    { data: plot.data, layout: { ...plot.layout, width: plot.clientWidth, height: plot.clientHeight } },
    (_, value) => ArrayBuffer.isView(value) ? Array.from(value) : value,
))
"""
FLOOR = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Floor</title><script src="/plotly/plotly.min.js"></script></head>
<body><script>
for (const figure of [%s]) {
    const place = document.body.appendChild(document.createElement("div"));
    Plotly.newPlot(place, figure.data, figure.layout, { displayModeBar: false })
        .then(() => { place.dataset.draws = 1; });
}
</script></body></html>
"""


@dataclass
class Visit:
    """One first visit: seconds until the last chart, and bytes received until then."""

    seconds: float
    size: int


def rows() -> Iterator[Row]:
    """Time and bytes of each page of ours and of a page of six plain charts, as ratios to their floors."""
    with chromium() as browser:
        with serving(SIX) as address:
            yield from compare(browser, "six charts", address)
        with serving() as address:
            for path in PAGES:
                yield from compare(browser, path, address + path)
                yield redraw(browser, f"{path}: server time of another choice", address + path, CHOICES)
                yield redraw(browser, f"{path}: server time of another day", address + path, DAY_BEFORE)


def compare(browser: Browser, name: str, address: str) -> list[Row]:
    """Two rows for the page at ``address``: time to the last chart, and bytes of the first load."""
    figures = charts_of(browser, address)
    with static_page(FLOOR % ",\n".join(figures)) as floor:
        visit(browser, floor, len(figures))
        pairs = [
            (visit(browser, address, len(figures)), visit(browser, floor, len(figures))) for _ in range(RUNS)
        ]
    seconds, floor_seconds = (median(each[side].seconds for each in pairs) for side in (0, 1))
    size, floor_size = (median(each[side].size for each in pairs) for side in (0, 1))
    slower, larger = seconds / floor_seconds, size / floor_size
    return [
        Row(
            f"{name}: first visit to the last of {len(figures)} charts / static page",
            f"{slower:.2f} x",
            slower,
            most=2.5,
            bar="under 2.5 x",
            beside=f"{seconds:.2f} s / {floor_seconds:.2f} s",
        ),
        Row(
            f"{name}: bytes of the first visit / static page",
            f"{larger:.2f} x",
            larger,
            most=1.5,
            bar="under 1.5 x",
            beside=f"{size / 1e6:.2f} MB / {floor_size / 1e6:.2f} MB",
        ),
    ]


def redraw(browser: Browser, name: str, address: str, buttons: str) -> Row:
    """How long the server takes from a click on each of ``buttons`` in turn to its last message."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    sent: list[float] = []
    received: list[float] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.webSocketFrameSent", lambda frame: sent.append(frame["timestamp"]))
    network.on("Network.webSocketFrameReceived", lambda frame: received.append(frame["timestamp"]))
    page.goto(address)
    page.wait_for_timeout(3 * SETTLED)
    found, taken = page.locator(buttons), []
    found.first.wait_for(timeout=60_000)
    offered = max(found.count(), 1)
    for turn in range(RUNS):
        sent.clear()
        received.clear()
        found.nth(turn % offered).click()
        known = -1
        while len(received) > known:
            known = len(received)
            page.wait_for_timeout(SETTLED)
        if sent and received:
            taken.append(received[-1] - sent[0])
    page.close()
    return timed(name, median(taken), 0.3, f"largest of {len(taken)}: {max(taken) * 1e3:.0f} ms")


def charts_of(browser: Browser, address: str) -> list[str]:
    """The figures on a page as JSON, taken once no further chart appears; the visit warms the server, too."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(address)
    plots, known = page.locator(DRAWN), -1
    page.wait_for_timeout(3 * SETTLED)
    while plots.count() > known:
        known = plots.count()
        page.wait_for_timeout(SETTLED)
    figures: list[str] = plots.evaluate_all(COLLECT)
    page.close()
    return [figure.replace("</", "<\\/") for figure in figures]


def visit(browser: Browser, address: str, charts: int) -> Visit:
    """A first visit with an empty cache, until so many charts stand."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    sizes = count_bytes(page)
    page.add_init_script(WATCH % charts)
    page.goto(address, wait_until="commit")
    page.locator(DRAWN).nth(charts - 1).wait_for(state="attached", timeout=60_000)
    page.wait_for_timeout(100)
    seconds = page.evaluate("window.lastChart") / 1000
    context.close()
    return Visit(seconds, sum(sizes))


def count_bytes(page: Page) -> list[int]:
    """A list that grows with the size of each answer and each socket message, as sent over the wire."""
    sizes: list[int] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda done: sizes.append(int(done["encodedDataLength"])))

    def listen(opened: WebSocket) -> None:
        opened.on("framereceived", lambda frame: sizes.append(len(frame)))

    page.on("websocket", listen)
    return sizes


@contextmanager
def static_page(html: str) -> Iterator[str]:
    """The address of a small server with ``html`` and plotly.js, both compressed once."""
    copy = compress(html.encode(), "br")

    async def answer(_: Request) -> Response:
        return Response(copy, media_type="text/html", headers={"content-encoding": "br"})

    folders = {"/plotly": Path(plotly.__file__).parent / "package_data"}
    app = Starlette(routes=[Route("/", answer)], middleware=[Middleware(Precompressed, folders=folders)])
    with socket.socket() as listener, serve_in_thread(app, listener) as port:
        yield f"http://localhost:{port}/"


@contextmanager
def serve_in_thread(app: Any, listener: socket.socket) -> Iterator[int]:
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)
