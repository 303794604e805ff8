"""TA-Lib's recursive indicators against plain numpy, and against published values for SPY."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from fks_agents.bars import Bars, Floats
from tests.tools.indicators.columns import known, walk

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "market" / "mit_pandas_ta_classic"


def ema(values: Floats, length: int) -> Floats:
    """Exponential mean, weight 2 / (length + 1), started with the plain mean of the first `length`."""
    mean = float(np.mean(values[:length]))
    means = [mean]
    for value in values[length:]:
        mean += 2.0 / (length + 1.0) * (value - mean)
        means.append(mean)
    return np.array(means)


def wilder(values: Floats, length: int) -> float:
    mean = float(np.mean(values[:length]))
    for value in values[length:]:
        mean = (mean * (length - 1) + value) / length
    return mean


@pytest.mark.parametrize("seed", range(5))
def test_talib_equals_plain_numpy(seed: int) -> None:
    whole = walk(seed, 600)
    facts = known(whole)
    steps = np.diff(whole.close)
    gain, loss = wilder(np.maximum(steps, 0.0), 14), wilder(np.maximum(-steps, 0.0), 14)
    assert facts["rsi_14"] == pytest.approx(100.0 * gain / (gain + loss))
    ranges = np.maximum(whole.high[1:], whole.close[:-1]) - np.minimum(whole.low[1:], whole.close[:-1])
    assert facts["atr_14"] == pytest.approx(wilder(ranges, 14))
    for length in (12, 26, 50):
        assert facts[f"ema_{length}"] == pytest.approx(ema(whole.close, length)[-1])
    # Both means of macd begin at bar 26: the faster one with the 12 closes before it.
    macd = ema(whole.close[14:], 12) - ema(whole.close, 26)
    assert facts["macd"] == pytest.approx(macd[-1])
    assert facts["macd_signal"] == pytest.approx(ema(macd, 9)[-1])
    for length in (20, 50, 200):
        assert facts[f"sma_{length}"] == pytest.approx(np.mean(whole.close[-length:]))


@pytest.fixture(scope="module")
def spy() -> Bars:
    path = FOLDER / "SPY_D.csv.gz"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    opened = np.array([row["date"] for row in rows], dtype="datetime64[ns]").astype(np.int64)
    opens, highs, lows, closes, volumes = (
        np.array([float(row[name]) for row in rows]) for name in ("open", "high", "low", "close", "volume")
    )
    return Bars("SPY", "1d", "test", opened, opened + 1, opens, highs, lows, closes, volumes)


PUBLISHED = {
    "sma_20": ("sma_20", "SMA_20"),
    "kama_10": ("kama", "KAMA_10_2_30"),
    "rsi_14": ("rsi_14", "RSI_14"),
    "macd": ("macd_12_26_9", "MACD_12_26_9"),
    "macd_signal": ("macd_12_26_9", "MACDs_12_26_9"),
    "macd_histogram": ("macd_12_26_9", "MACDh_12_26_9"),
    "stochastic_k": ("stoch", "STOCHk_14_3_3"),
    "stochastic_d": ("stoch", "STOCHd_14_3_3"),
    "williams_r_14": ("willr_14", "WILLR_14"),
    "roc_10": ("roc_10", "ROC_10"),
    "momentum_10": ("mom_10", "MOM_10"),
    "ultimate_oscillator": ("uo", "UO_7_14_28"),
    "atr_14": ("atr_14", "ATRr_14"),
    "atr_percent": ("natr_14", "NATR_14"),
    "true_range": ("true_range", "TRUERANGE_1"),
    "bollinger_lower_20": ("bbands_20", "BBL_20_2.0"),
    "bollinger_upper_20": ("bbands_20", "BBU_20_2.0"),
    "bollinger_width_20": ("bbands_20", "BBB_20_2.0"),
    "bollinger_position_20": ("bbands_20", "BBP_20_2.0"),
    "adx_14": ("adx_14", "ADX_14"),
    "plus_di_14": ("adx_14", "DMP_14"),
    "minus_di_14": ("adx_14", "DMN_14"),
    "mfi_14": ("mfi_14", "MFI_14"),
    "cmf_20": ("cmf_20", "CMF_20"),
}


def test_facts_of_spy_equal_another_librarys(spy: Bars) -> None:
    expected = json.loads((FOLDER / "expected_values.json").read_text(encoding="utf-8"))
    facts = known(spy)
    for name, (indicator, column) in PUBLISHED.items():
        assert facts[name] == pytest.approx(expected[indicator][column]["last_value"], rel=1e-6), name
