"""One line of the benchmark table."""

from dataclasses import dataclass

WIDTHS = (66, 12, 16, 6)


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, the figure with its unit, and the bar it is held to, if any.

    ``value`` is what the bar is compared with, in the unit of the bar; ``least`` and ``most`` are its ends.
    ``beside`` is told and held to nothing.
    """

    name: str
    figure: str
    value: float | None = None
    least: float | None = None
    most: float | None = None
    bar: str = ""
    beside: str = ""

    @property
    def mark(self) -> str:
        """ "pass" or "MISS"; empty where there is no bar."""
        if self.value is None or not self.bar:
            return ""
        above = self.least is None or self.value >= self.least
        return "pass" if above and (self.most is None or self.value <= self.most) else "MISS"

    def __str__(self) -> str:
        cells = (self.name, self.figure, self.bar, self.mark)
        line = "".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True))
        return f"{line}{self.beside}".rstrip()


def timed(name: str, seconds: float, most: float, beside: str = "") -> Row:
    """A time that has to stay under ``most`` seconds."""
    unit = _seconds if most >= 1 else _milliseconds
    return Row(name, unit(seconds), seconds, most=most, bar=f"under {unit(most, 0)}", beside=beside)


def told(name: str, seconds: float, beside: str = "") -> Row:
    """A time that is held to nothing."""
    return Row(name, _milliseconds(seconds), beside=beside)


def _seconds(seconds: float, places: int = 2) -> str:
    return f"{seconds:.{places}f} s"


def _milliseconds(seconds: float, places: int = 1) -> str:
    return f"{seconds * 1e3:.{places}f} ms"
