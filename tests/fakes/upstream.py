"""The internet as a program under test sees it: one proxy on loopback that answers for every provider.

The clients are the real ones, unchanged. They find it by the environment that they honour anyway:
`HTTPS_PROXY` leads every request here, `REQUESTS_CA_BUNDLE` makes them trust the throw-away authority. The
proxy ends the encrypted connection itself and answers in the provider's own wire format, or with the fault it
was told to show.
"""

import json
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.authority import certify

Answer = tuple[int, dict[str, str], bytes]
Site = Callable[[str, dict[str, str], str], Any]


class Missing(Exception):
    """The provider has no such page."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One request that arrived."""

    at: float
    host: str
    path: str
    query: dict[str, str]


@dataclass
class Upstream:
    """Every provider at once: sites by host, faults by host (with wildcards), and the requests counted."""

    sites: dict[str, Site]
    folder: Path
    hits: list[Hit] = field(default_factory=list)
    modes: dict[str, str] = field(default_factory=dict)
    released: Event = field(default_factory=Event)
    timer: Callable[[], float] = time.monotonic
    port: int = 0

    def __post_init__(self) -> None:
        self._lock = Lock()
        self.bundle, self.context = certify(sorted(self.sites), self.folder)
        upstream = self

        class Handler(Visit):
            world = upstream

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]

    def start(self) -> None:
        """Answer from now on, in the background."""
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """Let go of whoever is kept waiting, and answer no more."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def environment(self) -> dict[str, str]:
        """What a program must have in its environment to be led here."""
        proxy = f"http://127.0.0.1:{self.port}"
        names = ("HTTPS_PROXY", "https_proxy")
        trust = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
        return dict.fromkeys(names, proxy) | {name: str(self.bundle) for name in trust} | {"NO_PROXY": ""}

    def fail(self, host: str = "*", mode: str = "500") -> None:
        """Show a fault at every host that matches ``host``; the last matching order counts."""
        self.modes.pop(host, None)
        self.modes[host] = mode

    def heal(self) -> None:
        """No faults, nobody kept waiting, nothing counted."""
        self.modes.clear()
        self.released.set()
        self.released = Event()
        with self._lock:
            self.hits.clear()

    def mode(self, host: str) -> str:
        """The fault shown at ``host``, or `ok`."""
        found = [mode for pattern, mode in self.modes.items() if fnmatch(host, pattern)]
        return found[-1] if found else "ok"

    def count(self, host: str = "*", path: str = "*") -> int:
        """How many requests have arrived."""
        with self._lock:
            return sum(fnmatch(hit.host, host) and fnmatch(hit.path, path) for hit in self.hits)

    def arrived(self, host: str, path: str, query: dict[str, str]) -> None:
        """Count a request."""
        with self._lock:
            self.hits.append(Hit(self.timer(), host, path, query))

    def answer(self, host: str, path: str, query: dict[str, str], mode: str) -> Answer:
        """What ``host`` says, in good health or with a fault of its content."""
        if mode in STATUSES:
            return STATUSES[mode]
        site = self.sites.get(host)
        try:
            said = site(path, query, mode) if site else None
        except Missing as missing:
            return 404, {}, str(missing).encode()
        if isinstance(said, tuple):
            return said
        if isinstance(said, str):
            return 200, {"Content-Type": "text/plain"}, said.encode()
        return 200, {"Content-Type": "application/json"}, json.dumps(said).encode()


HTML = (
    b"<!doctype html><html><title>Will be right back</title><body>Engineers are working on it</body></html>"
)
STATUSES: dict[str, Answer] = {
    "429": (429, {"Retry-After": "120"}, b"Too Many Requests"),
    "429 date": (429, {"Retry-After": "Wed, 01 Jan 2099 00:00:00 GMT"}, b"Too Many Requests"),
    "418": (418, {"Retry-After": "3600"}, b'{"code": -1003, "msg": "banned"}'),
    "451": (451, {}, b'{"code": 0, "msg": "Service unavailable from a restricted location"}'),
    "403 cloudfront": (
        403,
        {"Content-Type": "text/html"},
        b"<html>The Amazon CloudFront distribution is configured to block access from your country.</html>",
    ),
    "401": (401, {}, b'{"finance": {"error": {"code": "Unauthorized", "description": "Invalid Crumb"}}}'),
    "404": (404, {}, b"Not Found"),
    "500": (500, {}, b"Internal Server Error"),
    "502": (502, {"Content-Type": "text/html"}, HTML),
    "503": (503, {}, b""),
    "html": (200, {"Content-Type": "text/html"}, HTML),
    "blank": (200, {"Content-Type": "application/json"}, b""),
    "json null": (200, {"Content-Type": "application/json"}, b"null"),
    "json list": (200, {"Content-Type": "application/json"}, b"[]"),
    "json object": (200, {"Content-Type": "application/json"}, b"{}"),
    "maintenance": (200, {"Content-Type": "application/json"}, b'{"code": -1000, "msg": "Maintenance"}'),
}


class Visit(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    world: Upstream
    host = ""
    timeout = 60

    def do_CONNECT(self) -> None:
        """Open the tunnel, and be the far end of it."""
        self.host = self.path.rpartition(":")[0]
        mode = self.world.mode(self.host)
        if mode == "refused" or self.host not in self.world.sites:
            self.world.arrived(self.host, "CONNECT", {})
            self.send_error(502)
            return
        self.send_response(200)
        self.end_headers()
        if mode == "silence":
            self.world.arrived(self.host, "CONNECT", {})
            self.world.released.wait(60)
            self.close_connection = True
            return
        try:
            self.connection = self.world.context.wrap_socket(self.connection, server_side=True)
        except (ssl.SSLError, OSError):
            self.close_connection = True
            return
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.close_connection = False

    def do_GET(self) -> None:
        """Answer one question, or fail as told."""
        split = urlsplit(self.path)
        query = dict(parse_qsl(split.query))
        self.world.arrived(self.host, split.path, query)
        mode = self.world.mode(self.host)
        if mode == "hang":
            self.world.released.wait(60)
            self.close_connection = True
            return
        if mode == "reset":
            self.close_connection = True
            return
        status, headers, body = self.world.answer(self.host, split.path, query, mode)
        if mode == "huge":
            body = b"x" * 9_000_000
        try:
            self._send(status, headers, body, mode)
        except OSError:
            self.close_connection = True

    do_POST = do_GET

    def _send(self, status: int, headers: dict[str, str], body: bytes, mode: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if mode == "truncated":
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        elif mode == "drip":
            for byte in body:
                if self.world.released.wait(0.5):
                    break
                self.wfile.write(bytes([byte]))
            self.close_connection = True
        else:
            self.wfile.write(body)

    def finish(self) -> None:
        """Close the encrypted connection too, not only the tunnel."""
        try:
            super().finish()
        except OSError:
            self.close_connection = True
        self.connection.close()

    def log_message(self, *_: Any) -> None:
        """Nothing on the terminal."""
