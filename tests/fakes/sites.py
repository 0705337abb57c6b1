"""Every fake provider by host, told from one `World`.

A site is a function (path, query, mode) -> what is sent. Modes are faults of content; those of transport and
status are `Upstream`'s.
"""

from tests.fakes.offshore_venues import Binance, Okx
from tests.fakes.public import AlternativeMe, Etf, Fred, Ofr
from tests.fakes.upstream import Site
from tests.fakes.us_venues import Coinbase, Kraken
from tests.fakes.world import World
from tests.fakes.yahoo import Yahoo


def sites(world: World) -> dict[str, Site]:
    """Every provider by host."""
    yahoo, okx, binance = Yahoo(world), Okx(world), Binance(world)
    return {
        "fc.yahoo.com": yahoo.cookie,
        "query1.finance.yahoo.com": yahoo,
        "query2.finance.yahoo.com": yahoo,
        "guce.yahoo.com": yahoo.consent,
        "consent.yahoo.com": yahoo.consent,
        "fred.stlouisfed.org": Fred(world),
        "www.financialresearch.gov": Ofr(world),
        "api.alternative.me": AlternativeMe(world),
        "www.btcetfdata.com": Etf(world),
        "api.kraken.com": Kraken(world),
        "api.exchange.coinbase.com": Coinbase(world),
        "www.okx.com": okx,
        "api.binance.com": binance,
        "fapi.binance.com": binance,
    }
