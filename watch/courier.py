"""Sends one message to one target, and says whether to try again."""

import logging
import re
import tomllib
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from socket import SHUT_RDWR, socket
from threading import Timer
from typing import Any, Protocol
from urllib.parse import quote

import apprise
import requests
from apprise.utils.http import HTTPPolicy, HTTPPolicySession

from watch.targets import Target, TargetKind, is_allowed, parse_target

TIMEOUT_SECONDS = 5.0
ANSWER_SECONDS = 6.0  # from the connection to the status of the answer
MOST_TRIED = 2  # addresses of one name
MOST_DIGITS = 6
GONE = (404, 410)
# How the library ends what it logs of a refusal. ntfy's own codes are the status and two more digits.
_REFUSED = re.compile(r"error=(\d{3})(?:\d\d)?\.$")
OUTWARD_FILE = "notify.toml"
SENDER = "Market Stress"
_NOWHERE = logging.NullHandler()


class Undelivered(Exception):
    """A message did not arrive; ``lasting`` where trying again will not help, ``asked`` the time its
    receiver asked to be left alone for.
    """

    def __init__(self, words: str, *, lasting: bool = False, asked: timedelta = timedelta(0)) -> None:
        """``words`` never name the address."""
        super().__init__(words)
        self.lasting = lasting
        self.asked = asked


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: ``episode`` is the same each time it is tried, so that a receiver can tell a repeat."""

    episode: str
    title: str
    text: str
    link: str
    mute_link: str = ""

    @property
    def body(self) -> str:
        """The text with its links, for services that show text."""
        links = [self.link, f"Mute: {self.mute_link}" if self.mute_link else ""]
        return "\n".join(part for part in (self.text, *links) if part)


class Courier(Protocol):
    """Whatever can send."""

    def send(self, target: Target, message: Message) -> None:
        """Deliver, or raise `Undelivered`."""
        ...


@dataclass(frozen=True, slots=True)
class Outward:
    """What the operator decides of outgoing messages: the ntfy server, and the mail server if there is one.

    ``mail`` is an address of the notification library such as ``mailtos://user:password@example.org``; it
    comes from the operator's own file and never from a visitor.
    """

    ntfy: str = "ntfys://ntfy.sh"
    mail: str = ""


def read_outward(folder: Path) -> Outward:
    """The operator's `notify.toml` in the state folder, or the defaults; raises `ValueError` for a bad
    one.
    """
    file = folder / OUTWARD_FILE
    if not file.exists():
        return Outward()
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as problem:
        raise ValueError(f"{OUTWARD_FILE}: {problem}") from problem
    known = Outward.__slots__
    for name, value in given.items():
        if name not in known or not isinstance(value, str):
            raise ValueError(f"{OUTWARD_FILE}: {name} is not one of {' and '.join(known)}, each a text")
    return Outward(**given)


def _wait_of(retry_after: str) -> timedelta:
    """The seconds of a `Retry-After`; none where it is a date or anything else."""
    is_count = retry_after.isascii() and retry_after.isdigit() and len(retry_after) <= MOST_DIGITS
    return timedelta(seconds=int(retry_after) if is_count else 0)


def _keep_the_log_in() -> None:
    """Let the library log for us alone: its lines name addresses, and one tells the status of an answer."""
    library = logging.getLogger("apprise")
    library.setLevel(logging.WARNING)
    library.propagate = False
    library.addHandler(_NOWHERE)


def _refused(status: int, asked: timedelta = timedelta(0)) -> Undelivered:
    """What an answer of ``status`` means: whoever is gone or has moved is not asked again."""
    return Undelivered(f"answered {status}", lasting=status in GONE or 300 <= status < 400, asked=asked)


def _status_in(logged: Iterable[str]) -> int | None:
    """The status that a service answered with, as the library logs it; it keeps it nowhere else.

    None where no service answered, and where the library words it in another way than the one we know.
    """
    found = [match for line in logged if (match := _REFUSED.search(line))]
    return int(found[-1][1]) if found else None


class _Hurry(HTTPPolicy):
    """Hangs up on a webhook that has not answered in time, however steadily it goes on talking.

    A timeout of a socket is for one read: a server that sends a byte every few seconds never meets it.
    """

    def __init__(
        self, url_filter: Callable[[str], bool], address_filter: Callable[[str], bool], seconds: float
    ) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            url_filter=url_filter, address_filter=address_filter, resolve_timeout=TIMEOUT_SECONDS
        )
        self._seconds = seconds
        self._watchdogs: list[tuple[Timer, socket]] = []

    def resolve(self, host: str, port: int) -> list[Any]:
        """The addresses of ``host`` that may be reached, the first few: each has its own time to answer."""
        found: list[Any] = super().resolve(host, port)  # type: ignore[no-untyped-call]
        return found[:MOST_TRIED]

    def create_connection(self, *given: Any, **named: Any) -> socket:
        """A connection that ends by itself."""
        opened: socket = super().create_connection(*given, **named)  # type: ignore[no-untyped-call]
        # TLS takes the socket over; another handle on the same connection can still end it.
        handle = opened.dup()
        watchdog = Timer(self._seconds, _hang_up, (handle,))
        watchdog.daemon = True
        watchdog.start()
        self._watchdogs.append((watchdog, handle))
        return opened

    def close(self) -> None:
        """Nothing is left to hang up on."""
        for watchdog, handle in self._watchdogs:
            watchdog.cancel()
            handle.close()


def _hang_up(connection: socket) -> None:
    with suppress(OSError):
        connection.shutdown(SHUT_RDWR)


class Post:
    """The courier to the outside world."""

    def __init__(
        self,
        outward: Outward | None = None,
        *,
        allowed: Callable[[str], bool] = is_allowed,
        certificates: str | None = None,
        check: Callable[[str, str], Target] = parse_target,
        answer_within: float = ANSWER_SECONDS,
    ) -> None:
        """``allowed`` judges each resolved address; ``certificates`` is a bundle to trust in place of the
        usual; a webhook answers within ``answer_within`` seconds of the connection.
        """
        _keep_the_log_in()
        self._outward = outward or Outward()
        self._allowed = allowed
        self._certificates = certificates
        self._check = check
        self._answer_within = answer_within

    def send(self, target: Target, message: Message) -> None:
        """Deliver, or raise `Undelivered`."""
        if target.kind is TargetKind.WEBHOOK:
            self._call(target.parts[0], message)
        else:
            self._notify(target, message)

    def _call(self, address: str, message: Message) -> None:
        def unchanged(url: str) -> bool:
            self._check(TargetKind.WEBHOOK, url)
            return True

        body = {
            "id": message.episode,
            "title": message.title,
            "text": message.text,
            "link": message.link,
            "mute": message.mute_link,
        }
        try:
            with (
                closing(_Hurry(unchanged, self._allowed, self._answer_within)) as policy,
                HTTPPolicySession(policy) as session,  # type: ignore[no-untyped-call]
            ):
                if self._certificates:
                    session.verify = self._certificates
                # The answer is never read: its status is all that counts, and a slow body costs nothing.
                with session.post(
                    address, json=body, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True
                ) as answer:
                    status, asked = answer.status_code, answer.headers.get("Retry-After", "")
        except requests.RequestException as problem:
            raise Undelivered(type(problem).__name__) from problem
        if not 200 <= status < 300:
            raise _refused(status, _wait_of(asked))

    def _notify(self, target: Target, message: Message) -> None:
        asset = apprise.AppriseAsset(
            http_redirects=False,
            async_mode=False,
            plugin_paths=[],
            app_id=SENDER,
            app_desc=SENDER,
            image_url_mask=None,  # else receivers would fetch a picture from elsewhere
            image_url_logo=None,
        )
        service = apprise.Apprise(asset=asset)
        if not service.add(self.library_address(target)):
            raise Undelivered("the notification library refused the target", lasting=True)
        # As text, so that a service which reads markup shows every character as it is.
        with service.notify(
            title=message.title,
            body=message.body,
            body_format=apprise.NotifyFormat.TEXT,
            log_level=logging.WARNING,
        ) as outcome:
            if outcome:
                return
            status = _status_in(entry.message for entry in outcome.logs())
        raise Undelivered(f"{target.kind} did not take it") if status is None else _refused(status)

    def library_address(self, target: Target) -> str:
        """The address of the notification library for a target, made of checked parts only."""
        parts = [quote(part, safe="") for part in target.parts]
        match target.kind:
            case TargetKind.NTFY:
                return f"{self._outward.ntfy}/{parts[0]}"
            case TargetKind.TELEGRAM:
                return f"tgram://{target.parts[0]}/{parts[1]}"
            case TargetKind.DISCORD:
                return f"discord://{parts[0]}/{parts[1]}"
            case TargetKind.SLACK:
                return f"slack://{parts[0]}/{parts[1]}/{parts[2]}"
            case TargetKind.EMAIL if self._outward.mail:
                joint = "&" if "?" in self._outward.mail else "?"
                return f"{self._outward.mail}{joint}to={parts[0]}"
            case _:
                raise Undelivered("this server sends no mail", lasting=True)
