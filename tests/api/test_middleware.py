import asyncio
import base64
import gzip
import hashlib
import re
from functools import cache
from pathlib import Path

import brotli
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.middleware import (
    CHUNKS,
    Limits,
    OriginGuard,
    SecurityHeaders,
    middleware,
    security_policy,
    streamlit_static,
)
from api.page import ABOUT, TITLE, Preloads, chunks_of, rewrite, with_theme
from api.static import Precompressed, best_encoding

INDEX = streamlit_static() / "index.html"


async def page(_: Request) -> Response:
    return HTMLResponse(INDEX.read_text(), headers={"etag": '"streamlit"'})


async def passed_on(_: Request) -> Response:
    return PlainTextResponse("passed on")


async def missing(_: Request) -> Response:
    return JSONResponse({"error": {}}, 404)


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(socket.headers["host"])
    await socket.close()


ROUTES = [
    WebSocketRoute("/_stcore/stream", echo),
    Route("/static/{name:path}", passed_on),
    Route("/app/static/{name:path}", passed_on),
    Route("/api/v1/facts", passed_on),
    Route("/missing/json", missing),
    Route("/{name:path}", page),
    Route("/", page),
]


def client(*layers: Middleware) -> TestClient:
    return TestClient(Starlette(routes=ROUTES, middleware=list(layers)), base_url="http://market.test")


def ask(app: ASGIApp, path: str) -> list[Message]:
    """What ``app`` sends for exactly this path, which no client has tidied up."""
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    asyncio.run(app({"type": "http", "method": "GET", "path": path, "headers": []}, nothing, keep))
    return sent


@cache
def full_client(public_url: str = "") -> TestClient:
    return client(*middleware(public_url))


# ---- what every answer carries


def test_every_answer_carries_the_security_headers() -> None:
    for address in ("/", "/tech", "/api/v1/facts", "/app/static/chart.js", "/" + "x" * 3000):
        headers = full_client().get(address).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]


def test_the_policy_allows_the_inline_scripts_of_the_installed_page_and_no_others() -> None:
    inline = re.findall(r"<script>(.*?)</script>", INDEX.read_text(), re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline]
    scripts = security_policy(INDEX.read_text()).partition("script-src ")[2].partition(";")[0].split()
    assert len(inline) == 1
    assert scripts == ["'self'", *(f"'sha256-{digest}'" for digest in digests)]


def test_every_inline_script_of_the_rewritten_page_is_one_the_policy_allows() -> None:
    answer = full_client().get("/tech")
    tags = re.findall(r"<script([^>]*)>(.*?)</script>", answer.text, re.DOTALL)
    for attributes, script in tags:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert "src=" in attributes or f"'sha256-{digest}'" in answer.headers["content-security-policy"]


def test_an_answer_that_has_no_headers_gets_them() -> None:
    async def bare(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204})

    start, *_ = ask(SecurityHeaders(bare, "default-src 'self'"), "/")
    assert (b"content-security-policy", b"default-src 'self'") in start["headers"]


# ---- limits


def test_an_address_over_the_limit_is_refused_and_one_at_the_limit_is_not() -> None:
    visitor = client(Middleware(Limits))
    assert visitor.get("/?" + "x" * 1998).status_code == 200
    assert visitor.get("/?" + "x" * 1999).status_code == 414


def test_a_socket_address_over_the_limit_is_refused() -> None:
    with (
        pytest.raises(WebSocketDisconnect),
        client(Middleware(Limits)).websocket_connect("/_stcore/stream?" + "x" * 2000),
    ):
        pass


# ---- who may open a socket


def host_seen(guarded: TestClient, origin: str | None, host: str = "market.local") -> str:
    headers = {} if origin is None else {"origin": origin}
    with guarded.websocket_connect(f"ws://{host}/_stcore/stream", headers=headers) as socket:
        return socket.receive_text()


@pytest.mark.parametrize("origin", ["http://market.local", "https://market.local", "http://MARKET.local"])
def test_the_own_origin_may_open_a_socket_and_streamlit_sees_it_as_its_own_host(origin: str) -> None:
    assert host_seen(client(Middleware(OriginGuard)), origin) == origin.partition("//")[2]


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "http://evil.test",
        "http://market.local.evil.test",
        "http://market.local@evil.test",
        "http://evil@market.local",
        "http://market.local:8501",
        "file://market.local",
        "market.local",
        "http://[bad",
    ],
)
def test_a_missing_foreign_or_malformed_origin_is_refused(origin: str | None) -> None:
    with pytest.raises(WebSocketDisconnect) as refusal:
        host_seen(client(Middleware(OriginGuard)), origin)
    assert refusal.value.code == 1008


def test_the_public_address_may_open_a_socket_through_a_proxy_that_changes_the_host() -> None:
    guarded = full_client("https://stress.example")
    assert host_seen(guarded, "https://stress.example") == "stress.example"
    with pytest.raises(WebSocketDisconnect):
        host_seen(guarded, "https://other.example")


