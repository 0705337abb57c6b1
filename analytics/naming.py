"""What a sentence calls an instrument of which no bars are here to say it."""

from collections.abc import Iterable

from market import catalogue


def name_of(key: str) -> str:
    """The name of an instrument of the catalogue; a key that is not there stays as it is."""
    known = catalogue.load()
    return known[key].name if key in known else key


def no_prices(keys: Iterable[str]) -> str:
    """The sentence that nothing is known of these instruments."""
    return f"There are no prices of {' and '.join(name_of(key) for key in keys)}."
