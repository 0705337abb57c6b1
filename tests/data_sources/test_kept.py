import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from data_sources.errors import Unreachable
from data_sources.kept import Kept
from data_sources.packing import pack
from data_sources.whole import write_whole
from market.instruments import Interval
from tests.fakes.clock import Clock
from tests.fakes.prices import BITCOIN, make_bars
from tests.fakes.scripted import Scripted

BARS = make_bars(BITCOIN, [1, 2, 3])
ROOT = Path(__file__).parents[2]


def kept(folder: Path, *answers, clock: Clock | None = None) -> Kept:
    return Kept(Scripted(*(answers or [BARS])), folder, (clock or Clock()).seconds)


def ask(source: Kept):
    return source.bars(BITCOIN, Interval.DAY)


def last_known(source: Kept):
    return source.last_known(BITCOIN, Interval.DAY)


def test_the_next_run_knows_what_this_one_was_told(tmp_path):
    ask(kept(tmp_path))
    again = last_known(kept(tmp_path))
    assert again.frame.equals(BARS.frame)
    assert again.provenance == BARS.provenance


def test_nothing_is_known_of_what_was_never_asked(tmp_path):
    assert last_known(kept(tmp_path)) is None


def test_errors_pass_through_and_leave_what_was_kept(tmp_path):
    ask(kept(tmp_path))
    failing = kept(tmp_path, Unreachable(BITCOIN, "kraken"))
    with pytest.raises(Unreachable):
        ask(failing)
    assert last_known(failing).frame.equals(BARS.frame)


def test_a_bar_in_progress_is_not_kept(tmp_path):
    running = make_bars(BITCOIN, [1, 2, 3], in_progress=9)
    assert ask(kept(tmp_path, running)) is running
    assert last_known(kept(tmp_path)).close.tolist() == [1, 2, 3]


def test_a_corrupt_file_is_set_aside_and_never_read_again(tmp_path, caplog):
    source = kept(tmp_path)
    ask(source)
    [path] = tmp_path.glob("*.bars")
    path.write_bytes(path.read_bytes()[:-5])
    assert last_known(source) is None
    assert not list(tmp_path.glob("*.bars"))
    assert [each.name for each in (tmp_path / "quarantine").iterdir()] == [path.name]
    assert "not whole" in caplog.text


def test_a_file_of_a_later_version_stays_where_it_is(tmp_path):
    source = kept(tmp_path)
    ask(source)
    [path] = tmp_path.glob("*.bars")
    path.write_bytes(path.read_bytes().replace(b'"version": 1', b'"version": 9', 1))
    assert last_known(source) is None
    assert path.exists()


def test_a_planted_pickle_is_set_aside_and_not_run(tmp_path):
    source = kept(tmp_path)
    ask(source)
    [path] = tmp_path.glob("*.bars")
    planted = tmp_path / "planted"
    path.write_bytes(b"cos\nsystem\n(S'touch " + os.fsencode(planted) + b"'\ntR.")
    assert last_known(source) is None
    assert not planted.exists()


def test_keys_cannot_leave_the_folder(tmp_path):
    climber = replace(BITCOIN, key="../../climber")
    source = kept(tmp_path / "in", make_bars(climber, [1, 2, 3]))
    source.bars(climber, Interval.DAY)
    assert not list(tmp_path.glob("*climber*"))
    assert source.last_known(climber, Interval.DAY) is not None


def test_a_lost_folder_is_made_again(tmp_path):
    folder = tmp_path / "last-known"
    source = kept(folder)
    ask(source)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    ask(source)
    assert last_known(source) is not None


def test_a_folder_that_cannot_be_made_costs_only_the_keeping(tmp_path, caplog):
    (tmp_path / "occupied").write_text("a file")
    clock = Clock()
    source = kept(tmp_path / "occupied" / "last-known", clock=clock)
    with caplog.at_level(logging.ERROR):
        for _ in range(10):
            assert ask(source) is BARS
    assert source.trouble.startswith("prices cannot be kept on disk")
    assert len(caplog.records) == 1
    clock.pass_by(61)
    ask(source)
    assert len(caplog.records) == 2


def test_a_full_disk_keeps_the_old_file_whole_and_the_source_alive(tmp_path):
    """A limit on the size of files stands for the full disk: both end a write half-way with an OSError."""
    ask(kept(tmp_path))
    code = f"""
import resource, signal
from pathlib import Path
from data_sources.kept import Kept
from tests.data_sources.test_kept import ask, last_known, BARS, kept
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
source = kept(Path({str(tmp_path)!r}))
assert ask(source) is BARS
assert source.trouble
assert last_known(source).frame.equals(BARS.frame)
assert not list(Path({str(tmp_path)!r}).glob("*.part"))
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, timeout=60)


def test_leftovers_of_killed_writers_are_swept_when_they_are_old(tmp_path):
    old, new = tmp_path / "a.part", tmp_path / "b.part"
    for leftover in (old, new):
        leftover.write_bytes(b"half")
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    ask(kept(tmp_path))
    assert (old.exists(), new.exists()) == (False, True)


WRITER = """
import sys
from pathlib import Path
from data_sources.whole import write_whole
path, contents = Path(sys.argv[1]), [Path(name).read_bytes() for name in sys.argv[2:]]
print("writing", flush=True)
while True:
    for content in contents:
        write_whole(path, content)
"""


def test_a_hundred_kills_in_mid_write_leave_no_corrupt_file(tmp_path):
    contents = [pack(make_bars(BITCOIN, [float(number)] * 2000)) for number in (1, 2)]
    names = [tmp_path / "one", tmp_path / "two"]
    for name, content in zip(names, contents, strict=True):
        name.write_bytes(content)
    source = kept(tmp_path / "last-known")
    path = source._path(BITCOIN, Interval.DAY)
    path.parent.mkdir()
    write_whole(path, contents[0])
    corrupt = 0
    for turn in range(100):
        command = [sys.executable, "-S", "-E", "-c", WRITER, str(path), *map(str, names)]
        with subprocess.Popen(command, cwd=ROOT, stdout=-1) as writer:
            assert writer.stdout.readline() == b"writing\n"
            time.sleep(turn % 10 / 1000)
            writer.send_signal(signal.SIGKILL)
        corrupt += path.read_bytes() not in contents
    assert corrupt == 0
    assert last_known(source) is not None
