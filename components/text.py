"""Text on its way to the screen: written as `market.text` writes it, escaped for the place it goes to."""

from html import escape as _escape

from market.text import (
    MINUS,
    MISSING,
    Write,
    age,
    basis_points,
    cell,
    change,
    change_writer,
    correlation,
    decimal,
    dollars,
    full_day,
    full_moment,
    funding,
    money_flow,
    multiple,
    named_day,
    on_scale,
    ordinal,
    out_of_100,
    percent,
    percentile,
    percentile_place,
    plain,
    price,
    price_writer,
    ranked,
    say_sampling,
    short,
    short_day,
    short_moment,
    short_price,
    tick,
    weekday,
    whole,
    zone_range,
)

__all__ = [
    "MINUS",
    "MISSING",
    "Write",
    "age",
    "basis_points",
    "cell",
    "change",
    "change_writer",
    "correlation",
    "decimal",
    "dollars",
    "escape_html",
    "escape_plot",
    "full_day",
    "full_moment",
    "funding",
    "money_flow",
    "multiple",
    "named_day",
    "on_scale",
    "ordinal",
    "out_of_100",
    "percent",
    "percentile",
    "percentile_place",
    "plain",
    "price",
    "price_writer",
    "ranked",
    "say_sampling",
    "short",
    "short_day",
    "short_moment",
    "short_price",
    "tick",
    "weekday",
    "whole",
    "zone_range",
]

# plotly reads a little HTML in every text and knows few named entities, so quotes are written by number.
# A percent sign before a brace would start a template field, a hash before digits could name a colour slot,
# and two dollar signs would set what is between them as mathematics.
_PLOT = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&#34;",
        "'": "&#39;",
        "#": "&#35;",
        "$": "&#36;",
    }
)


def escape_html(text: str) -> str:
    """``text`` for HTML, in an element or in a quoted attribute."""
    return _escape(text, quote=True)


def escape_plot(text: str) -> str:
    """``text`` for a plotly figure, where a tag would make the reader's browser fetch or link."""
    return text.translate(_PLOT).replace("%{", "&#37;{")
