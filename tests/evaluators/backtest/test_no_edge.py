"""Where there is no edge none is found, but for the share that chance allows; where there is one, it is."""

from __future__ import annotations

import numpy as np
import pytest

from evaluators.backtest import Strategy, Terms, load, run
from evaluators.statistics import Significance
from fks_agents.bars import Bars
from tests.evaluators.backtest.tables import strategy, walk

FREE = Terms(fee=0.0, slippage=0.0, tick=0.0001, lot=0.0001)
WORLDS = 200
MOST = 18
"""Of 200 worlds with a chance of 5 %, 99 % of the counts lie between 3 and this."""


def judged(made: Strategy, worlds: int) -> list[Significance]:
    said = (run(made, walk(seed, 1200), terms=FREE, seed=seed).significance for seed in range(worlds))
    return [each for each in said if each is not None]


def found(made: Strategy, worlds: int) -> int:
    return sum(each.is_found for each in judged(made, worlds))


@pytest.mark.real
def test_on_random_walks_about_one_run_in_twenty_is_found() -> None:
    loud = {"fact": "volume", "is": "above", "than": 0.9}
    said = judged(strategy(long=loud, exit={"bars": 5, "stop": {"atr": 2}, "target": {"atr": 3}}), WORLDS)
    assert len(said) == WORLDS
    assert 3 <= sum(each.random_entries is not None and each.random_entries.p <= 0.05 for each in said) <= MOST
    assert 3 <= sum(each.sign_flip.p <= 0.05 for each in said) <= MOST
    # The label needs both, so it is given less often.
    assert sum(each.is_found for each in said) <= MOST


@pytest.mark.real
@pytest.mark.parametrize("name", ["sma_cross", "rsi_reversion", "sweep_reversal"])
def test_rules_that_follow_price_are_not_found_more_often(name: str) -> None:
    # Where the length of a trade follows from its outcome the test errs on the side of no edge.
    assert found(load(name), WORLDS // 2) <= 11  # 99.5 % of 100 worlds


def planted(seed: int, edge: float) -> Bars:
    """A walk of which each bar is `edge` deviations higher after a falling close and lower after a rising one."""
    bars = walk(seed, 1000)
    fell = np.append(False, bars.close[1:] < bars.close[:-1])
    lift = np.exp(edge * 0.02 * np.cumsum(np.append(0.0, np.where(fell, 1.0, -1.0)[:-1])))
    opened = bars.open * np.append(lift[0], lift[:-1])
    high, low = np.maximum(bars.high * lift, opened), np.minimum(bars.low * lift, opened)
    return Bars("TEST", "1d", "test", bars.opened, bars.closed, opened, high, low, bars.close * lift, bars.volume)


@pytest.mark.real
def test_a_planted_edge_is_found_four_times_of_five() -> None:
    fade = strategy(
        long={"fact": "close", "is": "below", "than": "previous_close"}, exit={"bars": 1, "opposite": False}
    )
    hits = 0
    for seed in range(25):
        said = run(fade, planted(seed, 0.2), terms=FREE, seed=seed).significance
        assert said is not None
        assert 300 < said.trades < 600
        hits += said.is_found
    assert hits >= 20
