"""Yahoo through yfinance: daily and hourly bars of nearly everything, keyless, delayed, and not always right.

What Yahoo and yfinance 1.7 really do, and what is done about it here:

- Failures arrive as empty frames unless ``hide_exceptions`` is off, and then still say "possibly delisted" of
  any answer that cannot be read. Only Yahoo's own words count as "there is nothing".
- An answer with an end in the past, and the first question for a symbol's time zone, go through an
  ``lru_cache`` that keeps errors too: it is emptied after every failure.
- ``timeout`` does not bound a call: cookie and crumb are fetched under one lock with 30 s of their own. The
  deadline is `Guarded`'s.
- ``repair=True`` can rescale a whole table; it stays off, and `quality` asks a second source instead.
- The last row may be NaN, or the running session; rows exist on days when New York is closed (futures, the
  dollar).
- Hours of the regular session begin at 09:30 New York time; the last one is half an hour long.
- The volume of a coin is in dollars, that of a share in shares.
- ^TNX has been quoted at ten times the yield. A yield above 20 percent is not believed.
"""

import json
import logging
import warnings
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from threading import Lock

import pandas as pd

from data_sources.bounds import HUGE
from data_sources.errors import BadData, NoData, RateLimited, SourceError, Unreachable
from data_sources.parsing import at_ends_of_days, at_ends_of_hours, build, listing_of
from market.bars import Bars
from market.instruments import Calendar, Instrument, Interval, Listing, Unit

COLUMNS = {"Open": "open", "High": "high", "Low": "low", "Close": "close", "Volume": "volume"}
START = "1990-01-01"
HOURS = "2y"
TIMEOUT = 6
HIGHEST_YIELD = 20.0

# yfinance names its exceptions by what it guesses; `YFPricesMissingError` is told apart by Yahoo's own
# reason.
MEANING: tuple[tuple[str, type[SourceError]], ...] = (
    ("YFRateLimitError", RateLimited),
    ("YFTzMissingError", Unreachable),
    ("YFInvalidPeriodError", BadData),
    ("YFException", Unreachable),
    ("PeeweeException", Unreachable),  # of yfinance's own files, not of Yahoo
)
# What yfinance lets through when an answer has another shape than it expects, beside every network error.
BROKEN_ANSWER = (OSError, ValueError, LookupError, TypeError, AttributeError)


class Yahoo:
    """A `Source` of Yahoo's bars: unadjusted closes as they were printed, or adjusted for dividends.

    The two are two sources, `yahoo` and `yahoo_adjusted`, each with listings of its own in the catalogue, so
    that they never meet in one series.
    """

    def __init__(self, clock: Callable[[], datetime], cache_folder: Path, *, adjusted: bool = False) -> None:
        """``cache_folder`` is for yfinance's own cache of time zones and cookies; it is made private."""
        self.source = "yahoo_adjusted" if adjusted else "yahoo"
        self._clock = clock
        self._cache_folder = cache_folder
        self._adjusted = adjusted
        self._lock = Lock()
        self._is_ready = self._is_damaged = False

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """All of Yahoo's daily bars since 1990, or two years of hours; raises `SourceError`."""
        listing = listing_of(instrument, self.source)
        self.load()
        try:
            rows = self._ask(listing.symbol, interval)
        except Exception as error:
            forget_answers()
            self._is_damaged |= "PeeweeException" in names_of(error) and "locked" not in str(error)
            raise translate(error, instrument, self.source) from error
        return parse(rows, instrument, interval, listing, self._clock(), adjusted=self._adjusted)

    def _ask(self, symbol: str, interval: Interval) -> pd.DataFrame:
        import yfinance

        ticker = yfinance.Ticker(symbol)
        common = {"auto_adjust": self._adjusted, "actions": False, "repair": False, "timeout": TIMEOUT}
        if interval is Interval.HOUR:
            return pd.DataFrame(ticker.history(period=HOURS, interval="1h", **common))
        return pd.DataFrame(ticker.history(start=START, interval="1d", **common))

    def load(self) -> None:
        """Import yfinance and set it up: once a process, and again where its files are damaged."""
        with self._lock:
            if self._is_ready and not self._is_damaged:
                return
            import yfinance

            # It still uses what pandas deprecates; that is not news to whoever runs us.
            warnings.filterwarnings("ignore", module=r"yfinance\.")
            yfinance.config.debug.hide_exceptions = False
            # Whatever fails is raised as well, and told once for all.
            logging.getLogger("yfinance").setLevel(logging.CRITICAL)
            self._open_files()
            self._is_ready, self._is_damaged = True, False

    def _open_files(self) -> None:
        """Let yfinance keep its files in the folder, begun anew where they are damaged; without a folder it
        does without.
        """
        from yfinance import cache

        if self._is_damaged:
            rmtree(self._cache_folder, ignore_errors=True)
        with suppress(OSError):
            self._cache_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        cache.set_cache_location(str(self._cache_folder))
        # What it has open it would keep for ever, whatever the location.
        cache._TzCacheManager._initialise()
        cache._CookieCacheManager._initialise()


