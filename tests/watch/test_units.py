"""The systemd units start what the Makefile starts, with few rights."""

import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "deploy" / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))


def read(path: Path) -> ConfigParser:
    unit = ConfigParser(strict=False, interpolation=None, delimiters=["="])
    unit.optionxform = str
    unit.read_string(path.read_text(encoding="utf-8"))
    return unit


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_as_nobody_in_particular(path: Path) -> None:
    service = read(path)["Service"]
    assert service["User"] == "market-stress"
    assert service["Restart"] == "always"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "true"
    assert service["CapabilityBoundingSet"] == ""


def test_the_units_start_the_watcher_and_the_dashboard() -> None:
    starts = {path.stem: read(path)["Service"]["ExecStart"] for path in UNITS}
    assert starts["market-stress-watch"].endswith("python -m watch")
    assert "-m streamlit run app/asgi.py" in starts["market-stress"]


def test_the_units_are_what_systemd_understands(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    for path in UNITS:
        text = path.read_text(encoding="utf-8")
        assert text.count("[Service]") == text.count("[Unit]") == text.count("[Install]") == 1
        if verify:
            # The programs are not installed here: every other complaint counts.
            here = tmp_path / path.name
            here.write_text(text.replace("/opt/market-stress/.venv/bin/python", "/bin/true"))
            done = subprocess.run([verify, "verify", here], capture_output=True, text=True, check=False)
            complaints = [line for line in done.stderr.splitlines() if path.name in line]
            assert complaints == []
