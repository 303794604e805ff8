"""Where there is no edge none is found, but for the share that chance allows; where there is one, it is."""

from __future__ import annotations

import numpy as np
import pytest

from evaluators.backtest import Terms, load, run
from fks_agents.bars import Bars
from tests.evaluators.backtest.tables import strategy, walk

FREE = Terms(fee=0.0, slippage=0.0, tick=0.0001, lot=0.0001)
WORLDS = 200


def found(made: str, worlds: int) -> int:
    total = 0
    for seed in range(worlds):
        said = run(load(made), walk(seed, 1200), terms=FREE, seed=seed).significance
        total += said is not None and said.is_found
    return total


@pytest.mark.real
@pytest.mark.parametrize("made", ["channel_breakout", "rsi_reversion"])
def test_on_random_walks_about_one_in_twenty_is_found(made: str) -> None:
    # Of 200 with a chance of 5 %, 99 % of the counts lie between 3 and 18.
    assert 3 <= found(made, WORLDS) <= 18


def planted(seed: int, drift: float) -> Bars:
    """A walk whose bars rise by `drift` deviations more after each close below the one before."""
    bars = walk(seed, 1500)
    fell = np.append(False, bars.close[1:] < bars.close[:-1])
    lift = np.exp(drift * 0.02 * np.cumsum(np.append(0.0, fell[:-1])))
    opened = bars.open * np.append(lift[0], lift[:-1])
    high, low = np.maximum(bars.high * lift, opened), np.minimum(bars.low * lift, opened)
    return Bars(
        "TEST", "1d", "test", bars.opened, bars.closed, opened, high, low, bars.close * lift, bars.volume
    )  # fmt: skip


@pytest.mark.real
def test_a_planted_edge_is_found_four_times_of_five() -> None:
    fade = strategy(
        long={"fact": "close", "is": "below", "than": "previous_close"}, exit={"bars": 1, "opposite": False}
    )
    hits = 0
    for seed in range(25):
        said = run(fade, planted(seed, 0.25), terms=FREE, seed=seed).significance
        assert said is not None
        hits += said.is_found
    assert hits >= 20
