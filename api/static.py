"""Streamlit's static files and ours, compressed once and kept by browsers for as long as they may be.

Streamlit sends its own files uncompressed, to save memory: the first visit costs three times the bytes.
"""

import gzip
import mimetypes
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import brotli  # type: ignore[import-untyped]
from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

COMPRESSED = {".css", ".html", ".js", ".json", ".map", ".svg", ".txt"}
NAMED_BY_CONTENT = re.compile(r"(-[0-9a-f]{8}|\.[\w-]{8})\.\w+$")  # ours, Streamlit's
FOR_EVER = "public, immutable, max-age=31536000"
ASK_AGAIN = "no-cache"


def best_encoding(accepted: str) -> str:
    """The smallest encoding that an Accept-Encoding header allows: "br", "gzip" or "identity"."""
    offers = [offer.replace(" ", "").lower().partition(";q=") for offer in accepted.split(",")]
    allowed = {name for name, _, weight in offers if not weight or weight.strip("0.")}
    return next((encoding for encoding in ("br", "gzip") if encoding in allowed), "identity")


def compress(content: bytes, encoding: str) -> bytes:
    """``content`` in ``encoding``. The brotli level is the highest that takes no time worth planning for."""
    if encoding == "br":
        compressed: bytes = brotli.compress(content, quality=9)
        return compressed
    return gzip.compress(content, 6, mtime=0) if encoding == "gzip" else content


class Precompressed:
    """Answers requests for the files that were in ``folders`` (address prefix to folder) at the start.

    A name is looked up and never turned into a path, so nothing outside the folders can be reached; whatever
    is not there passes on. Each file is compressed on its first request, in a thread, and the copies stay in
    memory.
    """

    def __init__(self, app: ASGIApp, folders: Mapping[str, Path]) -> None:
        self.app = app
        self.files = {
            f"{prefix}/{path.relative_to(folder).as_posix()}": path
            for prefix, folder in folders.items()
            for path in folder.rglob("*")
            if path.is_file()
        }
        self.copies: dict[tuple[Path, str], tuple[bytes, str]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = self.files.get(scope["path"]) if scope["type"] == "http" else None
        if path is None or scope["method"] not in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        response = await self._answer(path, Headers(scope=scope))
        await response(scope, receive, send)

    async def _answer(self, path: Path, asked: Headers) -> Response:
        encoding = (
            best_encoding(asked.get("accept-encoding", "")) if path.suffix in COMPRESSED else "identity"
        )
        copy = self.copies.get((path, encoding))
        if copy is None:
            copy = self.copies[path, encoding] = await to_thread.run_sync(_read, path, encoding)
        content, tag = copy
        kept = FOR_EVER if NAMED_BY_CONTENT.search(path.name) else ASK_AGAIN
        headers = {"cache-control": kept, "etag": tag}
        if path.suffix in COMPRESSED:
            headers["vary"] = "accept-encoding"
        if asked.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        if encoding != "identity":
            headers["content-encoding"] = encoding
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return Response(content, headers=headers, media_type=kind)


def _read(path: Path, encoding: str) -> tuple[bytes, str]:
    content = compress(path.read_bytes(), encoding)
    return content, f'"{sha256(content).hexdigest()[:16]}"'
