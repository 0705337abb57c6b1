"""Sending: a real https server on this machine, and everything that must not be reached."""

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import apprise
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.watch.servers import Collector
from watch.courier import Message, Outward, Post, Undelivered, read_outward
from watch.targets import Target, TargetKind, is_allowed, parse_target

# The notification library still reaches for a module that Python 3.13 drops.
OLD_IMAGES = pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")
MESSAGE = Message(
    "local/z/lost", "BTC 68–70K: Lost", "Close $67,004.", "https://a.example/levels", "https://m"
)


SERVICES = {
    "discord.com": ("discord", f"123456789012345678/{'a' * 60}"),
    "hooks.slack.com": ("slack", "T0000000/B0000000/" + "x" * 24),
    "api.telegram.org": ("telegram", f"123456789:{'A' * 35} 42"),
    "ntfy.sh": ("ntfy", "topic"),
}


class Canary:
    """An https server that answers as it is told and keeps what it gets."""

    def __init__(self, folder: Path) -> None:
        self.received: list[dict[str, str]] = []
        self.connections = 0
        self.status, self.location, self.body, self.delay = 204, "", b"", 0.0
        self.headers: dict[str, str] = {}
        self.drips, self.closed = False, Event()
        canary = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                canary.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                sleep(canary.delay)
                self.send_response(canary.status)
                if canary.location:
                    self.send_header("Location", canary.location)
                for name, value in canary.headers.items():
                    self.send_header(name, value)
                if canary.drips:
                    self._drip()
                self.end_headers()
                self.wfile.write(canary.body)

            def _drip(self) -> None:
                """Go on for ever before any status, a byte at a time."""
                with suppress(OSError):
                    while not canary.closed.wait(0.05):
                        self.wfile.write(b"x")

            do_GET = do_POST

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self._server.daemon_threads = True
        accept = self._server.get_request

        def counted() -> tuple[socket.socket, object]:
            self.connections += 1
            return accept()

        self._server.get_request = counted
        self.certificate = folder / "canary.pem"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_certificate(self.certificate))
        # Greeted in the thread of the request, so that one that never speaks TLS holds up nobody.
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.port = self._server.server_port
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def close(self) -> None:
        self.closed.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class World:
    """A proxy behind which every https host is this machine, and answers with one ``status``.

    The library finds it in the environment, as it would find an office's: nothing of it is changed.
    """

    def __init__(self, folder: Path) -> None:
        self.status, self.body, self.asked = 200, b"ok", list[str]()
        self.certificate = folder / "world.pem"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_certificate(self.certificate, *SERVICES))
        world = self

        class Tunnel(BaseHTTPRequestHandler):
            def do_CONNECT(self) -> None:
                world.asked.append(self.path.partition(":")[0])
                self.send_response(200)
                self.end_headers()
                self.rfile.close()
                self.connection = context.wrap_socket(self.connection, server_side=True)
                self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
                self.close_connection = False

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(world.status)
                self.send_header("Content-Length", str(len(world.body)))
                self.send_header("Location", "https://elsewhere.example/")
                self.end_headers()
                self.wfile.write(world.body)
                self.wfile.flush()
                self.close_connection = True

            def finish(self) -> None:
                super().finish()
                self.connection.close()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Tunnel)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _certificate(path: Path, *hosts: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName(
        [*map(x509.DNSName, ("localhost", *hosts)), x509.IPAddress(ip_address("127.0.0.1"))]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Canary]:
    running = Canary(tmp_path)
    yield running
    running.close()


def target(canary: Canary, host: str = "localhost") -> Target:
    return Target(TargetKind.WEBHOOK, (f"https://{host}:{canary.port}/hook",))


def open_post(canary: Canary, answer_within: float = 6.0) -> Post:
    """A courier for which this machine is the public internet."""
    return Post(
        answer_within=answer_within,
        allowed=lambda _: True,
        certificates=str(canary.certificate),
        check=lambda kind, address: Target(TargetKind(kind), (address,)),
    )


def test_a_webhook_gets_the_fixed_json(canary: Canary) -> None:
    open_post(canary).send(target(canary), MESSAGE)
    assert canary.received == [
        {
            "id": "local/z/lost",
            "title": "BTC 68–70K: Lost",
            "text": "Close $67,004.",
            "link": "https://a.example/levels",
            "mute": "https://m",
        }
    ]


@pytest.mark.parametrize(
    ("status", "lasting"), [(500, False), (429, False), (404, True), (410, True), (301, True), (307, True)]
)
def test_an_answer_says_whether_to_try_again(canary: Canary, status: int, lasting: bool) -> None:
    canary.status, canary.location = status, f"https://127.0.0.1:{canary.port}/again"
    with pytest.raises(Undelivered) as problem:
        open_post(canary).send(target(canary), MESSAGE)
    assert problem.value.lasting is lasting
    assert len(canary.received) == 1, "a redirect is not followed"


def test_a_large_answer_is_not_read(canary: Canary) -> None:
    canary.status, canary.body = 200, b"x" * 2_000_000
    began = monotonic()
    open_post(canary).send(target(canary), MESSAGE)
    assert monotonic() - began < 5


def test_an_answer_that_never_ends_is_hung_up_on(canary: Canary) -> None:
    canary.drips = True
    began = monotonic()
    with pytest.raises(Undelivered) as problem:
        open_post(canary, answer_within=0.3).send(target(canary), MESSAGE)
    assert monotonic() - began < 4
    assert not problem.value.lasting


@pytest.mark.parametrize(
    ("said", "seconds"), [("120", 120), ("Wed, 21 Oct 2026 07:28:00 GMT", 0), ("-5", 0), ("9" * 400, 0)]
)
def test_a_receiver_may_ask_to_be_left_alone(canary: Canary, said: str, seconds: int) -> None:
    canary.status, canary.headers = 429, {"Retry-After": said}
    with pytest.raises(Undelivered) as problem:
        open_post(canary).send(target(canary), MESSAGE)
    assert problem.value.asked == timedelta(seconds=seconds)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_this_machine_is_never_reached(canary: Canary, host: str) -> None:
    guarded = Post(
        certificates=str(canary.certificate), check=lambda kind, at: Target(TargetKind(kind), (at,))
    )
    with pytest.raises(Undelivered):
        guarded.send(target(canary, host), MESSAGE)
    assert canary.connections == 0


def test_a_name_is_judged_by_the_address_that_is_connected_to(canary: Canary) -> None:
    """A rebinding name changes between two questions; only one is asked, and its answer is judged and
    used.
    """
    judged: list[str] = []

    def first_public_then_private(address: str) -> bool:
        judged.append(address)
        return len(judged) == 1

    post = Post(
        allowed=first_public_then_private,
        certificates=str(canary.certificate),
        check=lambda kind, address: Target(TargetKind(kind), (address,)),
    )
    post.send(target(canary, "127.0.0.1"), MESSAGE)
    connections = canary.connections
    with pytest.raises(Undelivered):
        post.send(target(canary, "127.0.0.1"), MESSAGE)
    assert len(judged) == 2, "each message asks again, and each answer is judged"
    assert canary.connections == connections


def test_the_url_is_checked_again_before_it_is_sent_to(canary: Canary) -> None:
    post = Post(allowed=lambda _: True, certificates=str(canary.certificate))
    with pytest.raises(Undelivered):
        post.send(target(canary), MESSAGE)
    assert canary.connections == 0


@OLD_IMAGES
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Target(TargetKind.NTFY, ("topic",)), "ntfys://ntfy.sh/topic"),
        (
            parse_target("telegram", "123456789:" + "A" * 35 + "/-42"),
            "tgram://123456789:" + "A" * 35 + "/-42",
        ),
        (
            parse_target("discord", "123456789012345678/" + "a" * 68),
            "discord://123456789012345678/" + "a" * 68,
        ),
        (parse_target("slack", "T0000000/B0000000/" + "x" * 24), "slack://T0000000/B0000000/" + "x" * 24),
        (parse_target("email", "a@b.org"), "mailtos://u:p@mail.example?to=a%40b.org"),
    ],
)
def test_services_are_named_by_checked_parts_only(given: Target, expected: str) -> None:
    address = Post(Outward(mail="mailtos://u:p@mail.example")).library_address(given)
    assert address == expected
    assert apprise.Apprise.instantiate(address) is not None, "the library takes it"


