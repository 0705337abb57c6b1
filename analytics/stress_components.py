"""What the stress score is made of: measures turned so that up is stress, each ranked in its own past.

A measure is ranked among its own history up to that day and never against anything later. A day stands
for the New York session of that date, or for the UTC day of that date in a market that never closes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.averages import moving_average
from analytics.dividends import earned, with_keys_of_total_returns
from analytics.macro import excess_returns, ratio
from analytics.ranks import percentiles
from analytics.systemic import SECTORS, rolling_average_pairwise, turbulences
from analytics.volatility import dollar_volume, enough, rolling_volatility
from market.bars import Bars

FEWEST, MATURE = 252, 504  # observations a rank needs; below the second it is young
YEAR, QUARTER, MONTH = 252, 60, 20
CRYPTO_YEAR, CRYPTO_MONTH, CRYPTO_WEEK = 365, 30, 7
BREADTH = (*SECTORS, "NDX")


@dataclass(frozen=True, slots=True)
class Daily:
    """One series by day: its bars, and their linked closes indexed by the day each belongs to."""

    bars: Bars
    closes: pd.Series

    @property
    def prices(self) -> pd.Series:
        """The closes that are positive; NaN elsewhere."""
        return self.closes.where(self.closes > 0)


Known = Mapping[str, Daily]


def series_of(blocks: Iterable["Block"]) -> tuple[str, ...]:
    """The keys of every series that the components of ``blocks`` need, each once."""
    return tuple(dict.fromkeys(key for block in blocks for one in block.components for key in one.needs))


def by_day(known: Mapping[str, Bars], blocks: Iterable["Block"]) -> dict[str, Daily]:
    """The series that the components of ``blocks`` need, as far as they are ``known``, by day."""
    needed = series_of(blocks)
    return {
        key: Daily(bars, pd.Series(bars.linked.to_numpy(float), index=bars.dates, name=key))
        for key, bars in known.items()
        if key in needed
    }


@dataclass(frozen=True, slots=True)
class Component:
    """One measure: the series it needs, its weight inside its block, and how it is computed.

    ``measure`` gives values by day, turned so that up is stress. Without all of ``keys`` there is none. With
    ``earned`` it is made of their total returns where those are known.
    """

    key: str
    title: str
    weight: float
    keys: tuple[str, ...]
    measure: Callable[[Known], pd.Series]
    earned: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """The keys of all series it may be made of."""
        return with_keys_of_total_returns(self.keys) if self.earned else self.keys


@dataclass(frozen=True, slots=True)
class Standing:
    """One measure through time: its values, and the rank of each in its own past (0 to 1, NaN if too young).

    ``made_of`` are the bars it came from; ``why`` says what is missing where there are none. ``without`` says
    ``unadjusted`` where they are prices for want of total returns.
    """

    component: Component
    values: pd.Series
    ranks: pd.Series
    made_of: tuple[Bars, ...]
    why: str | None
    without: tuple[str, ...] = ()

    @property
    def flags(self) -> tuple[str, ...]:
        """What marks a number made of it."""
        return (*(("young",) if self.is_young else ()), *self.without)

    @property
    def n(self) -> int:
        """How many values the newest rank stands on."""
        return int(self.values.count())

    @property
    def is_young(self) -> bool:
        """Whether its history is shorter than two years."""
        return self.n < MATURE

    @property
    def is_continuous(self) -> bool:
        """Whether its days are UTC days."""
        return any(bars.is_continuous for bars in self.made_of)

    def on(self, days: pd.DatetimeIndex) -> pd.Series:
        """The ranks on these days, one day or one session old at most; over a weekend the last session's."""
        if self.ranks.empty:
            return pd.Series(np.nan, index=days)
        if self.is_continuous:
            return self.ranks.reindex(days, method="ffill", tolerance=pd.Timedelta(1, "D"))
        return self.ranks.reindex(days).ffill(limit=1)


def stand(component: Component, known: Known) -> Standing:
    """The measure of a component on what is ``known``, and its ranks."""
    none = pd.Series(dtype=float)
    lacking = [key for key in component.keys if key not in known]
    if lacking:
        return Standing(
            component, none, none, (), f"{component.title}: {' and '.join(lacking)} not available."
        )
    chosen, without = _chosen(component, known)
    made_of = tuple(each.bars for each in chosen.values())
    values = component.measure(chosen).dropna()
    if len(values) < FEWEST:
        why = f"{component.title}: {len(values)} of {FEWEST} observations."
        return Standing(component, values, none, made_of, why)
    return Standing(component, values, percentiles(values, FEWEST), made_of, None, without)


