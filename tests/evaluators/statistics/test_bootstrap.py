from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from evaluators.statistics import UndefinedError, block_length, interval, ratios
from evaluators.statistics.bootstrap import resampled
from fks_agents.errors import DataError, UsageError


def mean(values: NDArray[np.float64]) -> float:
    return float(np.mean(values))


def autoregressive(seed: int, count: int = 250, memory: float = 0.6) -> NDArray[np.float64]:
    noise, out = np.random.default_rng(seed).normal(size=count + 50), [0.0]
    for shock in noise:
        out.append(memory * out[-1] + shock)
    return np.array(out[51:])


def test_blocks_go_on_from_row_to_row_as_long_as_they_should() -> None:
    rows = np.array(list(resampled(200, 5.0, 500, np.random.default_rng(1))))
    assert rows.shape == (500, 200)
    goes_on = (np.diff(rows, axis=1) % 200 == 1).mean()
    assert goes_on == pytest.approx(1 - 1 / 5 + 1 / 5 / 200, abs=0.005)
    counts = np.bincount(rows.ravel(), minlength=200)  # every row is as likely
    assert counts.min() > 300
    assert counts.max() < 700


def test_blocks_of_one_are_single_draws() -> None:
    rows = np.array(list(resampled(50, 1.0, 200, np.random.default_rng(1))))
    assert (np.diff(rows, axis=1) % 50 == 1).mean() == pytest.approx(1 / 50, abs=0.01)


def test_the_spread_of_means_is_archs() -> None:
    from arch.bootstrap import StationaryBootstrap

    series = autoregressive(3)
    theirs = StationaryBootstrap(12, series, seed=1).apply(np.mean, 2000).std()
    ours = np.std([mean(series[rows]) for rows in resampled(len(series), 12.0, 2000, np.random.default_rng(2))])
    assert ours == pytest.approx(theirs, rel=0.1)


def test_blocks_hold_the_truth_where_single_draws_do_not() -> None:
    # The mean of 250 values with memory 0.6 is twice as uncertain as of independent ones: 95 % would hold 67 %.
    def held(block: float | None) -> float:
        found = [interval(autoregressive(seed), mean, seed=seed, draws=200, block=block) for seed in range(150)]
        return float(np.mean([each.low <= 0.0 <= each.high for each in found if each.low is not None and each.high]))

    assert held(None) > 0.86
    assert held(1.0) < 0.78


def test_block_length_follows_the_memory_of_the_series() -> None:
    assert block_length(autoregressive(1, memory=0.9)) > block_length(autoregressive(1, memory=0.3)) >= 1.0
    assert block_length(np.ones(100)) == 1.0
    assert block_length(np.arange(10.0)) == 1.0


def test_the_same_seed_gives_the_same_interval() -> None:
    series = autoregressive(4)
    first, again, other = (interval(series, ratios.sharpe, seed=seed, draws=200) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert first.value == ratios.sharpe(series)


def test_any_metric_has_an_interval() -> None:
    returns = autoregressive(5) / 100.0
    found = interval(returns, lambda drawn: ratios.drawdown(ratios.growth(drawn)).depth, seed=1, draws=200)
    assert found.low is not None
    assert found.high is not None
    assert 0.0 < found.low < found.high < 1.0


def test_a_statistic_without_a_value_has_no_interval_but_a_reason() -> None:
    found = interval(np.ones(30), ratios.sharpe, seed=1, draws=100)
    assert (found.value, found.low, found.reason) == (None, None, "returns do not vary")

    def rare(values: NDArray[np.float64]) -> float:
        if not np.any(values < 0):
            raise UndefinedError("no loss")
        return 1.0

    lone = interval(np.array([-1.0, *[1.0] * 29]), rare, seed=1, draws=200)
    assert (lone.value, lone.low, lone.high) == (1.0, None, None)
    assert lone.reason is not None
    assert lone.reason.endswith("of 200 draws: no loss")


def test_arguments_out_of_range_are_refused() -> None:
    with pytest.raises(UsageError, match="draws: expected at least 100, was 10"):
        interval(np.ones(30), mean, seed=1, draws=10)
    with pytest.raises(UsageError, match="confidence"):
        interval(np.ones(30), mean, seed=1, confidence=1.0)
    with pytest.raises(DataError, match="values: expected at least 1 values, was 0"):
        interval([], mean, seed=1)
    with pytest.raises(UsageError, match="block"):
        interval(np.ones(30), mean, seed=1, block=0.5)