def forget_answers() -> None:
    """Empty yfinance's memory of answers, errors among them."""
    from yfinance.data import YfData

    YfData.cache_get.cache_clear()


def translate(error: Exception, instrument: Instrument, source: str = "yahoo") -> Exception:
    """``error`` of yfinance in our words; one that is not yfinance's is returned untouched."""
    words = repr(error)
    if reason := getattr(error, "yahoo_reason", None):
        return NoData(instrument, source, str(reason))
    names = names_of(error)
    for name, ours in MEANING:
        if name in names:
            return ours(instrument, source, words)
    if isinstance(error, (json.JSONDecodeError, *BROKEN_ANSWER)):
        return Unreachable(instrument, source, words)
    return error


def names_of(error: Exception) -> set[str]:
    """The class of ``error`` and those it inherits from, by name."""
    return {kind.__name__ for kind in type(error).__mro__}


def parse(
    raw: pd.DataFrame,
    instrument: Instrument,
    interval: Interval,
    listing: Listing,
    now: datetime,
    *,
    adjusted: bool = False,
) -> Bars:
    """Yahoo's frame as bars known at ``now``; raises `NoData` and `BadData`."""
    if raw.empty:
        raise NoData(instrument, listing.source, "no rows")
    try:
        rows = raw.rename(columns=COLUMNS)[list(COLUMNS.values())].astype("float64")
        index = pd.DatetimeIndex(raw.index)
        if index.tz is None:
            raise ValueError("times have no zone")
        if interval is Interval.HOUR:
            rows = at_ends_of_hours(rows.set_axis(index.tz_convert("UTC")), instrument.calendar)
        else:
            rows = at_ends_of_days(rows.set_axis(index.tz_localize(None).normalize()), instrument.calendar)
        rows = in_coins(rows) if instrument.calendar is Calendar.ALWAYS else rows
    except (ValueError, TypeError, LookupError, OverflowError) as problem:
        raise BadData(instrument, listing.source, str(problem)) from problem
    bars = build(instrument, interval, rows, listing, now, sampling(instrument, interval, adjusted=adjusted))
    if instrument.unit is Unit.PERCENT and bars.close.iloc[-1] > HIGHEST_YIELD:
        raise BadData(instrument, listing.source, f"a yield of {bars.last:g} percent: quoted ten times?")
    return bars


def in_coins(rows: pd.DataFrame) -> pd.DataFrame:
    """``rows`` with volumes in coins, as every venue counts them: dollars over the typical price."""
    prices = rows[["high", "low", "close"]]
    typical = prices.where(prices.abs() <= HUGE).mean(axis=1, skipna=False)
    return rows.assign(volume=rows["volume"] / typical.where(typical > 0))


def sampling(instrument: Instrument, interval: Interval, *, adjusted: bool) -> str:
    """When and how a close was taken, for under a chart."""
    if interval is Interval.HOUR:
        text = "hourly close"
    elif instrument.calendar is Calendar.XNYS:
        text = "close@16:00 NY"
    else:
        text = "close@00:00 UTC"
    return f"{text}, adjusted for dividends" if adjusted else text
