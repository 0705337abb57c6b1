"""Where a score stands on its scale: a number, a bar of named bands, and the parts it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from components.page.html import Html, block, classes, div, element, join, span
from components.page.numbers import Number, Phrase, Shown, number_html, phrase_html
from market.scales import Scale, Severity

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
    word: tuple[str, Severity | None] | None = None,
) -> Html:
    """The score, its regime, ``words`` such as yesterday's score, the bar with its median, the parts.

    ``word`` is what the score is called and how bad that is; without one it is the band of its value.
    """
    value = score.envelope.value
    band = None if value is None else scale.band_of(value)
    called, severity = word or ((band.name, band.severity) if band else ("", None))
    tone = _TONE[severity] if severity else "mk-muted"
    head = div(
        "mk-score",
        number_html(score, "mk-score-value"),
        span(classes("mk-score-band", tone), _title(called)) if called else None,
        span("mk-score-words", phrase_html(words)) if words else None,
    )
    said = f"{score.text} on a scale from {ends[0]:.0f} to {ends[1]:.0f}: {_title(called)}." if called else ""
    return block(head, _bar(value, said, scale, median, ends, median_name), _parts(parts) if parts else None)


def _bar(
    value: float | None,
    said: str,
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
    names = (span("", _title(each.name), style=f"width:{width:.2f}%") for each, width in stretches)
    needle = None if value is None else div("mk-needle", style=f"left:{place(value):.2f}%")
    middle = () if median is None else _median(place(median), median_name)
    said = said or "No score."
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


def _title(name: str) -> str:
    return name[:1].upper() + name[1:]
