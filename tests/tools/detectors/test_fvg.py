from __future__ import annotations

import csv
import gzip
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from fks_agents.bars import Bars
from fks_agents.contracts import Event
from tests.tools.detectors.tables import closing, opening, table
from tools.detectors.fvg import detect, fair_value_gaps

REAL = Path(__file__).parents[4] / "shared/data/market/mit_smc"

BULLISH = [
    (10, 11, 9, 10),  # range 2, average 2
    (10, 14, 10, 13),  # range 4, average 3; closes above its open
    (13, 16, 12, 15),  # range 4, average 3 + (4 - 3) / 3 = 10/3; low 12 over high 11
]


def test_a_bullish_gap_is_known_when_its_third_bar_closes() -> None:
    bars = table(BULLISH)
    assert detect(bars) == [
        Event(
            detector="fvg",
            kind="fvg",
            direction="bullish",
            formed_at=opening(bars, 2),
            confirmed_at=closing(bars, 2),
            level=12.0,
            far_level=11.0,
            strength=(12 - 11) / (3 + (4 - 3) / 3),  # 0.3
            is_open=True,
        ),
    ]


def test_a_bearish_gap_mirrors_it() -> None:
    # 30 - p of the bullish table, high and low exchanged.
    bars = table([(20, 21, 19, 20), (20, 20, 16, 17), (17, 18, 14, 15)])
    (gap,) = detect(bars)
    assert (gap.direction, gap.level, gap.far_level) == ("bearish", 18.0, 19.0)
    assert gap.strength == pytest.approx(0.3, abs=1e-15)


@pytest.mark.parametrize(
    ("later", "is_open"),
    [
        ([(15, 16, 11.5, 12)], True),  # into the gap
        ([(15, 16, 11, 12)], False),  # to its far edge
        ([(15, 16, 9, 12)], False),
        ([(15, 16, 11.5, 12), (12, 13, 10, 12), (12, 20, 12, 19)], False),  # filled once is filled
    ],
)
def test_a_gap_is_open_until_all_of_it_has_been_traded(
    later: list[tuple[float, float, float, float]], is_open: bool
) -> None:
    gap = detect(table(BULLISH + later))[0]
    assert (gap.level, gap.is_open) == (12.0, is_open)


def test_touching_bars_leave_no_gap() -> None:
    assert detect(table([(10, 12, 9, 10), (10, 14, 10, 13), (13, 16, 12, 15)])) == []


def test_a_middle_bar_that_closed_the_other_way_makes_no_gap() -> None:
    assert detect(table([(10, 11, 9, 10), (13, 14, 10, 12), (13, 16, 12, 15)])) == []


def test_a_small_gap_is_left_out_where_larger_ones_are_asked_for() -> None:
    assert fair_value_gaps(smallest=0.31)(table(BULLISH)) == []
    assert len(fair_value_gaps(smallest=0.29)(table(BULLISH))) == 1


@pytest.mark.skipif(not REAL.exists(), reason="the recorded EURUSD bars and their labels are not on this machine")
def test_gaps_of_a_year_of_euro_quotes_are_those_others_found() -> None:
    with gzip.open(REAL / "EURUSD_15M.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    opened = np.array(
        [int(datetime.strptime(row["Date"] + " +0000", "%Y.%m.%d %H:%M:%S %z").timestamp()) for row in rows]
    )
    opens, highs, lows, closes = (
        np.array([float(row[name]) for row in rows]) for name in ("Open", "High", "Low", "Close")
    )
    nanoseconds = opened * 1_000_000_000
    bars = Bars(
        "EURUSD", "15m", "fx", nanoseconds, nanoseconds + 900 * 10**9, opens, highs, lows, closes, np.ones(len(rows))
    )
    with gzip.open(REAL / "fvg_result_data.csv.gz", "rt") as file:
        labels = list(csv.DictReader(file))
    # Their label stands at the middle bar, one before the bar that makes the gap known.
    theirs = {
        (int(opened[i + 1]), float(label["FVG"]), float(label["Top"]), float(label["Bottom"]))
        for i, label in enumerate(labels)
        if label["FVG"]
    }
    ours = {
        (
            int(event.formed_at.timestamp()),
            1.0 if event.direction == "bullish" else -1.0,
            max(event.level, event.far_level or 0.0),
            min(event.level, event.far_level or 0.0),
        )
        for event in detect(bars)
    }
    assert len(ours) > 1000
    assert ours == theirs