@pytest.mark.parametrize(
    "host",
    ["localhost:8501", "127.0.0.1:8501", "[::1]:8501", "192.168.1.7:8501", "den", "den.local", "a.localhost"],
)
def test_a_name_that_no_stranger_can_have_may_open_a_socket(host: str) -> None:
    assert host_seen(client(Middleware(OriginGuard)), f"http://{host}", host) == host


@pytest.mark.parametrize("host", ["evil.test", "evil.test:8501", "evil.test.", "localhost.evil.test"])
def test_a_strangers_name_that_points_here_is_refused_although_host_and_origin_agree(host: str) -> None:
    with pytest.raises(WebSocketDisconnect):
        host_seen(client(Middleware(OriginGuard)), f"http://{host}", host)


@pytest.mark.parametrize("host", ["evil.test", "192.168.1.7:8501", "den"])
def test_with_a_public_address_only_it_and_this_machine_count(host: str) -> None:
    guarded = full_client("https://stress.example")
    assert host_seen(guarded, "http://localhost:8501", "localhost:8501") == "localhost:8501"
    with pytest.raises(WebSocketDisconnect):
        host_seen(guarded, f"http://{host}", host)


# ---- compressed copies


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "index.DormvYxC.js").write_text("export default 1;\n" * 500)
    (tmp_path / "chart.js").write_text("chart")
    (tmp_path / "inter-3100e775.woff2").write_bytes(b"font")
    return tmp_path


@pytest.fixture
def visitor(folder: Path) -> TestClient:
    return client(Middleware(Precompressed, folders={"/static": folder}))


def test_a_copy_decompresses_to_the_original(visitor: TestClient, folder: Path) -> None:
    original = (folder / "js" / "index.DormvYxC.js").read_bytes()
    for encoding, expand in {"br": brotli.decompress, "gzip": gzip.decompress}.items():
        with visitor.stream(
            "GET", "/static/js/index.DormvYxC.js", headers={"accept-encoding": encoding}
        ) as answer:
            sent = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == encoding
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["vary"] == "accept-encoding"
        assert expand(sent) == original
        assert len(sent) == int(answer.headers["content-length"]) < len(original)


def test_our_own_files_decompress_to_what_is_committed() -> None:
    ours = Path(__file__).parents[2] / "app" / "static"
    for path in ours.iterdir():
        answer = full_client().get(f"/app/static/{path.name}", headers={"accept-encoding": "br"})
        assert answer.content == path.read_bytes()


def test_a_name_made_from_the_content_is_kept_for_ever_and_any_other_is_asked_for_again(
    visitor: TestClient,
) -> None:
    for name in ("js/index.DormvYxC.js", "inter-3100e775.woff2"):
        assert "immutable" in visitor.get(f"/static/{name}").headers["cache-control"]
    first = visitor.get("/static/chart.js")
    again = visitor.get("/static/chart.js", headers={"if-none-match": first.headers["etag"]})
    assert first.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")


def test_a_font_is_not_compressed_again(visitor: TestClient) -> None:
    answer = visitor.get("/static/inter-3100e775.woff2", headers={"accept-encoding": "br, gzip"})
    assert "content-encoding" not in answer.headers
    assert answer.content == b"font"


@pytest.mark.parametrize(
    "path",
    [
        "/static/../secret",
        "/static/js/../chart.js",
        "/static//chart.js",
        "/static/js",
        "/static/",
        "/chart.js",
    ],
)
def test_a_path_that_is_no_known_file_passes_on_untouched(folder: Path, path: str) -> None:
    seen = []

    async def inner(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["path"])

    ask(Precompressed(inner, {"/static": folder}), path)
    assert seen == [path]


def test_only_reading_is_answered_from_the_copies(visitor: TestClient) -> None:
    assert visitor.post("/static/chart.js").status_code == 405


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("br; q=0.0, gzip; q=0", "identity"),
        ("", "identity"),
        ("*", "identity"),
        ("BR", "br"),
    ],
)
def test_the_smallest_allowed_encoding_is_chosen(accepted: str, encoding: str) -> None:
    assert best_encoding(accepted) == encoding


# ---- the page


def test_streamlits_page_still_has_what_we_replace() -> None:
    html = INDEX.read_text()
    assert html.count(TITLE) == html.count("</head>") == html.count("./favicon.png") == 1
    assert "SourceSans" in html


def test_streamlits_script_still_asks_where_the_server_is() -> None:
    name = re.search(r'src="\./(static/js/index\.[\w-]+\.js)"', INDEX.read_text())
    assert name
    script = (streamlit_static() / name[1]).read_text()
    for asked in ("BACKEND_BASE_URL", "MAIN_PAGE_BASE_URL", "HOST_CONFIG", "enableBypass"):
        assert asked in script


def test_each_page_says_its_own_title_before_any_script_runs() -> None:
    visitor = full_client("https://stress.example")
    for path, (name, description) in ABOUT.items():
        html = visitor.get(path).text
        assert f"<title>{name} · Market Stress</title>" in html
        assert f'<meta name="description" content="{description}">' in html
        assert f'<meta property="og:url" content="https://stress.example{path}">' in html
        assert "<title>Streamlit" not in html


