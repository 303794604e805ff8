"""What holds of every family: the contract of `measure` and `definitions`."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from math import isfinite
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from fks_agents.bars import Bars, moment
from fks_agents.contracts import Unit
from fks_agents.errors import DataError
from tests.tools.indicators.columns import bars, known, walk
from tools.indicators import definitions, families, measure

UNITS = {each.name: each.unit for each in definitions()}


def test_at_least_eighty_facts_are_measured_on_600_bars() -> None:
    assert len(measure(walk(1, 600))) >= 80


def test_every_fact_of_every_family_can_be_measured() -> None:
    of_bars = {family.__name__.rpartition(".")[2] for family in families() if hasattr(family, "measure")}
    expected = {each.name for each in definitions() if each.family in of_bars}
    crossing = walk(1, 600)
    # A sine crosses its means, which a walk may not.
    closes = 100.0 + 20.0 * np.sin(np.arange(600) / 60.0)
    sine = replace(crossing, open=closes, high=closes + 1.0, low=closes - 1.0, close=closes)
    assert set(known(crossing)) | set(known(sine)) == expected


def test_names_are_defined_once_with_a_legal_unit_and_one_line() -> None:
    names = [each.name for each in definitions()]
    assert len(names) == len(set(names))
    for each in definitions():
        assert each.unit in get_args(Unit)
        assert each.name.isidentifier()
        assert each.name == each.name.lower()
        assert each.text
        assert not set(each.text[-1]) & {".", "\n"}


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(0, 320), timeframe=st.sampled_from(["1m", "1h", "1d", "1w"]))
def test_what_is_measured_is_defined_finite_in_order_and_of_its_unit(seed: int, count: int, timeframe: str) -> None:
    measured = measure(walk(seed, count, timeframe))  # type: ignore[arg-type]
    order = [each.name for each in definitions()]
    assert [name for name, _ in measured] == sorted((name for name, _ in measured), key=order.index)
    for name, value in measured:
        if UNITS[name] == "label":
            assert isinstance(value, str)
            continue
        assert type(value) is float
        assert isfinite(value)
        if UNITS[name] in ("count", "bars"):
            assert value >= 0.0
            assert value.is_integer()


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), cut=st.integers(1, 400))
def test_bars_closed_later_change_nothing(seed: int, cut: int) -> None:
    whole, other = walk(seed, 420), walk(seed + 1, 420)
    as_of = moment(whole.closed[cut - 1])
    noise = replace(
        whole,
        open=np.append(whole.open[:cut], other.open[cut:]),
        high=np.append(whole.high[:cut], other.high[cut:]),
        low=np.append(whole.low[:cut], other.low[cut:]),
        close=np.append(whole.close[:cut], other.close[cut:]),
        volume=np.append(whole.volume[:cut], other.volume[cut:]),
    )
    assert measure(noise.until(as_of)) == measure(whole[:cut])


def test_a_fact_is_the_same_bytes_each_time() -> None:
    assert repr(measure(walk(3, 600))) == repr(measure(walk(3, 600)))


def test_facts_that_need_more_bars_are_left_out_until_there_are_enough() -> None:
    whole = walk(4, 300)
    for name, needed in [("sma_200", 200), ("return_252", 253), ("rsi_14", 15), ("atr_14", 15), ("regime", 80)]:
        assert name not in known(whole[: needed - 1])
        assert name in known(whole[:needed])
    assert measure(whole[:0]) == ()


@pytest.mark.parametrize("price", [100.1, 0.0001, 1e9])
@pytest.mark.parametrize("count", [1, 30, 250, 600])
def test_constant_prices_give_exact_limits_or_nothing(price: float, count: int) -> None:
    facts = known(bars([price] * count))
    gone = {"rsi_14", "stochastic_k", "adx_14", "z_20", "hurst_250", "autocorrelation_1", "bollinger_position_20"}
    assert not gone & facts.keys()
    zero = {"return_20", "volatility_20", "atr_14", "drawdown_now", "var_95", "macd", "close_to_sma_50", "true_range"}
    assert {facts[name] for name in zero & facts.keys()} <= {0.0}
    assert "bars_since_sma_cross" not in facts


def test_zero_volume_gives_no_volume_facts_and_leaves_the_rest_alone() -> None:
    traded = walk(5, 600)
    silent = replace(traded, volume=np.zeros(600))
    of_volume = {each.name for each in definitions() if each.family == "volume"}
    assert known(silent) == {name: value for name, value in known(traded).items() if name not in of_volume}


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("close", np.nan, r"row 7 \(2024-01-08T00:00:00\+00:00\): close: expected a positive price, was nan"),
        ("low", 0.0, "low: expected a positive price, was 0.0"),
        ("high", np.inf, "high: expected a positive price, was inf"),
    ],
)
def test_a_broken_bar_is_named(column: str, value: float, message: str) -> None:
    whole = walk(6, 30)
    broken = getattr(whole, column).copy()
    broken[7] = value
    columns: dict[str, Any] = {column: broken}
    with pytest.raises(DataError, match=message):
        measure(replace(whole, **columns))


def test_definitions_are_read_without_loading_talib() -> None:
    code = "import sys, tools.indicators as t; t.definitions(); print('talib' in sys.modules, 'pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_measuring_leaves_the_bars_as_they_were() -> None:
    measured: Bars = walk(8, 600)
    before = measured.digest
    measure(measured)
    assert replace(measured).digest == before
