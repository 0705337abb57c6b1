"""Capability links from the command line."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_sources.settings import read_settings
from watch.grant import LONGEST, main
from watch.store import Store, open_store
from watch.store.database import Database
from watch.store.sealing import Seal


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


def test_the_links_of_one_person_are_ended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("Ada", "Ada", "Bob"):
        assert main([name], environment(tmp_path)) == 0
    *ended, kept = capsys.readouterr().out.split()
    assert main(["Ada", "--revoke"], environment(tmp_path)) == 0
    assert capsys.readouterr().out == "Links ended: 2.\n"
    store = open_store(read_settings(environment(tmp_path)))
    assert [store.capability(link) for link in ended] == [None, None]
    assert store.capability(kept) is not None


def test_the_longest_name_fits_every_store(database: Database, tmp_path: Path) -> None:
    store = Store(database, Seal(tmp_path), lambda: datetime(2026, 2, 6, tzinfo=UTC))
    link = store.grant(f"link/{'x' * LONGEST}", may_edit=True)
    assert store.capability(link) is not None


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["x" * 60], ["a\nb"]])
def test_a_name_that_cannot_be_used_is_refused(arguments: list[str], tmp_path: Path) -> None:
    assert main(arguments, environment(tmp_path)) == 2


def test_a_read_only_server_grants_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["Ada"], environment(tmp_path, MARKET_READ_ONLY="1")) == 1
    assert capsys.readouterr().out == ""
