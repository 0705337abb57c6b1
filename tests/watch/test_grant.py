"""Capability links from the command line."""

from pathlib import Path

import pytest

from data_sources.settings import read_settings
from watch.grant import main
from watch.store import open_store


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {"MARKET_STATE_DIR": str(folder), **more}


def test_the_printed_link_lets_its_holder_edit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["Ada"], environment(tmp_path)) == 0
    link = capsys.readouterr().out.strip()
    held = open_store(read_settings(environment(tmp_path))).capability(link)
    assert held is not None
    assert (held.owner, held.may_edit) == ("link/Ada", True)


def test_a_link_to_look_edits_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["Ada", "--look"], environment(tmp_path)) == 0
    held = open_store(read_settings(environment(tmp_path))).capability(capsys.readouterr().out.strip())
    assert held is not None
    assert not held.may_edit


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["x" * 61], ["a\nb"]])
def test_a_name_that_cannot_be_used_is_refused(arguments: list[str], tmp_path: Path) -> None:
    assert main(arguments, environment(tmp_path)) == 2


def test_a_read_only_server_grants_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["Ada"], environment(tmp_path, MARKET_READ_ONLY="1")) == 1
    assert capsys.readouterr().out == ""
