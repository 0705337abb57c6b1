"""The names people know the sources by."""

from data_sources.live import live
from market import catalogue
from market.publishers import PUBLISHERS, publisher


def test_every_source_of_the_catalogue_has_a_name():
    sources = {listing.source for each in catalogue.load() for listing in each.listings}
    assert sources <= set(PUBLISHERS)


def test_every_provider_has_a_name(tmp_path):
    assert set(live(tmp_path, catalogue.load()["BTC"]).sources) <= set(PUBLISHERS)


def test_a_name_stays_as_it_is():
    assert publisher("Nasdaq (own calculation)") == "Nasdaq (own calculation)"


def test_one_publisher_of_two_sources_is_named_once():
    assert publisher("yahoo and yahoo_adjusted and fred") == "Yahoo Finance and FRED"


def test_keys_inside_a_phrase_are_named():
    assert publisher("yahoo, open bar from kraken and fred") == "Yahoo Finance, open bar from Kraken and FRED"
    assert publisher("investigate") == "investigate"


def test_three_or_more_are_listed_as_people_do():
    assert publisher("Cboe and Nasdaq and ICE") == "Cboe, Nasdaq and ICE"
    assert publisher("Cboe and kraken, open bar from yahoo and ICE") == (
        "Cboe, Kraken (open bar from Yahoo Finance) and ICE"
    )
    assert publisher(publisher("Cboe and Nasdaq and ICE")) == "Cboe, Nasdaq and ICE"
