import numpy as np
import pytest
from scipy import stats

from analytics import quantiles


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 30, 58, 250, 5000, 2.5])
@pytest.mark.parametrize("probability", [1e-6, 0.025, 0.05, 0.3, 0.5, 0.7, 0.95, 0.975, 0.9999])
def test_student_t_agrees_with_scipy(probability: float, freedom: float):
    found = quantiles.student_t_quantile(probability, freedom)
    assert found == pytest.approx(stats.t.ppf(probability, freedom), rel=1e-10, abs=1e-12)
    assert quantiles.student_t_cdf(found, freedom) == pytest.approx(probability, rel=1e-9)


@pytest.mark.parametrize(("probability", "freedom"), [(0, 5), (1, 5), (0.5, 0), (float("nan"), 5)])
def test_a_quantile_needs_sense(probability: float, freedom: float):
    with pytest.raises(ValueError, match="probability"):
        quantiles.student_t_quantile(probability, freedom)


def test_normal_quantiles():
    assert quantiles.two_sided(0.95) == pytest.approx(1.959964, abs=1e-6)
    assert quantiles.normal_quantile(0.75) == pytest.approx(stats.norm.ppf(0.75))
    p = quantiles.two_sided_p(np.array([[0.0, 1.96], [np.nan, -3.0]]))
    np.testing.assert_allclose(p, [[1, 0.0499958], [np.nan, 0.0026998]], atol=1e-6)


@pytest.mark.parametrize("level", [0.0, 0.1, 1e9 / 3, -1e-7])
def test_rounding_is_not_variance(level: float):
    assert not quantiles.varies(np.full(90, level))
    assert quantiles.varies(np.array([level] * 89 + [level + 1e-6 * max(abs(level), 1)]))


def test_a_single_value_does_not_vary():
    assert not quantiles.varies(np.array([1.0]))


@pytest.mark.parametrize("size", [1, 2, 20])
def test_rows_vary_as_each_of_them_does(size: int):
    rows = np.random.default_rng(4).normal(size=(30, size)) * 10.0 ** np.arange(30)[:, None]
    rows[::3] = 0.1
    assert quantiles.rows_vary(rows).tolist() == [quantiles.varies(row) for row in rows]


def test_a_share_has_wilson_s_interval():
    assert quantiles.wilson_interval(12, 20) == pytest.approx((0.418556, 0.757613), abs=1e-6)
    with pytest.raises(ValueError, match="observations"):
        quantiles.wilson_interval(0, 0)


def test_the_middle_of_student_s_t_is_a_half():
    assert quantiles.student_t_cdf(0, 5) == 0.5
    assert quantiles.student_t_cdf(1e-200, 5) == 0.5
    assert quantiles.student_t_cdf(1e200, 5) == 1
