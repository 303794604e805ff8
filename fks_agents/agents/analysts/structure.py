"""Structure: who broke whose swings, are highs and lows rising, which open gap is near?

With D = +1 for bullish, -1 for bearish, and R = atr_percent; all clipped to [-1, 1]:

    w 2    last break            D x (1 - bars since / 60), never below 0; half where price has come back through it
    w 1    breaks of 60 bars     (bullish - bearish) / (bullish + bearish)
    w 1    swing_high_change / 3R             w 1    swing_low_change / 3R
    w 1    open gaps             (1 - |distance| / 3 ATR) of the nearest bullish one less the same of the bearish one
"""

from __future__ import annotations

from collections.abc import Iterator

from fks_agents.agents.evidence import Abstention, Evidence, View, clip, label, number, numeric, weigh
from fks_agents.contracts import Snapshot

FACTS = (
    "close", "last_break", "last_break_direction", "bars_since_last_break", "last_break_level", "last_break_holds",
    "swing_high", "swing_low", "swing_high_change", "swing_low_change", "bullish_breaks_60", "bearish_breaks_60",
    "close_to_bullish_gap_atr", "close_to_bearish_gap_atr", "open_bullish_gaps", "open_bearish_gaps",
    "close_to_swing_high_atr", "close_to_swing_low_atr", "last_choch_direction", "bars_since_last_choch", "atr_14",
)  # fmt: skip
WANTED = 6.0
FRESH = 60.0
NEAR = 3.0


def view(snapshot: Snapshot) -> View | Abstention:
    return weigh("structure", [*_break(snapshot), *_breaks(snapshot), *_swings(snapshot), *_gaps(snapshot)], WANTED)


def _break(snapshot: Snapshot) -> Iterator[Evidence]:
    way, since = label(snapshot, "last_break_direction"), numeric(snapshot, "bars_since_last_break")
    holds = label(snapshot, "last_break_holds")
    if way is not None and since is not None:
        score = max(0.0, 1.0 - since[1] / FRESH) * (1.0 if way[1] == "bullish" else -1.0)
        if holds is not None and holds[1] == "no":
            score /= 2
        text = f"The last break was {way[1]}, {number(since[1])} bars ago"
        yield Evidence(text, score, 2.0, since[1], "bars", (way[0].id, since[0].id))


def _breaks(snapshot: Snapshot) -> Iterator[Evidence]:
    up, down = numeric(snapshot, "bullish_breaks_60"), numeric(snapshot, "bearish_breaks_60")
    if up is not None and down is not None and up[1] + down[1] > 0:
        text = f"Bullish breaks: {number(up[1])}; bearish breaks: {number(down[1])}"
        score = (up[1] - down[1]) / (up[1] + down[1])
        yield Evidence(text, score, 1.0, None, None, (up[0].id, down[0].id))


def _swings(snapshot: Snapshot) -> Iterator[Evidence]:
    ranges = numeric(snapshot, "atr_percent")
    if ranges is None or ranges[1] <= 0:
        return
    for name in ("swing_high", "swing_low"):
        if (found := numeric(snapshot, f"{name}_change")) is not None:
            fact, value = found
            words = name.replace("_", " ")
            side = "above" if value > 0 else "below"
            text = f"The last {words} is {number(abs(value))} % {side} the {words} before it"
            yield Evidence(text, clip(value / (NEAR * ranges[1])), 1.0, value, "percent", (fact.id,))


def _gaps(snapshot: Snapshot) -> Iterator[Evidence]:
    for side, sign in (("bullish", 1.0), ("bearish", -1.0)):
        if (found := numeric(snapshot, f"close_to_{side}_gap_atr")) is not None and abs(found[1]) < NEAR:
            fact, value = found
            place = "above" if value > 0 else "below"
            text = f"The close is {number(abs(value))} ATR {place} the edge of the nearest {side} gap"
            yield Evidence(text, sign * (1 - abs(value) / NEAR), 0.5, value, "ratio", (fact.id,))
