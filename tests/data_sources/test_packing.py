import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources.packing import Corrupt, Newer, pack, unpack
from market.instruments import Interval
from tests.fakes.prices import BITCOIN, VIX, make_bars

BARS = make_bars(BITCOIN, [1.5, float("1e-9"), 70_555.25], in_progress=3.0)
PACKED = pack(BARS)


def opened(packed: bytes):
    return unpack(packed, BITCOIN, Interval.DAY)


def test_bars_come_back_as_they_went():
    back = opened(PACKED)
    assert back.frame.equals(BARS.frame)
    assert (back.provenance, back.in_progress) == (BARS.provenance, BARS.in_progress)


def test_no_pickle():
    assert b"pickle" not in PACKED.lower()
    assert PACKED.split(b"\n")[0].startswith(b'{"magic": "market-stress bars", "version": 1, "sha256"')


def test_a_later_version_is_left_alone():
    header, _, body = PACKED.partition(b"\n")
    later = json.dumps(json.loads(header) | {"version": 2}).encode() + b"\n" + body
    with pytest.raises(Newer):
        opened(later)


def test_another_instruments_bars_are_not_these():
    with pytest.raises(Corrupt):
        unpack(PACKED, VIX, Interval.DAY)
    with pytest.raises(Corrupt):
        unpack(PACKED, BITCOIN, Interval.HOUR)


@pytest.mark.parametrize(
    "packed", [b"", b"\n", b"{}", b"[]\n[]", b"null\n", b"\x80\x04", PACKED[:-1], PACKED + b"x"]
)
def test_what_is_not_whole_is_corrupt(packed):
    with pytest.raises(Corrupt):
        opened(packed)


@settings(max_examples=300)
@given(st.integers(0, len(PACKED) - 1), st.integers(1, 255))
def test_no_changed_byte_ever_shows_a_changed_number(place, change):
    changed = bytearray(PACKED)
    changed[place] ^= change
    try:
        back = opened(bytes(changed))
    except (Corrupt, Newer):
        return
    assert back.frame.equals(BARS.frame)
    assert back.provenance == BARS.provenance


@given(st.binary(max_size=400))
def test_random_bytes_are_corrupt(packed):
    with pytest.raises(Corrupt):
        opened(packed)


def test_brackets_without_an_end_are_corrupt():
    with pytest.raises(Corrupt):
        opened(b"[" * 100_000)
