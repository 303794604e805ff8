"""Candlestick patterns that end on the last bar, as TA-Lib sees them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fks_agents.bars import Bars
from fks_agents.events import Codes
from tools.indicators._arithmetic import at, ratio
from tools.indicators._columns import Labels
from tools.indicators._definition import Facts, Values

NAMED = {
    "engulfing": "CDLENGULFING",
    "harami": "CDLHARAMI",
    "hammer": "CDLHAMMER",
    "hanging_man": "CDLHANGINGMAN",
    "shooting_star": "CDLSHOOTINGSTAR",
    "inverted_hammer": "CDLINVERTEDHAMMER",
    "marubozu": "CDLMARUBOZU",
    "star": "CDLMORNINGSTAR CDLEVENINGSTAR",
    "piercing_or_dark_cloud": "CDLPIERCING CDLDARKCLOUDCOVER",
    "three_soldiers_or_crows": "CDL3WHITESOLDIERS CDL3BLACKCROWS",
    "three_inside": "CDL3INSIDE",
    "three_outside": "CDL3OUTSIDE",
}
"""What agents know by name, and the functions behind it."""

UNDIRECTED = frozenset(
    [
        "CDLDOJI",
        "CDLGRAVESTONEDOJI",
        "CDLHIGHWAVE",
        "CDLLONGLEGGEDDOJI",
        "CDLRICKSHAWMAN",
        "CDLSHORTLINE",
        "CDLSPINNINGTOP",
    ]
)
"""Shapes of indecision, to which TA-Lib gives the sign of the body or none; neither bullish nor bearish."""

LOOKBACK = 30
"""Bars that TA-Lib's patterns reach back at most: five of their own after ten that say what long and short are."""

FACTS: Facts = (
    ("candle_bullish", "count", "Bullish patterns that end on the last bar, of TA-Lib's 54 directed ones"),
    ("candle_bearish", "count", "Bearish patterns that end on the last bar, of TA-Lib's 54 directed ones"),
    ("candle_bullish_5", "count", "The same for the last 5 bars together"),
    ("candle_bearish_5", "count", "The same for the last 5 bars together"),
    ("body_share", "fraction", "|close - open| / (high - low) of the last bar; left out without a range"),
    ("upper_shadow_share", "fraction", "(high - larger of open and close) / (high - low); left out without a range"),
    ("lower_shadow_share", "fraction", "(smaller of open and close - low) / (high - low); left out without a range"),
    ("candle_doji", "label", "Open and close of the last bar all but equal, against recent ranges: yes or no"),
    *(
        (f"candle_{name}", "label", f"{name.replace('_', ' ').capitalize()} on the last bar: bullish, bearish or none")
        for name in NAMED
    ),
)


WORDS = ("bearish", "none", "bullish")


def measure(bars: Bars) -> Values:
    opened, high, low, close = (at(column) for column in (bars.open, bars.high, bars.low, bars.close))
    values: Values = {
        "body_share": ratio(abs(close - opened), high - low),
        "upper_shadow_share": ratio(high - max(opened, close), high - low),
        "lower_shadow_share": ratio(min(opened, close) - low, high - low),
    }
    return values | _patterns(bars) if len(bars) >= LOOKBACK + 5 else values


def _patterns(bars: Bars) -> Values:
    import talib

    rows = [np.ascontiguousarray(column[-(LOOKBACK + 5) :]) for column in (bars.open, bars.high, bars.low, bars.close)]
    seen = {name: getattr(talib, name)(*rows)[-5:] for name in dir(talib) if name.startswith("CDL")}
    signs = np.sign([found for name, found in seen.items() if name not in UNDIRECTED])
    values: Values = {
        "candle_bullish": float(np.sum(signs[:, -1] > 0)),
        "candle_bearish": float(np.sum(signs[:, -1] < 0)),
        "candle_bullish_5": float(np.sum(signs > 0)),
        "candle_bearish_5": float(np.sum(signs < 0)),
        "candle_doji": "yes" if seen["CDLDOJI"][-1] else "no",
    }
    for name, behind in NAMED.items():
        strength = sum(int(seen[function][-1]) for function in behind.split())
        values[f"candle_{name}"] = "bullish" if strength > 0 else "bearish" if strength < 0 else "none"
    return values


def _sign(behind: str) -> Callable[[Bars], Codes]:
    def codes(bars: Bars) -> Codes:
        import talib

        prices = (bars.open, bars.high, bars.low, bars.close)
        strength = np.sum([getattr(talib, function)(*prices) for function in behind.split()], axis=0)
        return np.where(np.arange(len(bars)) >= LOOKBACK + 4, 1 + np.sign(strength), -1).astype(np.int8)

    return codes


LABELS: Labels = {
    "candle_doji": (("no", "yes"), lambda bars: np.where(_sign("CDLDOJI")(bars) < 0, -1, _sign("CDLDOJI")(bars) != 1)),
    **{f"candle_{name}": (WORDS, _sign(behind)) for name, behind in NAMED.items()},
}
