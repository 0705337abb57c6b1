"""One palette: equal to Streamlit's configuration, readable, told apart by every kind of colour vision."""

import tomllib
from itertools import pairwise
from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from streamlit.elements.lib import streamlit_plotly_theme

from components import theme
from components.theme import PALETTE

CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
Mode = Literal["light", "dark"]
MODES: tuple[Mode, ...] = ("light", "dark")

NAMED = {
    "primaryColor": "accent",
    "backgroundColor": "page",
    "secondaryBackgroundColor": "soft",
    "textColor": "ink",
    "borderColor": "border",
    "linkColor": "accent",
    "greenColor": "up",
    "greenTextColor": "up",
    "redColor": "down",
    "redTextColor": "down",
    "yellowColor": "warn",
    "yellowTextColor": "warn",
    "grayColor": "muted",
    "grayTextColor": "muted",
}

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def colour(name: str, mode: Mode) -> str:
    pair = PALETTE[name]
    return pair.light if mode == "light" else pair.dark


@pytest.mark.parametrize("mode", MODES)
def test_the_configuration_holds_the_same_colours(mode: Mode) -> None:
    written = CONFIG[mode]
    assert {key: written[key] for key in NAMED} == {key: colour(name, mode) for key, name in NAMED.items()}
    assert written["chartCategoricalColors"] == [colour(name, mode) for name in theme.CATEGORICAL]
    assert written["chartSequentialColors"] == [colour(name, mode) for name in theme.SEQUENTIAL]
    assert written["chartDivergingColors"] == getattr(theme.DIVERGING, mode).split()


def test_slots_are_still_the_ones_streamlit_fills() -> None:
    constants = {value for value in vars(streamlit_plotly_theme).values() if isinstance(value, str)}
    slots = {value for value in vars(theme).values() if isinstance(value, str) and value.startswith("#0000")}
    assert slots | set(theme.DIVERGING_SLOTS) <= constants


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("name", "least"),
    [
        *(
            (each, 4.5)
            for each in ("ink", "muted", "accent", "up", "down", "up-safe", "down-safe", "warn", "zone")
        ),
        *((each, 4.5) for each in ("bitcoin", "nasdaq", "software", "ether")),
        ("other", 3.0),
        ("zone-block", 3.0),
    ],
)
def test_text_and_lines_stand_out_from_the_card(name: str, least: float, mode: Mode) -> None:
    assert contrast(colour(name, mode), colour("card", mode)) >= least


@pytest.mark.parametrize("mode", MODES)
def test_numbers_in_every_cell_of_the_heat_map_can_be_read(mode: Mode) -> None:
    ink = colour("ink", mode)
    assert min(contrast(ink, step) for step in getattr(theme.DIVERGING, mode).split()) >= 4.5


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("vision", VISION)
def test_rise_and_fall_are_told_apart(vision: str, mode: Mode) -> None:
    assert difference(colour("up", mode), colour("down", mode), vision) >= 17
    assert difference(colour("up-safe", mode), colour("down-safe", mode), vision) >= 40


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("vision", VISION)
def test_the_ends_of_the_heat_map_are_told_apart(vision: str, mode: Mode) -> None:
    steps = getattr(theme.DIVERGING, mode).split()
    assert difference(steps[0], steps[-1], vision) >= 38


@pytest.mark.parametrize("mode", MODES)
def test_each_stress_band_stands_out_more_than_the_one_before(mode: Mode) -> None:
    card = colour("card", mode)
    seen = [contrast(colour(name, mode), card) for name in ("calm", "elevated", "stress", "crisis")]
    assert all(lower < upper for lower, upper in pairwise(seen))


def test_only_a_few_instruments_have_a_colour_of_their_own() -> None:
    assert theme.colour_of("BTC") == theme.BITCOIN
    assert theme.colour_of("GLD") == theme.OTHER


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(written: str) -> float:
    return float(np.dot([0.2126, 0.7152, 0.0722], linear(written)))


def linear(written: str) -> np.ndarray:
    parts = np.array([int(written[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(written: str, vision: str) -> tuple[float, float, float]:
    """CIE Lab (D65) of a colour as one kind of colour vision sees it."""
    seen = np.clip(np.asarray(VISION[vision]) @ linear(written), 0, 1)
    to_xyz = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
    x, y, z = np.asarray(to_xyz) @ seen / [0.95047, 1.0, 1.08883]
    fx, fy, fz = (t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def difference(one: str, other: str, vision: str) -> float:
    """CIEDE2000."""
    (l1, a1, b1), (l2, a2, b2) = lab(one, vision), lab(other, vision)
    mean_c = (hypot(a1, b1) + hypot(a2, b2)) / 2
    g = 0.5 * (1 - sqrt(mean_c**7 / (mean_c**7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = hypot(a1, b1), hypot(a2, b2)
    h1, h2 = degrees(atan2(b1, a1)) % 360, degrees(atan2(b2, a2)) % 360
    turn = h2 - h1 - 360 * round((h2 - h1) / 360) if c1 * c2 else 0.0
    mean_h = (h1 + h2 + (360 if abs(h1 - h2) > 180 else 0)) / 2 if c1 * c2 else h1 + h2
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * cos(radians(mean_h - 30))
        + 0.24 * cos(radians(2 * mean_h))
        + 0.32 * cos(radians(3 * mean_h + 6))
        - 0.20 * cos(radians(4 * mean_h - 63))
    )
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / sqrt(20 + (mean_l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    r_t = -sin(radians(60 * exp(-(((mean_h - 275) / 25) ** 2)))) * 2 * sqrt(mean_c**7 / (mean_c**7 + 25**7))
    d_l, d_c, d_h = (l2 - l1) / s_l, (c2 - c1) / s_c, 2 * sqrt(c1 * c2) * sin(radians(turn / 2)) / s_h
    return sqrt(d_l**2 + d_c**2 + d_h**2 + r_t * d_c * d_h)