def _chosen(component: Component, known: Known) -> tuple[dict[str, Daily], tuple[str, ...]]:
    """The series a component is made of by its own keys, and the flag of prices where dividends are paid."""
    if not component.earned:
        return {key: known[key] for key in component.keys}, ()
    found = earned({key: each.bars for key, each in known.items()}, component.keys)
    return {key: known[bars.key] for key, bars in found.series.items()}, found.flags


def kept_out(standings: Iterable[Standing]) -> list[Bars]:
    """The bars, each once, of components that do not count: a close that they lack may be why."""
    return list({bars.key: bars for each in standings if each.why for bars in each.made_of}.values())


def flags_of(standings: Iterable[Standing]) -> tuple[str, ...]:
    """What marks a number made of several measures: what marks any of them."""
    return tuple(dict.fromkeys(flag for each in standings for flag in each.flags))


# Measures


def _quotient(known: Known, fund: str, against: str) -> pd.Series:
    return ratio(known[fund].prices, known[against].prices)


def _below_high(values: pd.Series, window: int) -> pd.Series:
    """How far under the highest of the last ``window`` values, or of all loaded while there are fewer."""
    return 1 - values / values.rolling(window, min_periods=1).max()


def level(key: str) -> Callable[[Known], pd.Series]:
    """The value itself."""
    return lambda known: known[key].closes


def below_high(key: str, window: int) -> Callable[[Known], pd.Series]:
    """How far the price stands under its high."""
    return lambda known: _below_high(known[key].prices, window)


def ratio_below_high(fund: str, against: str, window: int) -> Callable[[Known], pd.Series]:
    """How far the ratio of two prices stands under its high."""
    return lambda known: _below_high(_quotient(known, fund, against), window)


def lost_excess(fund: str, against: str, window: int) -> Callable[[Known], pd.Series]:
    """How much one price fell behind another over a window."""
    return lambda known: -excess_returns(_quotient(known, fund, against), window)


def quotient(fund: str, against: str) -> Callable[[Known], pd.Series]:
    """The ratio of two prices."""
    return lambda known: _quotient(known, fund, against)


def volatility(key: str, window: int) -> Callable[[Known], pd.Series]:
    """Realised volatility of closes, on the year of its own market."""

    def measure(known: Known) -> pd.Series:
        periods = known[key].bars.instrument.calendar.periods_per_year
        return rolling_volatility(known[key].prices, window, periods)

    return measure


def under_average(key: str, window: int) -> Callable[[Known], pd.Series]:
    """How far the price stands under its moving average."""

    def measure(known: Known) -> pd.Series:
        prices = known[key].prices
        return 1 - prices / moving_average(prices, window)

    return measure


def move(key: str, window: int, sign: int) -> Callable[[Known], pd.Series]:
    """The log move over a window, times ``sign``."""

    def measure(known: Known) -> pd.Series:
        logs: pd.Series = np.log(known[key].prices)
        return sign * logs.diff(window)

    return measure


def share_under_average(keys: tuple[str, ...], window: int) -> Callable[[Known], pd.Series]:
    """The share of prices that stand under their own moving average, on days all have."""

    def measure(known: Known) -> pd.Series:
        columns = {}
        for key in keys:
            prices = known[key].prices
            average = moving_average(prices, window)
            columns[key] = (prices < average).astype(float).where(average.notna() & prices.notna())
        return pd.concat(columns, axis=1, join="inner").mean(axis=1, skipna=False)

    return measure


def _log_moves(known: Known, keys: tuple[str, ...]) -> pd.DataFrame:
    prices = pd.concat([known[key].prices for key in keys], axis=1, join="inner")
    return prices.apply(np.log).diff().iloc[1:]


def average_correlation(keys: tuple[str, ...], window: int) -> Callable[[Known], pd.Series]:
    """The average correlation of all pairs."""
    return lambda known: rolling_average_pairwise(_log_moves(known, keys), window)


def mean_turbulence(keys: tuple[str, ...], window: int) -> Callable[[Known], pd.Series]:
    """The mean turbulence of the last days."""
    return lambda known: turbulences(_log_moves(known, keys))["turbulence"].rolling(window).mean()


def mean_funding(key: str, days: int) -> Callable[[Known], pd.Series]:
    """The mean funding rate of the last days, turned round: negative funding is stress."""

    def measure(known: Known) -> pd.Series:
        daily = known[key].closes.groupby(level=0).mean()
        return -daily.rolling(days).mean()

    return measure