@OLD_IMAGES
def test_a_service_of_the_library_is_sent_to(collector: Collector) -> None:
    host = collector.address.removeprefix("http://").rstrip("/")
    Post(Outward(ntfy=f"ntfy://{host}")).send(Target(TargetKind.NTFY, ("topic",)), MESSAGE)
    ((_, body),) = collector.received
    assert body["topic"] == "topic"
    assert body["title"] == "BTC 68–70K: Lost"
    assert "https://a.example/levels" in body["message"]
    collector.status = 500
    with pytest.raises(Undelivered, match="answered 500"):
        Post(Outward(ntfy=f"ntfy://{host}")).send(Target(TargetKind.NTFY, ("topic",)), MESSAGE)


@OLD_IMAGES
@pytest.mark.parametrize(
    ("kind", "address", "link"),
    [
        ("telegram", f"123456789:{'A' * 35} 42", "levels?keys=BTC&amp;asof=1"),
        ("discord", f"123456789012345678/{'a' * 60}", "levels?keys=BTC&asof=1"),
        ("ntfy", "topic", "levels?keys=BTC&asof=1"),
    ],
)
def test_a_message_is_text_for_every_service_and_names_nobody_else(
    kind: str, address: str, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def post(*_: object, data: str = "", **named: object) -> requests.Response:
        sent.append(data)
        assert named["allow_redirects"] is False
        answer = requests.Response()
        answer.status_code, answer._content = 200, b'{"ok": true, "result": {"message_id": 1}}'
        return answer

    monkeypatch.setattr(requests, "post", post)
    message = replace(MESSAGE, link="https://a.example/levels?keys=BTC&asof=1")
    Post().send(parse_target(kind, address), message)
    (body,) = sent
    assert link in body
    assert "apprise" not in body.lower()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    running = World(tmp_path)
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, running.address)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(running.certificate))
    yield running
    running.close()