def lost_client(base: str = "") -> TestClient:
    return client(*middleware("", base, lambda: "<h1>Lost</h1>"))


@pytest.mark.parametrize(
    "path", ["/nosuch", "/Tech", "/tech/more", "/index.html", "/robots.txt", '/x"><script>alert(1)<']
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_address_where_nothing_is_answers_404_with_a_way_back(path: str, method: str) -> None:
    visitor = lost_client()
    answer = visitor.request(method, path, headers={"accept-encoding": "gzip"})
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].startswith("text/html")
    assert "content-security-policy" in answer.headers
    assert answer.text == ("<h1>Lost</h1>" if method == "GET" else "")


def test_a_file_that_is_not_there_is_lost_and_what_speaks_json_says_so_in_json() -> None:
    visitor = lost_client()
    for path in ("/missing/file.png", "/media/nosuch.png"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.text) == (404, "<h1>Lost</h1>")
    answer = visitor.get("/missing/json")
    assert (answer.status_code, answer.json()) == (404, {"error": {}})


def test_what_is_no_page_and_answers_passes_untouched() -> None:
    visitor = lost_client()
    for path in ("/static/more.txt", "/api/v1/facts"):
        assert visitor.get(path).text == "passed on"
    assert visitor.post("/nosuch").status_code == 405


@pytest.mark.parametrize("path", ["/", "/tech"])
def test_under_a_path_everything_a_page_names_stands_under_it(path: str) -> None:
    visitor = lost_client("/stress")
    html = visitor.get(f"/stress{path}").text
    assert 'BACKEND_BASE_URL: location.origin + "/stress"' in html
    named = re.findall(r"""(?:href|src)="(/[^"]+)"|url\("(/[^"]+)"\)""", html)
    addresses = [first or second for first, second in named]
    assert len(addresses) > 10
    for address in addresses:
        assert address.startswith("/stress/"), address
        if not address.endswith("icon.png"):
            assert visitor.get(address).headers.get("etag"), address


def test_outside_of_its_path_a_server_has_nothing_and_the_path_alone_leads_home() -> None:
    visitor = lost_client("/stress")
    for path in ("/", "/tech", "/stressed", "/stress/stress/tech"):
        assert visitor.get(path).status_code == 404, path
    moved = visitor.get("/stress?asof=2026-02-05", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (307, "/stress/?asof=2026-02-05")
    themed = visitor.get("/stress/tech?theme=dark", follow_redirects=False)
    assert themed.headers["location"].startswith("?theme=dark&embed_options=")


def test_the_page_is_sent_compressed_and_without_the_etag_of_the_original() -> None:
    answer = full_client().get("/", headers={"accept-encoding": "gzip", "if-none-match": '"streamlit"'})
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert "etag" not in answer.headers
    assert answer.text.rstrip().endswith("</html>")


def test_everything_the_page_preloads_is_served() -> None:
    visitor = full_client()
    addresses = re.findall(
        r'<link rel="(?:modulepreload|preload)"[^>]*? href="(/[^"]+)"', visitor.get("/").text
    )
    assert any("plotly-" in address for address in addresses)
    for address in addresses:
        assert visitor.get(address).text != "passed on", address


def test_each_chunk_that_we_preload_is_found_with_what_it_imports() -> None:
    folder = streamlit_static() / "static" / "js"
    for name in CHUNKS:
        assert chunks_of([name], folder)[0].startswith(f"{name}.")
    assert len(chunks_of(["BidiComponent"], folder)) > 5


def test_a_page_without_the_known_title_is_left_alone() -> None:
    assert "<title>Other</title>" in rewrite("<title>Other</title>", "/", "", Preloads())


@pytest.mark.parametrize(
    ("query", "served"),
    [
        ("theme=dark", "theme=dark&embed_options=dark_theme"),
        ("range=6m&theme=light", "range=6m&theme=light&embed_options=light_theme"),
        ("theme=dark&embed_options=light_theme", "theme=dark&embed_options=dark_theme"),
        ("theme=dark&embed_options=dark_theme", None),
        ("theme=purple", None),
        ("range=6m", None),
        ("", None),
    ],
)
def test_a_theme_in_the_address_becomes_the_option_that_streamlit_obeys(
    query: str, served: str | None
) -> None:
    assert with_theme(query) == served


def test_a_theme_in_the_address_is_served_by_one_redirect_to_the_same_page() -> None:
    visitor = full_client()
    moved = visitor.get("/crypto?theme=dark&zone=BTC:68000-70000", follow_redirects=False)
    assert moved.status_code == 307
    arrived = visitor.get("/crypto?theme=dark&zone=BTC:68000-70000")
    assert arrived.url.path == "/crypto"
    assert "embed_options=dark_theme" in str(arrived.url)
    assert len(arrived.history) == 1
