import socket
import subprocess
import sys

import pytest

from app.port import why_not
from tests.app.serving import ROOT, free_port


def test_a_free_port_is_fine() -> None:
    for host in ("localhost", "127.0.0.1", "0.0.0.0"):
        assert why_not(host, str(free_port())) == ""


def test_a_port_that_is_taken_is_said_in_one_sentence_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        for host in ("localhost", "127.0.0.1", "0.0.0.0"):
            assert why_not(host, str(port)).startswith(
                f"Port {port} is taken on this machine: choose another"
            )
        command = [sys.executable, "-m", "app.port", "localhost", str(port)]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("port", ["", "http", "0", "-1", "65536", "85.1"])
def test_what_is_no_port_is_said(port: str) -> None:
    assert why_not("localhost", port).startswith("PORT is ")


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_a_host_that_is_not_this_machine_is_said(host: str) -> None:
    assert why_not(host, str(free_port())).startswith("HOST is ")
