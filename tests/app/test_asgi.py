import os
import subprocess
import sys
from urllib.request import urlopen

import pytest

from api.page import ABOUT
from app.frame import PAGES
from tests.app.serving import ROOT, free_port, serving


def test_a_wrong_setting_stops_the_start_with_one_sentence_that_names_it() -> None:
    command = [sys.executable, "-m", "streamlit", "run", "app/asgi.py", "--server.port", str(free_port())]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MARKET_DATA": "yesterday"}
    run = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode != 0
    assert "Traceback" not in run.stderr
    [said] = [line for line in run.stderr.splitlines() if "MARKET_DATA" in line]
    assert said.startswith("MARKET_DATA is 'yesterday'")


@pytest.mark.browser
def test_the_whole_program_starts_and_answers() -> None:
    with serving() as address:
        with urlopen(f"{address}/healthz", timeout=10) as answer:
            assert answer.status == 200
            assert "script-src 'self'" in answer.headers["content-security-policy"]
        with urlopen(f"{address}/tech", timeout=10) as answer:
            assert b"<title>Tech sell-off" in answer.read()


def test_a_page_is_called_the_same_in_its_head_and_in_the_navigation() -> None:
    assert {f"/{address}": title for _, title, address in PAGES} == {
        path: title for path, (title, _) in ABOUT.items()
    }
