"""What the crypto page says in words."""

from datetime import UTC, datetime, timedelta

from analytics.crypto import coin_falls
from app.present.crypto import beta_table, mood_chart, mood_tile, say_coins
from app.present.drawing import Drawing
from components.page.numbers import Number
from data_sources.assembly import assemble
from data_sources.settings import Mode, Settings
from market import catalogue
from tests.analytics.bars import series
from tests.analytics.recorded import recording


def test_coins_are_counted_without_bitcoin_as_in_the_claims() -> None:
    known = recording("2026-02-07")
    coins = [known[each.key] for each in catalogue.load().group("crypto") if each.key in known]
    inside = round((coin_falls([coin for coin in coins if coin.key != "BTC"]).in_band.value or 0) * 8 / 100)
    parts = say_coins(coins)
    said = "".join(map(str, parts))
    assert "Shaded: −65% to −85%, " in said
    assert f"{inside} of 8 coins but Bitcoin lie there." in said
    assert [part.envelope.formula for part in parts if isinstance(part, Number)] == [
        "coins_in_band",
        "coins_median",
    ]
    assert say_coins([]) == "No coin has prices."


def test_a_low_of_few_days_says_of_how_many() -> None:
    assert "first value" in str(mood_tile(series("FNG", [20.0])).about)
    assert str(mood_tile(series("FNG", [20.0, 30.0])).about) == "lowest of 2 days: 20"
    assert str(mood_tile(series("FNG", [20.0] * 30)).about) == "30-day low 20"


def test_a_side_of_beta_that_was_not_measured_counts_nothing() -> None:
    short = [100.0 + n % 5 for n in range(30)]
    table = str(beta_table(series("BTC", short), series("IXIC", short), ()))
    assert "(n " not in table


def test_the_mood_of_a_day_is_drawn_on_that_day() -> None:
    moment = datetime(2026, 2, 7, 15, 30, tzinfo=UTC)
    fear = assemble(Settings(Mode.RECORDED)).feed().as_of(moment).bars("FNG")
    drawn = mood_chart(fear, moment - timedelta(days=30), False)
    assert isinstance(drawn, Drawing)
    newest = drawn.figure.data[0]
    assert (newest.x[-1], float(newest.y[-1])) == ("2026-02-07", fear.last)
    assert mood_tile(fear).when == "Sat"
