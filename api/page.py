"""The page that Streamlit sends before any of its JavaScript runs, made ours."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.static import best_encoding, compress

TITLE = "<title>Streamlit</title>"
ICON = "./favicon.png"
# Where the server is: Streamlit's script would look under each page's own path first, note two failures in
# the console, and open its socket only after that.
START = """<script>window.__streamlit = {
  BACKEND_BASE_URL: location.origin + "@base", MAIN_PAGE_BASE_URL: location.origin + "@base",
  HOST_CONFIG: {allowedOrigins: [location.origin], useExternalAuthToken: false},
}</script>"""
THEMES = {"light": "light_theme", "dark": "dark_theme"}
ABOUT = {
    "/": (
        "Overview",
        "How stressed markets are, and where: drawdowns, key levels and correlation on one page.",
    ),
    "/tech": (
        "Tech sell-off",
        "How far technology has fallen, how unusual each day was, and where the money went.",
    ),
    "/crypto": (
        "Crypto drawdown",
        "Bitcoin, its key levels and the coins that follow it, down from their highs.",
    ),
    "/macro": ("Macro", "Volatility, the dollar, rates, credit and commodities, and how they move together."),
    "/levels": ("Key levels", "The watched prices, how often each was tested, and what happened next."),
    "/episodes": ("Episodes", "Today laid over past falls, aligned on the day each began."),
    "/methods": ("Methods", "Every number: its formula, its sampling, its source and its edge cases."),
    "/sources": ("Sources", "Every series: who publishes it, how far it goes back and how old it is."),
    "/claims": ("Claims", "What was said about this sell-off, measured again."),
}


@dataclass(frozen=True, slots=True)
class Preloads:
    """What the browser may fetch while the script still runs; the first font is that of the text."""

    modules: tuple[str, ...] = ()
    fonts: tuple[str, ...] = ()

    def __str__(self) -> str:
        modules = [f'<link rel="modulepreload" crossorigin href="{each}">' for each in self.modules]
        fonts = [
            f'<link rel="preload" as="font" type="font/woff2" crossorigin href="{each}">'
            for each in self.fonts
        ]
        return "\n".join(modules + fonts)

    @property
    def stand_in(self) -> str:
        """Streamlit draws in its own font until the theme arrives; under that font's name stands ours."""
        face = '@font-face{{font-family:Source Sans;font-weight:100 900;src:url("{}")format("woff2")}}'
        return f"<style>{face.format(self.fonts[0])}</style>" if self.fonts else ""


def chunks_of(names: Iterable[str], folder: Path) -> list[str]:
    """File names of Streamlit's JavaScript chunks ``names`` and of all they import, found in ``folder``."""
    found: dict[str, None] = {}

    def follow(file: str) -> None:
        if file not in found:
            found[file] = None
            source = (folder / file).read_text(encoding="utf-8")
            for imported in re.findall(r'(?:from|import)\s*"\./([\w.-]+\.js)"', source):
                follow(imported)

    for name in names:
        for first in sorted(folder.glob(f"{name}.*.js")):
            follow(first.name)
    return list(found)


def page_of(path: str, base: str = "") -> str | None:
    """The page at ``path`` of a server whose pages stand under ``base``; None where there is no page."""
    page = path.removeprefix(base) if path.startswith(f"{base}/") else ""
    return page if page in ABOUT else None


def rewrite(html: str, page: str, public_url: str, preloads: Preloads, base: str = "") -> str:
    """Streamlit's index page with the title, description, link-preview tags and preloads of ``page``."""
    name, description = ABOUT[page]
    title = f"{name} · Market Stress"
    tags = {
        "og:site_name": "Market Stress",
        "og:type": "website",
        "og:title": title,
        "og:description": description,
    }
    if public_url:
        tags["og:url"] = f"{public_url}{page}"
    lines = [
        f"<title>{escape(title)}</title>",
        f'<meta name="description" content="{escape(description)}">',
        '<meta name="twitter:card" content="summary">',
        '<meta name="color-scheme" content="light dark">',
        *(f'<meta property="{tag}" content="{escape(text)}">' for tag, text in tags.items()),
        START.replace("@base", base),
        str(preloads),
    ]
    html = re.sub(r'<link\s+rel="preload"[^>]*SourceSans[^>]*/>', "", html)
    ours = {
        TITLE: "\n".join(lines),
        "</head>": f"{preloads.stand_in}</head>",
        ICON: f"{base}/app/static/icon.png",
    }
    for theirs, replacement in ours.items():
        html = html.replace(theirs, replacement)
    return html


