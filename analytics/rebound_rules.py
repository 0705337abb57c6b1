"""The twelve rules of the rebound scoreboard: published elsewhere, frozen here, and what each is worth."""

from dataclasses import dataclass

from market.definitions import Definition

EVERY, EXCHANGE, CRYPTO = "every asset", "exchange", "crypto"
CLOSES = "Finished closes since the low: New York sessions, or UTC days for crypto."


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what passes it, in words; which assets it is for; its source; what it has been worth."""

    key: str
    title: str
    threshold: str
    unit: str
    scope: str
    formula: str
    source: str
    note: str

    @property
    def definition(self) -> Definition:
        """The rule's entry on the Methods page."""
        gaps = (
            "Unknown where a series it needs is not there, or a missing close could decide it; not yet where "
            "its day has not come: a test counts only where it could both pass and fail."
        )
        formula = f"{self.formula} Passes: {self.threshold}. {self.note}"
        return Definition(self.key, self.title, formula, CLOSES, gaps, self.source, "Rebound")


RULES = (
    Rule(
        "rebound_undercut",
        "No new low",
        "no close under the low",
        "percent",
        EVERY,
        "Lowest close since the low / the low − 1, once a bounce has confirmed the low.",
        "Dow theory; O’Neil’s rally attempt.",
        "18% of Nasdaq bounces are undercut within 5 sessions.",
    ),
    Rule(
        "rebound_retracement",
        "Half of the fall regained",
        "at least 50%",
        "percent",
        EVERY,
        "(Price − low) / (high − low).",
        "Convention.",
        "The strongest of the twelve: later new lows in 62% of bounces under 38.2, 41, 29 and 19% above "
        "61.8; luck alone gives 68, 56, 56 and 48%.",
    ),
    Rule(
        "rebound_follow_through",
        "Follow-through day",
        "+1.25% on more volume, from day 4",
        "percent",
        EXCHANGE,
        "Best one-day gain from the 4th session after the low, on more volume than the day before; judged "
        "from day 10, when its absence is a failure.",
        "O’Neil, Investor’s Business Daily.",
        "No discrimination: 36% failed with one, 41% without.",
    ),
    Rule(
        "rebound_breadth",
        "Breadth thrust",
        "from under 40 to over 61.5% in 10 sessions",
        "percent",
        EXCHANGE,
        "10-session exponential mean of the share of issues that rose. Six sector funds stand in for the "
        "exchange’s advances and declines, which have no free source. Judged from day 10 after the low.",
        "Zweig (1986).",
        "A proxy of six funds: coarser than the published signal.",
    ),
    Rule(
        "rebound_volume",
        "Volume on rising days",
        "at least 60%",
        "percent",
        EVERY,
        "Volume of rising days since the low / all volume since the low, from day 3.",
        "Lowry; Granville.",
        "Descriptive.",
    ),
    Rule(
        "rebound_trend",
        "Above its averages",
        "above the 50- and the 200-day mean",
        "percent",
        EVERY,
        "Close / 50-day mean − 1, and the same for 200 days.",
        "Faber (2007).",
        "31% of bounces above the 50-day mean failed, 59% below; luck alone gives 58 and 66%.",
    ),
    Rule(
        "rebound_volatility",
        "Volatility calmed",
        "VIX at most 75% of its peak, VIX/VIX3M under 0.95 for 3 closes",
        "percent",
        EXCHANGE,
        "VIX / its highest close since the high of the fall, and VIX / VIX3M over 3 closes since the low.",
        "Term structure of Cboe.",
        "Weak: 28 against 40% failed, on 49 bounces.",
    ),
    Rule(
        "rebound_credit",
        "Credit agrees",
        "HYG/IEF above its value at the low, and up over 5 sessions",
        "percent",
        EXCHANGE,
        "HYG/IEF now / HYG/IEF at the low − 1, of total returns where they are known.",
        "Own definition.",
        "33 against 60% failed, on 5 bounces: too few.",
    ),
    Rule(
        "rebound_funding",
        "Funding turned positive",
        "above zero for 6 prints after a negative one, open interest not up over 10%",
        "percent per 8 h",
        CRYPTO,
        "The last funding rate; 6 prints since the low.",
        "Own definition.",
        "No history before 2019.",
    ),
    Rule(
        "rebound_flows",
        "ETF money returned",
        "5-day sum above zero, and 3 of 5 days",
        "million USD",
        CRYPTO,
        "Net flow of the last five published days, all of them since the low.",
        "Own definition.",
        "Since 2024 only.",
    ),
    Rule(
        "rebound_zone",
        "Zone held",
        "three closes in a row at or over the zone’s lower price, one of them over its upper",
        "percent",
        CRYPTO,
        "The highest of the last three closes / the zone’s upper price − 1, all three since the low.",
        "Own definition.",
        "No edge over shuffled prices.",
    ),
    Rule(
        "rebound_macro",
        "Macro wind",
        "cuts priced for December down by at most 10 bp, dollar under its 80th percentile",
        "percentile",
        EVERY,
        "Percentile of the dollar’s 20-session move; how many basis points the fed-funds future of December "
        "closes higher than at the low.",
        "Own definition.",
        "Not tested on its own.",
    ),
)
