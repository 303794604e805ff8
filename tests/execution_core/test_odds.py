"""Native strategies that go by what followed before: ASMBTR and Markov regimes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings as effort, strategies as st
from numpy.typing import NDArray

from execution_core import Engine, _engine, _engine_py, backtest
from execution_core.asmbtr import Asmbtr
from execution_core.markov import labels
from execution_core.records import Columns
from execution_core.strategies import AsmbtrOdds, MarkovOdds, Momentum, SmaCross, Strategy
from tests.execution_core.conftest import ENGINES


def bars_of(closes: NDArray[np.float64]) -> Columns:
    opened = np.arange(len(closes), dtype=np.int64) * 60_000_000_000
    open_ = np.concatenate([closes[:1], closes[:-1]])
    return Columns(opened, opened + 60_000_000_000, open_, np.maximum(open_, closes), np.minimum(open_, closes), closes)


def steps(seed: int, count: int = 3000) -> NDArray[np.float64]:
    """Moves of -1, 0 and 1."""
    return 5000.0 + np.cumsum(np.random.default_rng(seed).integers(-1, 2, count)).astype(np.float64)


def noise(seed: int, count: int = 3000) -> NDArray[np.float64]:
    return np.asarray(100.0 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0.0, 0.01, count))))


strategies = st.one_of(
    st.builds(
        AsmbtrOdds, depth=st.integers(1, 6), decay=st.sampled_from([1.0, 0.99, 0.5]), least=st.integers(1, 20),
        confidence=st.sampled_from([0.1, 0.5, 0.95]), size=st.just(2.0),
        stop_fraction=st.sampled_from([0.0, 0.01]), target_fraction=st.just(0.0),
    ),
    st.builds(
        MarkovOdds, span=st.integers(1, 7), width=st.sampled_from([0.0, 0.5, 1.5]), least=st.integers(1, 20),
        confidence=st.sampled_from([0.1, 0.5, 0.95]), size=st.just(2.0),
        stop_fraction=st.just(0.0), target_fraction=st.sampled_from([0.0, 0.02]),
    ),
    st.tuples(st.integers(1, 5), st.integers(6, 9)).map(lambda lengths: SmaCross(*lengths)),
    st.integers(1, 9).map(Momentum),
)  # fmt: skip


@effort(max_examples=40, deadline=None)
@given(strategies, st.integers(0, 2**32), st.sampled_from([steps, noise]), st.integers(1, 1100))
def test_engine_and_twin_agree_bit_for_bit(how: Strategy, seed: int, walk: Any, count: int) -> None:
    closes = walk(seed, count)
    digests = {
        backtest.run(make(cash=1e6, taker_fee=0.001), bars_of(closes), strategy=how).digest for make in ENGINES.values()
    }
    assert len(digests) == 1
    assert _engine.sides(how, closes) == _engine_py.sides(how, closes)


@effort(max_examples=30, deadline=None)
@given(strategies, st.integers(0, 2**32), st.integers(1, 900), st.integers(0, 900))
def test_later_closes_change_no_earlier_side(how: Strategy, seed: int, count: int, cut: int) -> None:
    closes = noise(seed, count)
    assert backtest.sides(how, closes[:cut]).tolist() == backtest.sides(how, closes)[:cut].tolist()


@effort(max_examples=20, deadline=None)
@given(strategies, st.integers(0, 2**32))
def test_a_native_run_is_the_run_of_its_sides(how: Strategy, seed: int) -> None:
    closes = noise(seed, 900)
    held = backtest.sides(how, closes)
    changes = np.append(held[:1] != 0, held[1:] != held[:-1])
    wanted = np.where(changes, held * how.size, np.nan)
    orders = backtest.targets(wanted, stop_fraction=how.stop_fraction, target_fraction=how.target_fraction)
    native = backtest.run(Engine(cash=1e6), bars_of(closes), strategy=how)
    arrays = backtest.run(Engine(cash=1e6), bars_of(closes), orders=orders)
    assert native.events.tobytes() == arrays.events.tobytes()


@pytest.mark.parametrize("decay", [1.0, 0.98])
def test_asmbtr_leans_as_the_model_says_it_is_sure(decay: float) -> None:
    closes, how = steps(3, 1200), AsmbtrOdds(depth=3, decay=decay, least=15, confidence=0.6)
    held, model = backtest.sides(how, closes), Asmbtr(3, decay, 15)
    expected, side = [], 0
    for close, before in zip(closes, np.append(np.nan, closes[:-1]), strict=True):
        model.learn("X", np.array([close]))
        odds = model.odds("X", confidence=0.6)
        if close != before:
            side = 0 if odds is None else 1 if odds.low > 0.5 else -1 if odds.high < 0.5 else 0
        expected.append(side)
    assert held.tolist() == expected
    assert {-1, 0, 1} == set(expected)


def test_markov_counts_which_label_follows_which_one_span_later() -> None:
    # Two bars up, two bars down, over and over: with spans of two, bull is followed by bear and bear by bull.
    closes = np.cumprod(np.concatenate([[100.0], np.tile([1.01, 1.01, 0.99, 0.99], 60)]))
    held = backtest.sides(MarkovOdds(span=2, width=0.5, least=5), closes)
    # After two rises the next span falls: short; after two falls: long. Moves of one up and one down are sideways,
    # followed by the same.
    assert held[-4:].tolist() == [0, -1, 0, 1]
    moves = closes[2:] / closes[:-2] - 1.0
    assert labels(moves[-4:], 0.005).tolist() == [1, 2, 1, 0]


@pytest.mark.parametrize("how", [AsmbtrOdds(depth=3, least=100), MarkovOdds(least=100)])
def test_on_random_walks_it_is_flat_most_of_the_time(how: Strategy) -> None:
    shares = [float(np.mean(backtest.sides(how, noise(seed, 4000)) != 0)) for seed in range(10)]
    assert np.mean(shares) < 0.25


@pytest.mark.parametrize("how", [AsmbtrOdds(depth=1, least=100), MarkovOdds(width=0.5, least=100)])
def test_a_planted_persistence_is_followed(how: Strategy) -> None:
    random = np.random.default_rng(1)
    sides = np.cumprod(np.where(random.random(6000) < 0.7, 1.0, -1.0))
    closes = 100.0 * np.cumprod(1.0 + 0.001 * sides)
    held = backtest.sides(how, closes)
    assert np.mean(held[2000:] == sides[2000:]) > 0.99
    result = backtest.run(Engine(cash=1000.0), bars_of(closes), strategy=how)
    assert result.final_equity > 1000.0


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (AsmbtrOdds(depth=0), r"depth must lie in 1\.\.24, was 0"),
        (AsmbtrOdds(depth=25), r"depth must lie in 1\.\.24, was 25"),
        (AsmbtrOdds(decay=0.0), r"decay must lie in \(0, 1\], was 0\.0"),
        (AsmbtrOdds(least=0), "least must be at least 1, was 0"),
        (AsmbtrOdds(confidence=1.0), r"confidence must lie in \(0, 1\), was 1\.0"),
        (MarkovOdds(span=0), "span must be positive, was 0"),
        (MarkovOdds(width=float("nan")), "width must be finite and not negative, was nan"),
        (MarkovOdds(size=0.0), r"size must be finite and positive, was 0\.0"),
    ],
)
def test_parameters_out_of_range_are_refused(make: type[Engine], how: Strategy, words: str) -> None:
    with pytest.raises(ValueError, match="^" + words):
        backtest.run(make(), bars_of(noise(1, 20)), strategy=how)
    with pytest.raises(ValueError, match="^" + words):
        backtest.sides(how, noise(1, 20))
