"""How charts look: colour tokens, the plotly template "stress", and the palettes they resolve to.

A token is a slot, "#000001" to "#000040", which the browser fills with a colour of the page's theme, light or
dark (the chart colours of `.streamlit/config.toml`). A slot has no opacity of its own: shapes and traces
carry theirs.
"""

from typing import Any, NamedTuple

import plotly.graph_objects as go

from market.scales import Severity


class Pair(NamedTuple):
    """One colour in the light and in the dark theme."""

    light: str
    dark: str


PALETTE = {
    "page": Pair("#FAFAF8", "#0D1117"),
    "card": Pair("#FFFFFF", "#141A22"),
    "soft": Pair("#F3F3EF", "#1B232D"),
    "border": Pair("#DEDED8", "#2C3540"),
    "ink": Pair("#14181F", "#E9ECEF"),
    "muted": Pair("#565E69", "#A6AFBB"),
    "accent": Pair("#1D5FCC", "#7FA8FF"),
    "up": Pair("#00796B", "#2EC4A6"),
    "down": Pair("#C2410C", "#FF7F50"),
    "up-safe": Pair("#0B62B8", "#8DB5FF"),
    "down-safe": Pair("#B35900", "#F2A33A"),
    "warn": Pair("#8F5F00", "#F0B64A"),
    "zone": Pair("#8F5F00", "#D9A441"),
    "zone-block": Pair("#A8741A", "#D9A441"),
    "bitcoin": Pair("#B35900", "#F2A33A"),
    "nasdaq": Pair("#1D6AD6", "#8DB5FF"),
    "software": Pair("#BE2F78", "#FF5C9E"),
    "ether": Pair("#0D5A52", "#46D9B5"),
    "other": Pair("#8A919B", "#7B8592"),
    "calm": Pair("#DCE3E8", "#26313C"),
    "elevated": Pair("#F0D9A8", "#5C4A22"),
    "stress": Pair("#E39A6B", "#A2552B"),
    "crisis": Pair("#A63A0A", "#FF7F50"),
}

# The order of `chartCategoricalColors`, slots 1 to 10, and of `chartSequentialColors`, slots 11 to 20.
CATEGORICAL = ("bitcoin", "nasdaq", "software", "ether", "other", "zone", "up", "down", "muted", "ink")
SEQUENTIAL = (
    *("calm", "elevated", "stress", "crisis"),
    *("up-safe", "down-safe", "card", "soft", "border", "warn"),
)

BITCOIN = "#000001"
NASDAQ = "#000002"
SOFTWARE = "#000003"
ETHER = "#000004"
OTHER = "#000005"
ZONE = "#000006"
UP = "#000007"
DOWN = "#000008"
MUTED = "#000009"
INK = "#000010"
CARD = "#000017"
SOFT = "#000018"
BORDER = "#000019"
WARN = "#000020"
PAGE = "#000038"

# One grey reads on both grounds, so it needs no slot.
GRID = "rgba(128,138,150,.22)"
ZERO = "rgba(128,138,150,.6)"
CLEAR = "rgba(0,0,0,0)"

DIVERGING = Pair(
    "#E0875C #E79F7B #EDB89C #F3D2C0 #F8EBE4 #EAF0F5 #CFE0EE #B0CDE4 #90B9DA #6FA5D0",
    "#A34E28 #874124 #6A3521 #4A2A1F #2C221F #1D252D #20384D #23496A #265B88 #296DA6",
)
DIVERGING_SLOTS = tuple(f"#0000{slot}" for slot in range(21, 31))

# Shade of a band behind a line: colour and opacity. Calm is left clear.
SHADE: dict[Severity, tuple[str, float]] = {
    Severity.CALM: (CLEAR, 0.0),
    Severity.ELEVATED: (ZONE, 0.10),
    Severity.STRESS: (DOWN, 0.10),
    Severity.CRISIS: (DOWN, 0.22),
}

_OWN_COLOUR = {
    "BTC": BITCOIN,
    "IBIT": BITCOIN,
    "IXIC": NASDAQ,
    "NDX": NASDAQ,
    "IGV": SOFTWARE,
    "SOL": SOFTWARE,
    "ETH": ETHER,
}

FONT = "Inter, 'Noto Sans', sans-serif"
SERIF = "SourceSerif, Georgia, serif"


def colour_of(key: str) -> str:
    """The token of an instrument; the grey of context for any without its own."""
    return _OWN_COLOUR.get(key, OTHER)


# The first range that fits wins, so the coarsest stands first; a second line prints where it changes.
DATE_FORMATS: list[dict[str, Any]] = [
    {"dtickrange": ["M12", None], "value": "%Y"},
    {"dtickrange": ["M1", "M12"], "value": "%b\n%Y"},
    {"dtickrange": [86_400_000, "M1"], "value": "%-d %b\n%Y"},
    {"dtickrange": [None, 86_400_000], "value": "%H:%M\n%-d %b"},
]

X_AXIS = {
    "showgrid": False,
    "zeroline": False,
    "showline": True,
    "linecolor": GRID,
    "linewidth": 1,
    "ticks": "outside",
    "ticklen": 4,
    "tickcolor": GRID,
    "tickangle": 0,
    "tickfont": {"size": 11.5},
    "nticks": 6,
    "fixedrange": True,
    "automargin": False,
    "title": {"text": ""},
}

DATE_AXIS = {"type": "date", "hoverformat": "%a %-d %b %Y", "tickformatstops": DATE_FORMATS}

Y_AXIS = {
    "showgrid": True,
    "gridcolor": GRID,
    "gridwidth": 1,
    "zeroline": False,
    "showline": False,
    "ticks": "",
    "ticklabelstandoff": 5,
    "tickfont": {"size": 11.5},
    "nticks": 6,
    "fixedrange": True,
    "automargin": True,
    "title": {"text": ""},
}

LAYOUT: dict[str, Any] = {
    "margin": {"l": 4, "r": 8, "t": 8, "b": 4, "pad": 0},
    "paper_bgcolor": CLEAR,
    "plot_bgcolor": CLEAR,
    "showlegend": False,
    "hovermode": "x unified",
    "hoverlabel": {
        "font": {"size": 12, "family": FONT, "color": INK},
        "bgcolor": CARD,
        "bordercolor": BORDER,
        "namelength": -1,
        "align": "left",
    },
    "dragmode": False,
    "title": {"text": ""},
    "font": {"family": FONT, "size": 12, "color": MUTED},
    "uirevision": "stress",
}

TEMPLATE = go.layout.Template(
    layout={
        **LAYOUT,
        "colorway": [BITCOIN, NASDAQ, SOFTWARE, ETHER, OTHER],
        "xaxis": {name: value for name, value in X_AXIS.items() if name != "tickangle"},
        "yaxis": Y_AXIS,
    }
)
