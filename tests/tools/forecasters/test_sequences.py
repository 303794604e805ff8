"""The two baselines that count what followed, by hand and against what they should find."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.tools.forecasters.conftest import Walk
from tools import forecasters

MEDIAN = (0.5,)


def _closes(moves: NDArray[Any]) -> list[float]:
    closes: list[float] = (100.0 * np.exp(np.concatenate([[0.0], np.cumsum(moves)]))).tolist()
    return closes


def test_asmbtr_goes_on_as_the_runs_did() -> None:
    # Up, up, down by 1 % over and over, 40 times, and so ends on a fall: then come two rises and a fall for sure.
    closes = _closes(np.tile([0.01, 0.01, -0.01], 40))
    path = forecasters.get("asmbtr")(closes, 4, MEDIAN)[:, 0]
    assert np.log(path / closes[-1]) == pytest.approx([0.01, 0.02, 0.01, 0.02])


def test_asmbtr_without_odds_is_the_random_walk(walk: Walk) -> None:
    closes = walk(1, 30)  # no run of three moves was seen twenty times
    asked = (5, (0.1, 0.5, 0.9))
    expected = forecasters.get("random_walk")(closes, *asked)
    assert forecasters.get("asmbtr")(closes, *asked) == pytest.approx(expected)


def test_markov_carries_the_mean_of_each_label_by_its_chance() -> None:
    # Big rises and big falls take turns: after a fall of 2 % comes a rise of 2 % for sure.
    closes = _closes(np.tile([0.02, -0.02], 30))
    path = forecasters.get("markov")(closes, 3, MEDIAN)[:, 0]
    assert np.log(path / closes[-1]) == pytest.approx([0.02, 0.0, 0.02])


def test_markov_knows_that_wide_bars_follow_wide_ones() -> None:
    random = np.random.default_rng(2)
    wide = np.repeat(np.tile([0.03, 0.001], 20), 25)
    closes = _closes(random.normal(0.0, 1.0, 1000) * wide)
    spread = forecasters.get("markov")(closes, 1, (0.1, 0.9))[0] / closes[-1]
    naive = forecasters.get("random_walk")(closes, 1, (0.1, 0.9))[0] / closes[-1]
    assert spread[1] - spread[0] < 0.8 * (naive[1] - naive[0])  # the last 25 bars were narrow


@pytest.mark.parametrize("name", ["asmbtr", "markov"])
def test_on_random_walks_they_have_no_skill(name: str, walk: Walk) -> None:
    scores = [forecasters.score(walk(seed, 600), forecasters.get(name), 5) for seed in range(20)]
    found = [score for score in scores if score is not None]
    assert len(found) == 20
    assert -0.05 < float(np.mean(found)) < 0.02


@pytest.mark.parametrize("name", ["asmbtr", "markov"])
def test_a_market_that_remembers_is_forecast_better_than_at_random(name: str) -> None:
    random = np.random.default_rng(3)
    sides = np.cumprod(np.where(random.random(800) < 0.8, 1.0, -1.0))
    score = forecasters.score(_closes(0.01 * sides), forecasters.get(name), 2)
    assert score is not None
    assert score > 0.1
