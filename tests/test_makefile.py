"""What a stranger's first commands do, before anything is installed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Debian's Python without its venv package: the folder is begun, and left behind.
HALF_A_PYTHON = """#!/bin/sh
test "$1" = -m || exit 0
mkdir -p "$3/bin" && touch "$3/bin/python"
echo "ensurepip is not available; apt install python3-venv" >&2
exit 1
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the Makefile and the locks, and nothing installed."""
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`make` in ``folder``, without what another make or a shell may have set."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    return subprocess.run(
        ["make", *words], cwd=folder, env=kept | environment, capture_output=True, text=True, check=False
    )


def test_an_environment_that_could_not_be_made_is_not_taken_for_one(clone: Path) -> None:
    python = clone / "half-a-python"
    python.write_text(HALF_A_PYTHON)
    python.chmod(0o755)
    for _ in range(2):
        run = make(clone, "run", f"PYTHON={python}")
        assert run.returncode != 0
        assert "apt install python3-venv" in run.stderr
        assert not (clone / ".venv").exists()


def test_without_a_python_one_sentence_says_which_is_needed(clone: Path) -> None:
    run = make(clone, "run", "PYTHON=")
    assert run.returncode != 0
    assert run.stderr.startswith("Market Stress needs Python 3.11 or later.")


@pytest.mark.parametrize("way", ["words", "environment"])
def test_host_and_port_can_be_chosen_either_way(clone: Path, way: str) -> None:
    chosen = {"HOST": "0.0.0.0", "PORT": "8600"}
    words = [f"{name}={value}" for name, value in chosen.items()] if way == "words" else []
    planned = make(clone, "-n", "run", *words, **({} if words else chosen)).stdout
    assert "--server.address 0.0.0.0 --server.port 8600" in planned
    assert "--server.address localhost --server.port 8501" in make(clone, "-n", "run").stdout


# A Python whose environments have no package index: pip says so at length.
WITHOUT_AN_INDEX = """#!/bin/sh
if test "$2" = venv; then
    mkdir -p "$3/bin" && cp "$0" "$3/bin/python"
else
    for line in 1 2 3 4 5; do echo "WARNING: Retrying after connection broken" >&2; done
    echo "ERROR: No matching distribution found" >&2
    exit 1
fi
"""


def test_the_first_install_says_that_it_takes_a_while_and_one_without_an_index_says_so(clone: Path) -> None:
    python = clone / "far-away-python"
    python.write_text(WITHOUT_AN_INDEX)
    python.chmod(0o755)
    (clone / "bin").mkdir()
    uv = clone / "bin" / "uv"
    uv.write_text("#!/bin/sh\nexit 1\n")
    uv.chmod(0o755)
    run = make(clone, "run", f"PYTHON={python}", PATH=f"{clone / 'bin'}:{os.environ['PATH']}")
    assert run.returncode != 0
    assert "a minute or two" in run.stdout
    said = [line for line in run.stderr.splitlines() if not line.startswith("make: ***")]
    assert said == [
        "The packages could not be fetched: is there a way to a package index? "
        "What pip said is in .venv/install.log."
    ]
    assert "No matching distribution" in (clone / ".venv" / "install.log").read_text()
    assert not (clone / ".venv" / ".run").exists()
    again = make(clone, "run", f"PYTHON={python}", PATH=f"{clone / 'bin'}:{os.environ['PATH']}")
    assert "a minute or two" in again.stdout, "what failed is tried again"