@OLD_IMAGES
@pytest.mark.parametrize("host", SERVICES)
@pytest.mark.parametrize(
    ("status", "lasting"),
    [(404, True), (410, True), (301, True), (401, False), (403, False), (429, False), (500, False)],
)
def test_a_service_that_says_its_target_is_gone_is_not_asked_again(
    world: World, host: str, status: int, lasting: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    given = parse_target(*SERVICES[host])
    world.status = status
    # What a service says of its own is no status, whatever it looks like.
    world.body = b'{"description": "error=404.", "error": "error=410.", "code": %d01}' % status
    with pytest.raises(Undelivered, match=f"answered {status}") as refused:
        Post().send(given, MESSAGE)
    assert refused.value.lasting is lasting
    assert set(world.asked) == {host}
    assert capfd.readouterr().err == "", "the library names addresses"
    world.status, world.body = 200, b"ok"
    Post().send(given, MESSAGE)


@OLD_IMAGES
@pytest.mark.usefixtures("world")
def test_a_service_that_cannot_be_reached_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(Undelivered, match="discord did not take it") as lost:
        Post().send(parse_target(*SERVICES["discord.com"]), MESSAGE)
    assert lost.value.lasting is False


def test_mail_needs_a_mail_server() -> None:
    with pytest.raises(Undelivered, match="sends no mail"):
        Post().send(parse_target("email", "a@b.org"), MESSAGE)


def test_the_operator_decides_what_goes_out(tmp_path: Path) -> None:
    assert read_outward(tmp_path) == Outward()
    (tmp_path / "notify.toml").write_text('ntfy = "ntfys://push.example"\n')
    assert read_outward(tmp_path).ntfy == "ntfys://push.example"
    for wrong in ('smtp = "x"\n', "mail = 3\n", "mail\n", "[mail]\nport = 25\n"):
        (tmp_path / "notify.toml").write_text(wrong)
        with pytest.raises(ValueError, match=r"notify\.toml"):
            read_outward(tmp_path)


def test_the_guard_is_the_usual_one() -> None:
    assert not is_allowed("127.0.0.1")
    assert Message("e", "t", "text", "", "").body == "text"
    assert MESSAGE.body.endswith("Mute: https://m")
