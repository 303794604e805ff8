"""GARCH, ETS and theta: what they add to the closed forms, and how they fail."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from fks_agents.errors import ConfigError, ModelError
from tests.tools.forecasters.conftest import Walk
from tools import forecasters
from tools.forecasters.garch import garch

OPTIONAL = ("auto_ets", "auto_theta")
LEVELS = (0.1, 0.5, 0.9)


def _spread(name: str, closes: list[float], step: int) -> float:
    path = forecasters.get(name)(closes, 10, LEVELS)
    return float(np.log(path[step - 1, 2] / path[step - 1, 0]))


def test_garch_finds_the_volatility_it_was_drawn_from() -> None:
    # v = 0.05 + 0.10 e² + 0.85 v in percent², so 1 % a bar in the long run; the draw ends in a loud stretch.
    random = np.random.default_rng(12)
    variance, moves, variances = 1.0, [], []
    for shock in random.normal(size=4000):
        variances.append(variance)
        moves.append(np.sqrt(variance) * shock)
        variance = 0.05 + 0.10 * moves[-1] ** 2 + 0.85 * variance
    closes = (100 * np.exp(np.cumsum(moves) / 100)).tolist()
    # Next bar's deviation is the root of `variance`, which the process kept to itself.
    z = 2 * 1.2815515655446004
    assert _spread("garch", closes, 1) == pytest.approx(z * np.sqrt(variance) / 100, rel=0.1)


def test_garch_widens_after_a_shock_and_the_random_walk_hardly_does() -> None:
    moves = np.random.default_rng(13).normal(0.0, 0.005, 1000)
    for start in range(100, 1000, 200):
        moves[start : start + 30] *= 4
    quiet = (100 * np.exp(np.cumsum(moves[:900]))).tolist()
    loud = (100 * np.exp(np.cumsum(moves[:930]))).tolist()
    assert _spread("garch", loud, 1) > 1.5 * _spread("garch", quiet, 1)
    assert _spread("random_walk", loud, 1) < 1.1 * _spread("random_walk", quiet, 1)


def test_garch_that_does_not_converge_is_a_model_error(walk: Walk) -> None:
    with pytest.raises(ModelError, match=r"GARCH\(1,1\) did not converge on 399 returns: Iteration limit reached"):
        garch(iterations=1)(walk(14, 400), 5, LEVELS)


def test_garch_of_a_price_that_never_moved_is_a_model_error() -> None:
    with pytest.raises(ModelError, match="never moved"):
        forecasters.get("garch")([50.0] * 200, 5, LEVELS)


@pytest.mark.parametrize("name", OPTIONAL)
def test_on_a_random_walk_the_fitted_ones_come_near_the_naive_one(name: str, walk: Walk) -> None:
    closes = walk(15, 600)
    path = forecasters.get(name)(closes, 10, LEVELS)
    naive = forecasters.get("random_walk")(closes, 10, LEVELS)
    np.testing.assert_allclose(path, naive, rtol=0.02)


@pytest.mark.parametrize("name", OPTIONAL)
def test_the_fitted_ones_stay_where_a_mean_is_returned_to(name: str) -> None:
    # Noise around 100: smoothing finds the level, and the doubt about it hardly grows with time.
    noise = np.random.default_rng(16).normal(0.0, 0.02, 400)
    closes = (100 * np.exp(noise)).tolist()
    path = forecasters.get(name)(closes, 10, LEVELS)
    assert path[9, 1] == pytest.approx(100, rel=0.01)
    assert _spread(name, closes, 10) < 1.2 * _spread(name, closes, 1)
    assert _spread("random_walk", closes, 10) > 3 * _spread("random_walk", closes, 1)


@pytest.mark.parametrize("name", OPTIONAL)
def test_a_price_that_never_moved_is_expected_to_stay(name: str) -> None:
    np.testing.assert_allclose(forecasters.get(name)([50.0] * 100, 3, LEVELS), 50.0, rtol=1e-9)


@pytest.mark.parametrize("name", OPTIONAL)
def test_a_missing_package_is_answered_with_the_extra(name: str, walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "statsforecast", None)
    with pytest.raises(ConfigError, match=r"pip install 'fks-agents\[forecast\]'"):
        forecasters.get(name)(walk(17, 100), 5, LEVELS)


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys; from tools import forecasters; [forecasters.get(n) for n in forecasters.names()];"
        "print([m for m in ('arch', 'statsforecast', 'pandas', 'scipy') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
