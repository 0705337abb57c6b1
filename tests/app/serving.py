"""A server of ours on a free port and a Chromium without a network, for browser tests and benchmarks."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ENTRY = """
import streamlit as st
from api.middleware import middleware
from app.collector import keep_full_passes_cheap

keep_full_passes_cheap()
app = st.App({script!r}, middleware=middleware())
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(
    script: Path | None = None, settings: Mapping[str, str] | None = None, base: str = ""
) -> Iterator[str]:
    """The address of a server: the whole program, or one ``script`` behind the same middleware.

    ``base`` is the path, such as "/stress", under which all of it stands.
    """
    with tempfile.TemporaryDirectory() as folder:
        entry = ROOT / "app" / "asgi.py"
        if script:
            entry = Path(folder) / "entry.py"
            entry.write_text(ENTRY.format(script=str(script)))
        state = {"PYTHONPATH": str(ROOT), "MARKET_STATE_DIR": folder, "MARKET_DATA": "recorded"}
        environment = {**os.environ, **state, **(settings or {})}
        port = free_port()
        command = [sys.executable, "-m", "streamlit", "run", str(entry), "--server.port", str(port)]
        command += ["--server.baseUrlPath", base] if base else []
        log = Path(folder) / "log"
        with log.open("w") as output:
            server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            address = f"http://localhost:{port}{base}"
            _wait_for(f"{address}/_stcore/health", server, log)
            yield address
        finally:
            server.terminate()
            server.wait(20)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The server did not answer:\n{log.read_text()}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The installed Chromium, or Playwright's own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(QUIET))
        yield browser
        browser.close()
