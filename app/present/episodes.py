"""Past falls laid over each other, as components take them."""

from analytics import episodes as past
from app.present.drawing import Absent, Drawing, remembered
from components.lines import Line
from components.overlay import fan, fan_alt, overlay, overlay_alt
from components.page.html import Html
from components.page.numbers import Number, Tone, changed, shown
from components.page.tables import Align, Column, rows
from components.text import change, correlation, full_day, price, price_writer, whole
from market.bars import Bars
from market.episodes import Episode


@remembered
def falls_of(key: str, known: tuple[Bars, ...], named: tuple[Episode, ...]) -> past.Episodes:
    """The falls of one series found by rule, and the named ones its history holds."""
    return past.episodes(key, {bars.key: bars for bars in known}, named)


@remembered
def falls_overlay(
    key: str, known: tuple[Bars, ...], named: tuple[Episode, ...], phone: bool
) -> Drawing | Absent:
    """Falls laid over each other from their peaks; the present one in amber."""
    found = falls_of(key, known, named)
    every = _once(found)
    current = found.current or next(iter(reversed(found.falls)), None)
    if current is None:
        return Absent("No fall that deep.", found.why or "The loaded history holds none.")
    others = [_path(fall) for fall in every if fall.peak_day != current.peak_day]
    figure = overlay(_path(current), others, height=380, phone=phone)
    return Drawing(
        figure, overlay_alt(_path(current), others), tuple(bars for bars in known if bars.key == key)
    )


@remembered
def sequel_fan(key: str, known: tuple[Bars, ...], named: tuple[Episode, ...], phone: bool) -> Drawing | Html:
    """Closes since the peak of the present fall, and the fan of what followed past ones as old as it.

    Nothing where too few of them tell.
    """
    found = falls_of(key, known, named)
    bars = next((each for each in known if each.key == key), None)
    if bars is None or found.current is None:
        return Html("")
    ahead = past.fan(found.sequels, bars)
    if not ahead:
        return Html("")
    fallen = bars.finished.close.loc[found.current.peak.at :]
    write, n = price_writer(bars.instrument), max(each.n for each in found.sequels)
    figure = fan(fallen, ahead, write=write, phone=phone)
    return Drawing(figure, fan_alt(fallen, ahead, write, n), (bars,), "past cases, not a forecast")


def falls_table(found: past.Episodes, bars: Bars | None) -> Html | Absent:
    """Peak, low, depth, speed, days to recover and Bitcoin's beta of each fall."""
    every = _once(found)
    if bars is None or not every:
        return Absent("No fall that deep.", found.why or "The loaded history holds none.")
    columns = (
        Column("Fall", Align.TEXT),
        Column("Peak", Align.TEXT, wide=True),
        Column("Low", Align.TEXT),
        Column("Depth", strong=True),
        Column("Sessions down", wide=True),
        Column("Days to recover"),
        Column("Bitcoin beta", wide=True),
    )
    cells = [
        (
            fall.name,
            Number(fall.peak_close, f"{price(fall.peak.price, bars.instrument)}, {full_day(fall.peak_day)}"),
            Number(fall.low_close, f"{price(fall.low.price, bars.instrument)}, {full_day(fall.low_day)}"),
            changed(fall.depth, bars.instrument),
            shown(fall.down, whole),
            Number(
                fall.recovery_days,
                "not yet" if fall.recovery_days.value is None else whole(fall.recovery_days.value),
            ),
            shown(fall.beta, correlation, Tone.MUTED),
        )
        for fall in every
    ]
    current = next((place for place, fall in enumerate(every) if fall.is_current), None)
    return rows("Falls", columns, cells, current)


def say_sequels(found: past.Episodes) -> str:
    """What past falls did next, or why no percentage is given; nothing where no prices are known."""
    if found.why:
        return ""
    if found.current is None:
        return "There is no fall at this moment."
    too_few = {each.why for each in found.sequels if not each.quantiles}
    if len(too_few) == 1 and not any(each.quantiles for each in found.sequels):
        return too_few.pop() or ""
    told = [
        f"Over {each.sessions} sessions: median {change(each.quantiles[0.5])}, n {each.n}."
        if each.quantiles
        else f"Over {each.sessions} sessions: {each.why}"
        for each in found.sequels
    ]
    return " ".join(told)


def say_missing(found: past.Episodes) -> str:
    """The named episodes that the loaded history does not hold."""
    if found.why or not found.missing:
        return ""
    return f"Not in the loaded history: {', '.join(found.missing)}."


def _once(found: past.Episodes) -> list[past.PastFall]:
    """Every fall once, oldest first; one that has a name keeps it."""
    by_peak = {fall.peak_day: fall for fall in (*found.falls, *found.named)}
    return [by_peak[day] for day in sorted(by_peak)]


def _path(fall: past.PastFall) -> Line:
    return Line(fall.name, fall.path / 100 - 1)
