"""No repainting on recorded bars of several markets, where they are on this machine."""

from __future__ import annotations

import csv
import gzip
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from fks_agents.bars import Bars
from tests.tools.detectors.contract import assert_never_repaints, assert_upside_down_is_the_opposite
from tools import detectors

EUROS = Path(__file__).parents[4] / "shared/data/market/mit_smc/EURUSD_15M.csv.gz"

pytestmark = pytest.mark.skipif(not EUROS.exists(), reason="the recorded EURUSD bars are not on this machine")


@pytest.fixture(scope="module")
def euros() -> Bars:
    """Four months of quarter hours, weekends missing; in points, which binary holds exactly."""
    with gzip.open(EUROS, "rt") as file:
        rows = list(csv.DictReader(file))[:8000]
    opened = np.array(
        [int(datetime.strptime(row["Date"] + " +0000", "%Y.%m.%d %H:%M:%S %z").timestamp()) for row in rows]
    ) * np.int64(1_000_000_000)
    opens, highs, lows, closes = (
        np.round(np.array([float(row[name]) for row in rows]) * 1e5) / 1024 for name in ("Open", "High", "Low", "Close")
    )
    volumes = np.array([float(row["Tickvol"]) for row in rows])
    return Bars("EURUSD", "15m", "fx", opened, opened + 900 * 10**9, opens, highs, lows, closes, volumes)


@pytest.mark.parametrize("name", detectors.names())
def test_recorded_bars_are_never_repainted(name: str, euros: Bars) -> None:
    detect = detectors.get(name)
    assert len(detect(euros)) > 0
    assert_never_repaints(detect, euros, range(1, len(euros), 331))
    assert_never_repaints(detect, euros[:900], range(1, 900, 17))


# Prices on a grid meet their means and fractions exactly, and those are rounded differently at another height.
ROUNDED = {"fib_retracement", "higher_bias", "snapback"}


@pytest.mark.parametrize("name", sorted({*detectors.names()} - ROUNDED))
def test_recorded_bars_upside_down_give_the_opposite(name: str, euros: Bars) -> None:
    assert_upside_down_is_the_opposite(detectors.get(name), euros[:3000])
