"""Plain web pages, asked so that neither a slow nor an endless answer can hold a thread for long."""

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError as TransportError

from data_sources.errors import NoData, RateLimited, Refused, SourceError, Unreachable
from market.instruments import Instrument

CONNECT_SECONDS = 3.0
READ_SECONDS = 6.0
WHOLE_SECONDS = 7.0
MOST_BYTES = 8_000_000
CHUNK = 65_536
AGENT = "market-stress/1 (dashboard; asks seldom)"
ABROAD = (
    "restricted location",
    "block access from your country",
    "not available in your",
    "unavailable for legal",
)


class Oversize(requests.exceptions.RequestException):
    """The answer does not end."""


class Bounded(HTTPAdapter):
    """A transport whose answers end: at most 8 MB, within 7 seconds in all, however slowly the bytes drip."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """The response, its body already read."""
        deadline = time.monotonic() + WHOLE_SECONDS
        kwargs["stream"] = True
        kwargs["timeout"] = (CONNECT_SECONDS, READ_SECONDS)
        response = super().send(request, *args, **kwargs)
        body = BytesIO()
        try:
            while chunk := response.raw.read1(CHUNK, decode_content=True):
                body.write(chunk)
                if body.tell() > MOST_BYTES:
                    raise Oversize("more than 8 MB", request=request)
                if time.monotonic() > deadline:
                    raise requests.exceptions.ReadTimeout(
                        f"not whole after {WHOLE_SECONDS:g} s", request=request
                    )
        except TransportError as problem:
            raise requests.exceptions.ConnectionError(problem, request=request) from problem
        finally:
            response.close()
        response._content = body.getvalue()
        response._content_consumed = True
        return response


def session() -> requests.Session:
    """A session whose every answer is bounded and which never retries by itself."""
    made = requests.Session()
    made.headers["User-Agent"] = AGENT
    made.mount("https://", Bounded(max_retries=0))
    return made


def fetch(web: requests.Session, address: str, **parameters: str) -> str:
    """The text at ``address``; raises `requests` errors, an HTTP status of 400 and above included."""
    response = web.get(address, params=parameters)
    response.raise_for_status()
    return response.content.decode("utf-8-sig", errors="replace")


def translate(error: Exception, instrument: Instrument, source: str) -> Exception:
    """``error`` of `fetch` in our words; what is not a `requests` error is returned untouched."""
    if isinstance(error, requests.exceptions.HTTPError) and error.response is not None:
        return of_status(
            error.response.status_code, error.response.text, error.response.headers, instrument, source
        )
    if isinstance(error, requests.exceptions.RequestException):
        return Unreachable(instrument, source, repr(error))
    return error


def of_status(status: int, text: str, headers: Any, instrument: Instrument, source: str) -> SourceError:
    """What an HTTP status of 400 and above means."""
    words = f"{status} {text[:200]}"
    if status in {418, 429}:
        return RateLimited(instrument, source, words, retry_after=retry_after(headers.get("Retry-After")))
    if status == 451 or (status == 403 and is_abroad(text)):
        return Refused(instrument, source, words)
    if status == 404:
        return NoData(instrument, source, words)
    return Unreachable(instrument, source, words)


def is_abroad(text: str) -> bool:
    """Whether a provider says that it does not serve this place."""
    return any(mark in text.lower() for mark in ABROAD)


def retry_after(wish: str | None, now: datetime | None = None) -> float | None:
    """The seconds a ``Retry-After`` header asks for, written as seconds or as a date; None where it makes no
    sense.
    """
    if not wish:
        return None
    try:
        seconds = float(wish)
    except ValueError:
        try:
            moment = parsedate_to_datetime(wish)
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 0.0), 24 * 3600.0) if seconds == seconds else None
