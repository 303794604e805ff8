"""Technical: is there a trend, does momentum carry it, is the price stretched?

Distances are measured in average true ranges (R = atr_percent, of the same timeframe), clipped to [-1, 1]:

    trend       w 2    close_to_sma_200 / 8R       w 2    sma_20_to_sma_50 / 4R
                w 1.5  close_to_sma_50 / 5R        w 1.5  the same on the higher timeframe
    momentum    w 1.5  (rsi_14 - 50) / 20          w 1    roc_10 / 5R          w 1    macd_histogram / 0.5 atr_14
    reversion   w 1    -(|z_20| - 1.5) / 1.5 x sign of z_20, zero within 1.5 sigma
"""

from __future__ import annotations

from collections.abc import Iterator

from fks_agents.agents.evidence import Abstention, Evidence, View, clip, number, numeric, weigh
from fks_agents.contracts import Snapshot

FACTS = (
    "close", "atr_percent", "atr_14", "close_to_sma_200", "sma_20_to_sma_50", "close_to_sma_50", "rsi_14", "roc_10",
    "macd_histogram", "z_20", "trend", "adx_14", "sma_20", "sma_50", "sma_200", "return_5", "return_20", "return_60",
    "bollinger_position_20", "stochastic_k", "volume_ratio_20", "efficiency_ratio_20", "range_position_252",
)  # fmt: skip
WANTED = 11.5
STRETCHED = 1.5
_FRAMES = {"1w": "On weekly bars the close", "1d": "On daily bars the close", "1h": "On hourly bars the close"}


def view(snapshot: Snapshot) -> View | Abstention:
    return weigh("technical", [*_trend(snapshot), *_momentum(snapshot), *_reversion(snapshot)], WANTED)


def _trend(snapshot: Snapshot) -> Iterator[Evidence]:
    ranges = numeric(snapshot, "atr_percent")
    if ranges is not None and ranges[1] > 0:
        for name, length, reach, weight in (("close_to_sma_200", 200, 8.0, 2.0), ("close_to_sma_50", 50, 5.0, 1.5)):
            if (found := numeric(snapshot, name)) is not None:
                yield _distance(
                    found[0].id, found[1], f"its {length}-bar average", reach * ranges[1], weight, "The close"
                )
        if (found := numeric(snapshot, "sma_20_to_sma_50")) is not None:
            yield _distance(found[0].id, found[1], "the 50-bar average", 4 * ranges[1], 2.0, "The 20-bar average")
    far, far_ranges = numeric(snapshot, "close_to_sma_50", higher=True), numeric(snapshot, "atr_percent", higher=True)
    if far is not None and far_ranges is not None and far_ranges[1] > 0:
        what = _FRAMES.get(far[0].timeframe or "", "On longer bars the close")
        yield _distance(far[0].id, far[1], "its 50-bar average", 5 * far_ranges[1], 1.5, what)


def _distance(fact_id: str, value: float, of: str, reach: float, weight: float, what: str) -> Evidence:
    side = "above" if value > 0 else "below"
    text = f"{what} is {number(abs(value))} % {side} {of}" if value else f"{what} is at {of}"
    return Evidence(text, clip(value / reach), weight, value, "percent", (fact_id,))


def _momentum(snapshot: Snapshot) -> Iterator[Evidence]:
    if (found := numeric(snapshot, "rsi_14")) is not None:
        fact, value = found
        side = "above" if value > 50 else "below" if value < 50 else "at"
        text = f"RSI(14) is {number(value)}, {side} 50"
        yield Evidence(text, clip((value - 50) / 20), 1.5, value, "points", (fact.id,))
    ranges, change = numeric(snapshot, "atr_percent"), numeric(snapshot, "roc_10")
    if ranges is not None and ranges[1] > 0 and change is not None:
        fact, value = change
        moved = f"rose {number(value)} %" if value >= 0 else f"fell {number(-value)} %"
        yield Evidence(
            f"The price {moved} over 10 bars", clip(value / (5 * ranges[1])), 1.0, value, "percent", (fact.id,)
        )
    histogram, wide = numeric(snapshot, "macd_histogram"), numeric(snapshot, "atr_14")
    if histogram is not None and wide is not None and wide[1] > 0:
        fact, value = histogram
        side = "above" if value > 0 else "below" if value < 0 else "at"
        text = f"The MACD histogram is {number(value)}, {side} zero"
        yield Evidence(text, clip(value / (0.5 * wide[1])), 1.0, value, "price", (fact.id,))


def _reversion(snapshot: Snapshot) -> Iterator[Evidence]:
    if (found := numeric(snapshot, "z_20")) is not None:
        fact, value = found
        stretch = clip((abs(value) - STRETCHED) / STRETCHED, 0.0)
        side = "above" if value > 0 else "below"
        text = (
            f"The close is {number(abs(value))} sigma {side} its 20-bar mean"
            if value
            else "The close is at its 20-bar mean"
        )
        yield Evidence(text, -stretch if value > 0 else stretch, 1.0, value, "sigma", (fact.id,))
