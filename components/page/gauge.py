"""Where a score stands on its scale: a number, a bar of named bands, and the parts it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from components.page.html import Html, block, classes, div, element, join, span
from components.page.numbers import Number, Phrase, Shown, number_html, phrase_html
from market.scales import Band, Scale, Severity

HOT = 80.0

_TONE = {
    Severity.CALM: "mk-muted",
    Severity.ELEVATED: "mk-warn",
    Severity.STRESS: "mk-down",
    Severity.CRISIS: "mk-down",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One component of a score, from 0 to 100; a ``value`` of None has no bar, only its reason on hover."""

    name: str
    value: float | None
    shown: Shown


def gauge(
    score: Number,
    scale: Scale,
    words: Phrase = "",
    median: float | None = None,
    parts: Sequence[Part] = (),
    ends: tuple[float, float] = (0.0, 100.0),
    median_name: str = "1-yr median",
) -> Html:
    """The score, its band, ``words`` such as yesterday's score, the bar with its median, the parts."""
    value = score.envelope.value
    band = None if value is None else scale.band_of(value)
    head = div(
        "mk-score",
        number_html(score, "mk-score-value"),
        span(classes("mk-score-band", _TONE[band.severity]), _title(band)) if band else None,
        span("mk-score-words", phrase_html(words)) if words else None,
    )
    return block(head, _bar(value, band, scale, median, ends, median_name), _parts(parts) if parts else None)


def _bar(
    value: float | None,
    band: Band | None,
    scale: Scale,
    median: float | None,
    ends: tuple[float, float],
    median_name: str,
) -> Html:
    low, high = ends

    def place(at: float) -> float:
        return 100 * (min(max(at, low), high) - low) / (high - low)

    stretches = [
        (
            each,
            place(each.upper if isfinite(each.upper) else high)
            - place(each.lower if isfinite(each.lower) else low),
        )
        for each in scale.bands
    ]
    segments = (
        element("i", class_=f"mk-{each.severity}", style=f"width:{width:.2f}%") for each, width in stretches
    )
    names = (span("", _title(each), style=f"width:{width:.2f}%") for each, width in stretches)
    needle = None if value is None else div("mk-needle", style=f"left:{place(value):.2f}%")
    middle = () if median is None else _median(place(median), median_name)
    said = (
        "No score."
        if value is None or band is None
        else f"{value:.0f} on a scale from {low:.0f} to {high:.0f}: {_title(band)}."
    )
    if median is not None:
        said += f" {median_name} {median:.0f}."
    return div(
        "mk-gauge",
        *middle,
        div("mk-bands", *segments),
        needle,
        div("mk-band-names", *names),
        role="img",
        aria_label=said,
    )


def _median(place: float, name: str) -> tuple[Html, Html]:
    kept = min(max(place, 12.0), 88.0)
    return div("mk-median-name", name, style=f"left:{kept:.2f}%"), div(
        "mk-median", style=f"left:{place:.2f}%"
    )


def _parts(parts: Sequence[Part]) -> Html:
    return element("ul", join(_part(part) for part in parts), class_="mk-parts", role="list")


def _part(part: Part) -> Html:
    width = 0.0 if part.value is None else min(100.0, max(0.0, part.value))
    hot = part.value is not None and part.value >= HOT
    track = div(
        "mk-part-track", element("i", class_="mk-part-fill", style=f"width:{width:.1f}%"), aria_hidden="true"
    )
    return element(
        "li",
        span("", part.name),
        track,
        number_html(part.shown, "mk-part-value"),
        class_="mk-hot" if hot else "",
    )


def _title(band: Band) -> str:
    return band.name[:1].upper() + band.name[1:]