def with_theme(query: str) -> str | None:
    """The query that makes Streamlit show the theme that ``theme=`` asks for; None where it already does."""
    fields = parse_qsl(query, keep_blank_values=True)
    wanted = next((THEMES[value] for name, value in fields if name == "theme" and value in THEMES), None)
    themes = [value for name, value in fields if name == "embed_options" and value in THEMES.values()]
    if wanted is None or themes == [wanted]:
        return None
    kept = [field for field in fields if field[0] != "embed_options" or field[1] not in THEMES.values()]
    return urlencode([*kept, ("embed_options", wanted)])


class Page:
    """Rewrites the index page, compressed; sends a ``theme=`` in the address to where Streamlit obeys it."""

    def __init__(
        self, app: ASGIApp, public_url: str = "", preloads: Preloads | None = None, base: str = ""
    ) -> None:
        self.app = app
        self.public_url = public_url
        self.preloads = preloads or Preloads()
        self.base = base
        self.made = lru_cache(maxsize=64)(self._make)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["method"] == "GET"
        if asked and self.base and scope["path"] == self.base:  # links of a page are told from its folder
            query = scope["query_string"].decode("latin-1")
            home = RedirectResponse(f"{self.base}/{query and '?'}{query}", 307, {"cache-control": "no-store"})
            await home(scope, receive, send)
            return
        page = page_of(scope["path"], self.base) if asked else None
        if page is None:
            await self.app(scope, receive, send)
            return
        themed = with_theme(scope["query_string"].decode("latin-1"))
        if themed is not None:
            moved = RedirectResponse(f"?{themed}", 307, {"cache-control": "no-store"})
            await moved(scope, receive, send)
            return
        encoding = best_encoding(Headers(scope=scope).get("accept-encoding", ""))
        await self.app(_asking_for_all(scope), receive, self._rewriting(page, encoding, send))

    def _rewriting(self, page: str, encoding: str, send: Send) -> Send:
        held: list[Message] = []

        async def rewriting(message: Message) -> None:
            if not held and not _starts_a_page(message):
                await send(message)
                return
            held.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                start, *rest = held
                body = self.made(b"".join(part.get("body", b"") for part in rest), page, encoding)
                await send(_retold(start, len(body), encoding))
                await send({"type": "http.response.body", "body": body})

        return rewriting

    def _make(self, body: bytes, page: str, encoding: str) -> bytes:
        html = rewrite(body.decode("utf-8"), page, self.public_url, self.preloads, self.base)
        return compress(html.encode("utf-8"), encoding)


class Lost:
    """Answers 404 with a way back where there is no page and no file: Streamlit sends its page for anything.

    No route of ours answers with HTML, so an HTML answer that is no page can only be that. What speaks JSON
    says in JSON that there is nothing.
    """

    def __init__(self, app: ASGIApp, base: str = "", way_back: Callable[[], str] = lambda: "") -> None:
        """``way_back`` makes the page that is sent, once it is needed."""
        self.app = app
        self.base = base
        self.way_back = way_back

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
        if not asked or page_of(scope["path"], self.base) is not None:
            await self.app(scope, receive, send)
            return
        lost = False

        async def finding(message: Message) -> None:
            nonlocal lost
            if message["type"] == "http.response.start" and _says_nothing_is_here(message):
                lost = True
                await HTMLResponse(self.way_back(), 404, {"cache-control": "no-store"})(scope, receive, send)
            elif not lost:
                await send(message)

        await self.app(scope, receive, finding)


def _says_nothing_is_here(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    if start["status"] == 404:
        return not kind.startswith("application/json")
    return start["status"] == 200 and kind.startswith("text/html")


def _asking_for_all(scope: Scope) -> Scope:
    """The same request, without what would bring a compressed page or a 304 in place of the page."""
    unwanted = {b"accept-encoding", b"if-none-match", b"if-modified-since"}
    return {**scope, "headers": [header for header in scope["headers"] if header[0] not in unwanted]}


def _starts_a_page(message: Message) -> bool:
    if message["type"] != "http.response.start" or message["status"] != 200:
        return False
    return Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")


def _retold(start: Message, length: int, encoding: str) -> Message:
    headers = MutableHeaders(raw=list(start["headers"]))
    headers["content-length"] = str(length)
    headers["vary"] = "accept-encoding"
    for stale in ("etag", "last-modified"):
        if stale in headers:
            del headers[stale]
    if encoding != "identity":
        headers["content-encoding"] = encoding
    return {**start, "headers": headers.raw}
