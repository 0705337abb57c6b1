"""What every request passes before Streamlit sees it."""

import re
from base64 import b64encode
from collections.abc import Callable, Collection, Iterable
from hashlib import sha256
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from socket import gethostname
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.page import Lost, Page, Preloads, chunks_of, rewrite
from api.static import Precompressed

LONGEST_ADDRESS = 2000
REFUSED = 1008  # WebSocket close code: policy violation
# What every page of ours loads besides Streamlit's core: charts, blocks of HTML, the controls in the frame.
CHUNKS = ("BidiComponent", "Html", "purify.es", "Button", "ButtonGroup", "DateInput")
HEADERS = {
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}


class Limits:
    """Refuses addresses longer than any link of ours."""

    def __init__(self, app: ASGIApp, longest: int = LONGEST_ADDRESS) -> None:
        self.app = app
        self.longest = longest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or _length(scope) <= self.longest:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": REFUSED})
        else:
            too_long = PlainTextResponse(f"The address is longer than {self.longest} characters.\n", 414)
            await too_long(scope, receive, send)


def _length(scope: Scope) -> int:
    query: bytes = scope["query_string"]
    return len(scope.get("raw_path") or scope["path"].encode()) + len(query) + bool(query)


class OriginGuard:
    """Refuses a WebSocket handshake whose Origin is missing or foreign, or whose host is not ours.

    An Origin must name the host asked, or one of ``allowed``. Host and Origin agree as well where a page of
    another site has had its name point at this machine, so the name counts too: with ``allowed`` it must be
    one of those or a name of this very machine; without, an address or a name that only a near network knows.
    Streamlit answers a foreign origin by asking the internet for
    its own address, on the event loop: without a way out, ten handshakes stop the server for twenty seconds.
    So whatever passes is shown to Streamlit as same-origin.
    """

    def __init__(self, app: ASGIApp, allowed: Collection[str] = ()) -> None:
        self.app = app
        self.allowed = {host.lower() for host in allowed}
        self.is_own = _is_here if allowed else _is_near

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = _host_of(headers.getlist("origin"))
        if not self._may_pass(origin.lower(), headers.get("host", "").lower()):
            await send({"type": "websocket.close", "code": REFUSED})
            return
        kept = [header for header in scope["headers"] if header[0] != b"host"]
        await self.app({**scope, "headers": [*kept, (b"host", origin.encode("latin-1"))]}, receive, send)

    def _may_pass(self, origin: str, host: str) -> bool:
        return origin in self.allowed or (bool(origin) and origin == host and self.is_own(_name_of(origin)))


def _name_of(host: str) -> str:
    """``host`` without its port; empty where it is malformed."""
    try:
        return (urlsplit(f"//{host}").hostname or "").removesuffix(".")
    except ValueError:
        return ""


def _is_here(name: str) -> bool:
    """Whether ``name`` can only mean the machine that the browser itself runs on."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _is_near(name: str) -> bool:
    """Whether ``name`` cannot be had by a stranger: an address, a name without a dot, or our own."""
    try:
        return bool(ip_address(name))
    except ValueError:
        own = name == gethostname().lower()
        return bool(name) and (own or "." not in name or name.endswith((".localhost", ".local")))


def _host_of(origins: list[str]) -> str:
    """Host and port of the one origin sent; empty where there is none, several, or no web origin."""
    try:
        parts = urlsplit(origins[0] if len(origins) == 1 else "")
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in {"http", "https"} else ""


class SecurityHeaders:
    """Puts ``HEADERS`` and the Content-Security-Policy on every answer."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self.app = app
        self.headers = HEADERS | {"content-security-policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(raw=message.setdefault("headers", [])).update(self.headers)
            await send(message)

        await self.app(scope, receive, guarded if scope["type"] == "http" else send)


def security_policy(index: str) -> str:
    """The Content-Security-Policy under which the page ``index`` works: its inline scripts and our own files.

    Styles may be inline: Streamlit and plotly write them from JavaScript. Nothing may be loaded from another
    host, and no page may put ours in a frame.
    """
    inline = re.findall(r"<script>(.*?)</script>", index, re.DOTALL)
    hashes = [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in inline]
    rules: dict[str, Iterable[str]] = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *hashes],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in rules.items())


def middleware(
    public_url: str = "", base: str = "", way_back: Callable[[], str] = lambda: ""
) -> list[Middleware]:
    """What a request passes, outermost first.

    ``public_url`` is where visitors see this server, if known; ``base`` the path under which all of it
    stands, such as "/stress"; ``way_back`` makes the page for an address where nothing is.
    """
    streamlit, ours = streamlit_static(), Path(__file__).parents[1] / "app" / "static"
    component = f"{base}/_stcore/bidi-components/market_stress.chart"
    scripts = (*ours.glob("plotly-*.js"), *(ours / f"{name}.js" for name in ("chart", "menu", "sheet")))
    modules = [f"{component}/{path.name}" for path in scripts]
    modules += [f"{base}/static/js/{name}" for name in chunks_of(CHUNKS, streamlit / "static" / "js")]
    preloads = Preloads(
        tuple(modules), tuple(f"{base}/app/static/{path.name}" for path in sorted(ours.glob("*.woff2")))
    )
    folders = {f"{base}/static": streamlit / "static", f"{base}/app/static": ours, component: ours}
    index = (streamlit / "index.html").read_text(encoding="utf-8")
    policy = security_policy(rewrite(index, "/", public_url, preloads, base))
    return [
        Middleware(SecurityHeaders, policy=policy),
        Middleware(Limits),
        Middleware(OriginGuard, allowed=[urlsplit(public_url).netloc] if public_url else []),
        Middleware(Precompressed, folders=folders),
        Middleware(Page, public_url=public_url, preloads=preloads, base=base),
        Middleware(Lost, base=base, way_back=way_back),
    ]


def streamlit_static() -> Path:
    """The folder of Streamlit's index page and bundle, found without importing Streamlit."""
    found = find_spec("streamlit")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("Streamlit is not installed.")
    return Path(found.origin).parent / "static"
