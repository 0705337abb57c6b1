import pytest

from market.trackers import is_tracker


@pytest.mark.parametrize(
    "name", ["utm_source", "UTM_ID", "fbclid", "gclid", "msclkid", "mc_cid", "_ga", "igshid"]
)
def test_what_mailers_and_networks_add_is_known(name: str) -> None:
    assert is_tracker(name)


@pytest.mark.parametrize("name", ["asof", "keys", "zone", "windw", "utm", "mcx", "", "market"])
def test_a_parameter_of_ours_or_a_mistyped_one_is_no_tracker(name: str) -> None:
    assert not is_tracker(name)
