from hypothesis import given
from hypothesis import strategies as st

from data_sources.breaker import Breaker, BreakerState, Budget, Limits
from data_sources.errors import NoData, RateLimited, Refused, UnknownSymbol, Unreachable
from tests.fakes.prices import BITCOIN

SILENT = Unreachable(BITCOIN, "kraken", "timeout")
LIMITS = Limits(cool_down=30, longest_cool_down=300, rate_limit_cool_down=60)


def failing(times: int, breaker: Breaker, now: float = 0.0) -> Breaker:
    for _ in range(times):
        breaker.failed(now, SILENT)
    return breaker


def test_lets_calls_through_while_the_provider_answers():
    breaker = Breaker(LIMITS)
    breaker.answered(0)
    assert breaker.refusal(0) is None
    assert breaker.state(0) is BreakerState.CLOSED


def test_opens_after_five_failures_in_a_row():
    breaker = failing(4, Breaker(LIMITS))
    assert breaker.refusal(0) is None
    failing(1, breaker)
    reason, wait = breaker.refusal(1)
    assert (reason, wait) == (SILENT, 29)


def test_an_answer_between_failures_starts_the_count_again():
    breaker = failing(4, Breaker(LIMITS))
    breaker.answered(0)
    failing(4, breaker)
    assert breaker.state(0) is BreakerState.CLOSED


def test_opens_when_half_of_the_last_twenty_failed_within_a_minute():
    breaker = Breaker(LIMITS)
    for second in range(10):
        breaker.answered(second)
        breaker.failed(second, SILENT)
    assert breaker.state(10) is BreakerState.OPEN


def test_old_failures_do_not_count_towards_half():
    breaker = Breaker(LIMITS)
    for second in range(9):
        breaker.failed(second, SILENT)
        breaker.answered(second)
    breaker.answered(200)
    breaker.failed(200, SILENT)
    assert breaker.state(200) is BreakerState.CLOSED


def test_one_probe_goes_through_when_the_cool_down_has_passed():
    breaker = failing(5, Breaker(LIMITS))
    assert breaker.state(30) is BreakerState.PROBING
    assert breaker.refusal(30) is None
    reason, _ = breaker.refusal(30)
    assert reason is SILENT


def test_an_answered_probe_closes():
    breaker = failing(5, Breaker(LIMITS))
    breaker.refusal(30)
    breaker.answered(31)
    assert breaker.refusal(31) is None


def test_each_failed_probe_doubles_the_cool_down_up_to_the_longest():
    breaker = failing(5, Breaker(LIMITS))
    now, waits = 0.0, []
    for _ in range(6):
        now = breaker.open_until
        breaker.refusal(now)
        breaker.failed(now, SILENT)
        waits.append(breaker.open_until - now)
    assert waits == [60, 120, 240, 300, 300, 300]


def test_a_probe_that_never_comes_back_makes_room_for_another():
    breaker = failing(5, Breaker(LIMITS))
    assert breaker.refusal(30) is None
    assert breaker.refusal(30 + 2 * LIMITS.deadline) is None


def test_a_rate_limit_opens_at_once_for_as_long_as_the_provider_asks():
    breaker = Breaker(LIMITS)
    breaker.failed(0, RateLimited(BITCOIN, "kraken", retry_after=120))
    assert breaker.refusal(119.9) is not None
    assert breaker.refusal(120) is None


def test_rate_limits_in_a_row_double_our_own_minimum():
    breaker = Breaker(LIMITS)
    now, waits = 0.0, []
    for _ in range(4):
        breaker.failed(now, RateLimited(BITCOIN, "kraken", retry_after=5))
        waits.append(breaker.open_until - now)
        now = breaker.open_until
        breaker.refusal(now)
    assert waits == [60, 120, 240, 480]


def test_a_call_that_fails_late_does_not_shorten_what_a_provider_asked_for():
    breaker = Breaker(LIMITS)
    breaker.failed(0, RateLimited(BITCOIN, "kraken", retry_after=600))
    failing(5, breaker, now=1)
    assert breaker.open_until == 600


def test_calls_under_way_when_it_opened_make_it_neither_longer_nor_shorter():
    breaker = failing(5, Breaker(LIMITS))
    failing(4, breaker, now=1)
    breaker.answered(2)
    breaker.failed(3, NoData(BITCOIN, "kraken"))
    assert breaker.open_until == 30
    assert breaker.state(29) is BreakerState.OPEN


def test_an_answer_on_its_way_does_not_undo_what_a_provider_asked_for():
    breaker = Breaker(LIMITS)
    breaker.failed(0, RateLimited(BITCOIN, "yahoo", retry_after=120))
    breaker.answered(1)
    assert breaker.refusal(119) is not None


def test_rate_limits_told_at_once_count_once_and_the_longest_wish_counts():
    breaker = Breaker(LIMITS)
    for wish in (5, 90, 5, 5):
        breaker.failed(0, RateLimited(BITCOIN, "yahoo", retry_after=wish))
    assert breaker.open_until == 90


def test_a_refusal_told_while_it_is_open_for_less_lasts_a_day():
    breaker = failing(5, Breaker(LIMITS))
    breaker.failed(1, Refused(BITCOIN, "binance", "451"))
    reason, _ = breaker.refusal(3600)
    assert isinstance(reason, Refused)


def test_a_refusal_of_this_place_lasts_a_day():
    breaker = Breaker(LIMITS)
    breaker.failed(0, Refused(BITCOIN, "binance", "451"))
    reason, wait = breaker.refusal(3600)
    assert isinstance(reason, Refused)
    assert wait == 23 * 3600


def test_an_unknown_symbol_is_an_answer():
    breaker = Breaker(LIMITS)
    for _ in range(20):
        breaker.failed(0, UnknownSymbol(BITCOIN, "kraken"))
        breaker.failed(0, NoData(BITCOIN, "kraken"))
    assert breaker.state(0) is BreakerState.CLOSED


def test_the_budget_refills_by_the_minute():
    budget = Budget(60, now=0)
    budget.spend(0, 60)
    assert budget.wait(0, 1) == 1
    assert budget.wait(30, 1) == 0


def test_what_a_failure_cost_beyond_the_budget_is_paid_back_first():
    budget = Budget(60, now=0)
    budget.spend(0, 70)
    assert budget.wait(0, 1) == 11


@given(st.lists(st.tuples(st.floats(0, 5), st.booleans()), max_size=200))
def test_no_run_of_answers_spends_more_than_the_budget(asks):
    budget, now, spent = Budget(60, 0), 0.0, 0
    for pause, _ in asks:
        now += pause
        if not budget.wait(now, 1):
            budget.spend(now, 1)
            spent += 1
    assert spent <= 60 + now + 1e-6
