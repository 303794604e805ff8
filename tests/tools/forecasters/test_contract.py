"""Every forecaster there is keeps the promises of the protocol."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from fks_agents.deps import Forecaster
from fks_agents.errors import DataError, ModelError, UsageError
from tests.tools.forecasters.conftest import Walk
from tools import forecasters

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
CLOSED_FORM = ("drift", "ewma", "random_walk")
"""Those that fit nothing and are cheap enough for many random inputs."""

every_forecaster = pytest.mark.parametrize("name", forecasters.names())


@every_forecaster
@pytest.mark.parametrize("horizon", [1, 7])
@pytest.mark.parametrize("levels", [(0.5,), LEVELS])
def test_quantiles_are_rising_positive_prices(name: str, horizon: int, levels: tuple[float, ...], walk: Walk) -> None:
    path = forecasters.get(name)(walk(1, 400), horizon, levels)
    assert path.shape == (horizon, len(levels))
    assert path.dtype == np.float64
    assert np.all(np.isfinite(path) & (path > 0))
    assert np.all(np.diff(path, axis=1) > 0)


@every_forecaster
def test_the_same_closes_give_the_same_bytes(name: str, walk: Walk) -> None:
    forecast, closes = forecasters.get(name), walk(2, 400)
    assert forecast(closes, 5, LEVELS).tobytes() == forecast(tuple(closes), 5, LEVELS).tobytes()


@every_forecaster
@pytest.mark.parametrize("unit", [0.001, 1 / 3, 7.0, 65_000.0])
def test_the_unit_of_the_price_does_not_matter(name: str, unit: float, walk: Walk) -> None:
    forecast, closes = forecasters.get(name), walk(3, 400)
    scaled = forecast([unit * close for close in closes], 5, LEVELS)
    np.testing.assert_allclose(scaled, unit * forecast(closes, 5, LEVELS), rtol=1e-9, atol=0)


@every_forecaster
def test_a_longer_horizon_says_the_same_about_the_first_steps(name: str, walk: Walk) -> None:
    forecast, closes = forecasters.get(name), walk(4, 400)
    assert forecast(closes, 9, LEVELS)[:4].tobytes() == forecast(closes, 4, LEVELS).tobytes()


@every_forecaster
def test_closes_are_left_as_they_were(name: str, walk: Walk) -> None:
    closes = walk(5, 400)
    forecasters.get(name)(closes, 5, LEVELS)
    assert closes == walk(5, 400)


@every_forecaster
@pytest.mark.parametrize("wrong", [0.0, -3.0, nan, inf])
def test_a_close_that_is_no_price_is_refused(name: str, wrong: float, walk: Walk) -> None:
    closes = walk(6, 400)
    closes[17] = wrong
    with pytest.raises(DataError, match=f"row 17: close must be a finite price above zero, was {wrong}"):
        forecasters.get(name)(closes, 5, LEVELS)


@every_forecaster
@pytest.mark.parametrize("count", [0, 1, 20])
def test_too_few_closes_are_refused_with_the_number_needed(name: str, count: int, walk: Walk) -> None:
    with pytest.raises(DataError, match=rf"expected at least [0-9]+ closes, was {count}"):
        forecasters.get(name)(walk(7, 400)[:count], 5, LEVELS)


@every_forecaster
@pytest.mark.parametrize("levels", [(), (0.0, 0.5), (0.5, 1.0), (0.9, 0.1), (0.5, 0.5), (nan,)])
def test_levels_that_do_not_rise_inside_zero_and_one_are_refused(
    name: str, levels: tuple[float, ...], walk: Walk
) -> None:
    with pytest.raises(UsageError, match="levels must rise strictly between 0 and 1"):
        forecasters.get(name)(walk(8, 400), 5, levels)


@every_forecaster
@pytest.mark.parametrize("horizon", [0, -1])
def test_a_horizon_of_no_bars_is_refused(name: str, horizon: int, walk: Walk) -> None:
    with pytest.raises(UsageError, match=f"horizon must be at least 1 bar, was {horizon}"):
        forecasters.get(name)(walk(9, 400), horizon, LEVELS)


@pytest.mark.parametrize("name", CLOSED_FORM)
@given(
    moves=st.lists(st.floats(min_value=-0.2, max_value=0.2), min_size=20, max_size=80),
    start=st.floats(min_value=1e-6, max_value=1e6),
    horizon=st.integers(min_value=1, max_value=30),
)
@settings(max_examples=50, deadline=None)
def test_promises_hold_on_random_closes(name: str, moves: list[float], start: float, horizon: int) -> None:
    forecast = forecasters.get(name)
    closes: list[float] = (start * np.exp(np.concatenate(([0.0], np.cumsum(moves))))).tolist()
    path = forecast(closes, horizon, LEVELS)
    assert path.shape == (horizon, len(LEVELS))
    assert np.all(np.isfinite(path) & (path > 0))
    assert np.all(np.diff(path, axis=1) >= 0)
    assert path.tobytes() == forecast(closes, horizon, LEVELS).tobytes()
    np.testing.assert_allclose(forecast([3 * close for close in closes], horizon, LEVELS), 3 * path, rtol=1e-9)


@every_forecaster
def test_prices_beyond_numbers_are_a_model_error(name: str) -> None:
    with pytest.raises(ModelError, match=f"{name}: expected finite prices above zero"):
        forecasters.get(name)([1e-300] * 100 + [1e300] * 100, 20, LEVELS)


@pytest.mark.parametrize("name", CLOSED_FORM)
def test_a_price_that_never_moved_is_forecast_to_stay(name: str) -> None:
    assert np.all(forecasters.get(name)([50.0] * 30, 3, LEVELS) == 50.0)


def test_the_cheap_ones_are_all_here() -> None:
    known: dict[str, Forecaster] = {name: forecasters.get(name) for name in CLOSED_FORM}
    assert set(known) <= set(forecasters.names())


def test_an_unknown_forecaster_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"unknown forecaster 'oracle'; expected one of .*ewma.*random_walk"):
        forecasters.get("oracle")
