"""Market structure in numbers: what the detectors' events say about the last close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import nan

import numpy as np

from fks_agents.bars import Bars, nanoseconds
from fks_agents.contracts import Direction, Event
from tools.indicators import volatility
from tools.indicators._arithmetic import at, change, ratio
from tools.indicators._definition import Facts, Values

RECENT = 60

FACTS: Facts = (
    ("swing_high", "price", "Level of the swing high that became known last"),
    ("swing_low", "price", "Level of the swing low that became known last"),
    ("bars_since_swing_high", "bars", "Bars closed since that swing high became known"),
    ("bars_since_swing_low", "bars", "Bars closed since that swing low became known"),
    ("close_to_swing_high_atr", "ratio", "(close - swing_high) / atr_14; positive is above it"),
    ("close_to_swing_low_atr", "ratio", "(close - swing_low) / atr_14; negative is below it"),
    ("swing_high_change", "percent", "swing_high against the one before it; positive is a higher high"),
    ("swing_low_change", "percent", "swing_low against the one before it; positive is a higher low"),
    ("swing_position", "fraction", "Close between swing_low (0) and swing_high (1), or beyond; left out if they cross"),
    ("last_break", "label", "Kind of the last broken swing: bos (with the trend) or choch (against it)"),
    ("last_break_direction", "label", "Where the last break points: bullish or bearish"),
    ("last_break_level", "price", "Level of the swing that was broken last"),
    ("last_break_holds", "label", "Whether no close has come back through that level: yes or no"),
    ("bars_since_last_break", "bars", "Bars closed since the last break"),
    ("close_to_last_break_atr", "ratio", "(close - last_break_level) / atr_14"),
    ("last_choch_direction", "label", "Where the last change of character points: bullish or bearish"),
    ("bars_since_last_choch", "bars", "Bars closed since the last change of character"),
    ("bullish_breaks_60", "count", "Upward breaks, of either kind, on the last 60 bars"),
    ("bearish_breaks_60", "count", "Downward breaks, of either kind, on the last 60 bars"),
    ("open_bullish_gaps", "count", "Bullish fair value gaps in the window that price has not traded through"),
    ("open_bearish_gaps", "count", "Bearish fair value gaps in the window that price has not traded through"),
    ("bullish_gap_top", "price", "Upper edge of the open bullish gap nearest to the close"),
    ("bullish_gap_bottom", "price", "Lower edge of that gap"),
    ("close_to_bullish_gap_atr", "ratio", "(close - bullish_gap_top) / atr_14; negative is inside the gap"),
    ("bearish_gap_bottom", "price", "Lower edge of the open bearish gap nearest to the close"),
    ("bearish_gap_top", "price", "Upper edge of that gap"),
    ("close_to_bearish_gap_atr", "ratio", "(close - bearish_gap_bottom) / atr_14; positive is inside the gap"),
)

BREAKS = ("bos", "choch")


def describe(found: Mapping[str, Sequence[Event]], bars: Bars) -> Values:
    """Facts of the detectors that ran, by name; events in the order they became known, all on these bars."""
    atr = float(volatility.measure(bars)["atr_14"])
    values: Values = {}
    if "swings" in found:
        values |= _swings(found["swings"], bars, atr) | _breaks(found["swings"], bars, atr)
    if "fvg" in found:
        values |= _gaps(found["fvg"], bars, atr)
    return values


def _swings(events: Sequence[Event], bars: Bars, atr: float) -> Values:
    values: Values = {}
    for kind in ("swing_high", "swing_low"):
        seen = [event for event in events if event.kind == kind]
        if seen:
            level = seen[-1].level
            values[kind] = level
            values[f"bars_since_{kind}"] = _bars_since(seen[-1], bars)
            values[f"close_to_{kind}_atr"] = ratio(at(bars.close) - level, atr)
            values[f"{kind}_change"] = change(level, seen[-2].level) if len(seen) > 1 else nan
    if {"swing_high", "swing_low"} <= values.keys():
        high, low = float(values["swing_high"]), float(values["swing_low"])
        values["swing_position"] = ratio(at(bars.close) - low, high - low) if high > low else nan
    return values


def _breaks(events: Sequence[Event], bars: Bars, atr: float) -> Values:
    seen = [event for event in events if event.kind in BREAKS]
    recent = [event for event in seen if _bars_since(event, bars) < RECENT]
    values: Values = {
        f"{side}_breaks_{RECENT}": float(sum(event.direction == side for event in recent))
        for side in ("bullish", "bearish")
    }
    if seen:
        last = seen[-1]
        values |= {
            "last_break": last.kind,
            "last_break_direction": last.direction,
            "last_break_level": last.level,
            "last_break_holds": "yes" if last.is_open else "no",
            "bars_since_last_break": _bars_since(last, bars),
            "close_to_last_break_atr": ratio(at(bars.close) - last.level, atr),
        }
    turned = [event for event in seen if event.kind == "choch"]
    if turned:
        values |= {
            "last_choch_direction": turned[-1].direction,
            "bars_since_last_choch": _bars_since(turned[-1], bars),
        }
    return values


def _gaps(events: Sequence[Event], bars: Bars, atr: float) -> Values:
    close = at(bars.close)
    sides: tuple[tuple[Direction, str, str], ...] = (("bullish", "top", "bottom"), ("bearish", "bottom", "top"))
    values: Values = {}
    for side, near, far in sides:
        gaps = [event for event in events if event.kind == "fvg" and event.direction == side and event.is_open]
        values[f"open_{side}_gaps"] = float(len(gaps))
        if gaps:
            # Of two equally near the newer one counts.
            nearest = min(reversed(gaps), key=lambda gap: abs(close - gap.level))
            values[f"{side}_gap_{near}"] = nearest.level
            values[f"{side}_gap_{far}"] = nan if nearest.far_level is None else nearest.far_level
            values[f"close_to_{side}_gap_atr"] = ratio(close - nearest.level, atr)
    return values


def _bars_since(event: Event, bars: Bars) -> float:
    return float(len(bars) - np.searchsorted(bars.closed, nanoseconds(event.confirmed_at), side="right"))