def volume_multiple(key: str, window: int) -> Callable[[Known], pd.Series]:
    """Dollar volume over the median of the days before; a day in progress has none."""

    def measure(known: Known) -> pd.Series:
        bars = known[key].bars.finished
        traded = dollar_volume(bars.frame).set_axis(known[key].closes.index[: len(bars)])
        usual = traded.rolling(window, min_periods=enough(window)).median()
        usual.iloc[: window - 1] = np.nan
        before = usual.shift()
        return traded / before.where(before > 0)

    return measure


# Blocks


@dataclass(frozen=True, slots=True)
class Block:
    """Components that measure one thing, and what the block weighs in the score."""

    key: str
    title: str
    weight: float
    components: tuple[Component, ...]
    usual_change: float = 0.0  # points by which the score moves, on average, when the block is missing


CRYPTO_COMPONENTS = (
    Component(
        "btc_volatility", "Bitcoin, 30-day volatility", 0.25, ("BTC",), volatility("BTC", CRYPTO_MONTH)
    ),
    Component(
        "btc_drawdown", "Bitcoin, below its high of a year", 0.25, ("BTC",), below_high("BTC", CRYPTO_YEAR)
    ),
    Component("btc_week", "Bitcoin, fall over 7 days", 0.20, ("BTC",), move("BTC", CRYPTO_WEEK, -1)),
    Component(
        "btc_funding", "Funding, 7-day mean", 0.15, ("BTC_FUNDING",), mean_funding("BTC_FUNDING", CRYPTO_WEEK)
    ),
    Component(
        "btc_volume", "Bitcoin, dollar volume multiple", 0.15, ("BTC",), volume_multiple("BTC", CRYPTO_MONTH)
    ),
)
BLOCKS = (
    Block(
        "volatility",
        "Volatility",
        0.25,
        (
            Component("vix", "VIX", 0.50, ("VIX",), level("VIX")),
            Component(
                "vix_term", "VIX against three months", 0.25, ("VIX", "VIX3M"), quotient("VIX", "VIX3M")
            ),
            Component(
                "nasdaq_volatility", "Nasdaq, 20-day volatility", 0.25, ("IXIC",), volatility("IXIC", MONTH)
            ),
        ),
        3.7,
    ),
    Block(
        "equity",
        "Equities",
        0.20,
        (
            Component(
                "nasdaq_drawdown",
                "Nasdaq, below its high of a year",
                0.50,
                ("IXIC",),
                below_high("IXIC", YEAR),
            ),
            Component(
                "sp_average", "S&P 500, under its 125-day mean", 0.25, ("GSPC",), under_average("GSPC", 125)
            ),
            Component(
                "breadth", "Sectors under their 50-day mean", 0.25, BREADTH, share_under_average(BREADTH, 50)
            ),
        ),
        2.5,
    ),
    Block(
        "credit",
        "Credit",
        0.20,
        (
            Component(
                "credit_drawdown",
                "HYG/IEF, below its high of a year",
                0.60,
                ("HYG", "IEF"),
                ratio_below_high("HYG", "IEF", YEAR),
                earned=True,
            ),
            Component(
                "credit_excess",
                "HYG behind IEF over 20 days",
                0.40,
                ("HYG", "IEF"),
                lost_excess("HYG", "IEF", MONTH),
                earned=True,
            ),
        ),
        3.5,
    ),
    Block(
        "havens",
        "Havens and dollar",
        0.10,
        (
            Component(
                "stocks_to_bonds",
                "Stocks against Treasuries, below their 60-day high",
                0.70,
                ("GSPC", "TLT"),
                ratio_below_high("GSPC", "TLT", QUARTER),
                earned=True,
            ),
            Component("dollar", "Dollar, 20-day move", 0.30, ("DXY",), move("DXY", MONTH, 1)),
        ),
        1.3,
    ),
    Block(
        "co-movement",
        "Moving together",
        0.10,
        (
            Component(
                "average_correlation",
                "Sectors, average correlation of 60 days",
                0.50,
                SECTORS,
                average_correlation(SECTORS, QUARTER),
            ),
            Component(
                "turbulence", "Sectors, turbulence of 5 days", 0.50, SECTORS, mean_turbulence(SECTORS, 5)
            ),
        ),
        1.3,
    ),
    Block("crypto", "Crypto", 0.15, CRYPTO_COMPONENTS, 2.1),
)
