"""Keys as people write them: which instrument is meant, or may have been."""

import re
from difflib import get_close_matches

from market.catalogue import Catalogue
from market.fed import LETTERS, contract
from market.instruments import GAUGES, Instrument

CLOSE_ENOUGH = 0.7
LONGEST = 24
CONTRACT = re.compile(rf"ZQ([{LETTERS}])(\d\d)")


class Keys:
    """The instruments of a catalogue, found by what people call them."""

    def __init__(self, known: Catalogue) -> None:
        self._known = known
        self._by_case = {each.key.casefold(): each for each in known.everything()}
        self._by_symbol = _symbols(known)
        self._by_name: dict[str, str] = {}
        for each in known:
            symbols = [listing.symbol for listing in each.listings if is_named_by_symbols(each)]
            for name in (each.key, each.short, each.name, *symbols):
                self._by_name.setdefault(name.casefold(), each.key)

    def find(self, written: str) -> Instrument | None:
        """The instrument that ``written`` names: its key in any case, or a symbol that one provider gives to
        it alone (`^IXIC`, `DGS10`, `BTC/USD`); None where it names none.
        """
        name = written.strip()
        if name in self._known:
            return self._known[name]
        if month := CONTRACT.fullmatch(name.upper()):
            return contract((2000 + int(month[2]), LETTERS.index(month[1]) + 1))
        return self._by_case.get(name.casefold()) or self._by_symbol.get(name.casefold())

    def nearest(self, written: str) -> str | None:
        """The key that ``written`` may have been meant to be; None where nothing is near."""
        near = get_close_matches(written.strip().casefold()[:LONGEST], self._by_name, 1, CLOSE_ENOUGH)
        return self._by_name[near[0]] if near else None

    def say_unknown(self, written: str) -> str:
        """``written``, cut where it is long, with the question whether another key was meant."""
        near = self.nearest(written)
        said = written if len(written) <= LONGEST else f"{written[:LONGEST]}…"
        return f"{said} (did you mean {near}?)" if near else said


def _symbols(known: Catalogue) -> dict[str, Instrument]:
    """The instruments by the symbols that belong to one of them only."""
    found: dict[str, set[str]] = {}
    for each in known:
        for listing in each.listings if is_named_by_symbols(each) else ():
            found.setdefault(listing.symbol.casefold(), set()).add(each.key)
    return {symbol: known[min(keys)] for symbol, keys in found.items() if len(keys) == 1}


def is_named_by_symbols(instrument: Instrument) -> bool:
    """Whether a provider's symbol stands for the series itself: that of a perpetual is no name of its
    funding.
    """
    return not instrument.flow or instrument.group == GAUGES
