"""Entry, stop and target of a trade: always computed here, from the close and the average true range.

    entry  = close -/+ entry x ATR           a limit on the better side of the close (buy below, sell above)
    stop   = entry -/+ stop x ATR
    target = entry +/- reward x stop x ATR

each rounded to the tick, each a claim with its formula over fact ids, so that the gate can compute it again.
"""

from __future__ import annotations

from datetime import timedelta
from math import floor
from typing import Literal, NamedTuple

from fks_agents.agents.evidence import Abstention, numeric
from fks_agents.bars import SECONDS
from fks_agents.contracts import Action, Claim, Fact, Plan, Regime, Snapshot
from fks_agents.settings import Settings

ENTRY_BARS = 5
"""Bars an unfilled entry is kept, where the horizon is not shorter."""


_WORDS = {
    "entry": "entry limit", "stop": "stop",
    "target1": "first target", "target2": "second target", "target3": "third target",
}  # fmt: skip


class Profile(NamedTuple):
    """How somebody trades."""

    entry: float
    """Distance of the limit from the close, in average true ranges."""
    stop: float
    """Distance of the stop from the entry, in average true ranges."""
    reward: float
    """Distance of the target from the entry, in distances of the stop (R)."""
    risk: float
    """Fraction of equity lost if the stop is hit."""
    extra_conviction: float = 0.0
    """What is wanted above the `min_conviction` of the settings."""
    heard_in: tuple[Regime, ...] = ()
    """Regimes in which its word counts."""


class Measured(NamedTuple):
    """What levels are computed from."""

    close: Fact
    ranges: Fact
    """The average true range."""
    tick: float


class Levels(NamedTuple):
    entry: float
    stop: float
    target: float
    claims: tuple[Claim, Claim, Claim]


def levels(
    author: str, side: Literal["buy", "sell"], snapshot: Snapshot, profile: Profile, tick: float
) -> Levels | Abstention:
    """The three prices and their claims, or why there are none."""
    close, ranges = numeric(snapshot, "close"), numeric(snapshot, "atr_14")
    if close is None or ranges is None:
        missing = ", ".join(name for name, known in (("close", close), ("atr_14", ranges)) if known is None)
        return Abstention(f"no levels without the fact {missing}")
    away = -1 if side == "buy" else 1
    multiples = (
        away * profile.entry,
        away * (profile.entry + profile.stop),
        away * (profile.entry - profile.reward * profile.stop),
    )
    prices = [on_tick(close[1] + multiple * ranges[1], tick) for multiple in multiples]
    entry, stop, target = prices
    if min(prices) <= 0 or not (stop < entry < target if side == "buy" else target < entry < stop):
        return Abstention(f"no levels: an average true range of {ranges[1]:g} gives {prices} at tick {tick:g}")
    claims = [
        level_claim(author, name, side, price, multiple, Measured(close[0], ranges[0], tick))
        for name, price, multiple in zip(("entry", "stop", "target1"), prices, multiples, strict=True)
    ]
    return Levels(entry, stop, target, (claims[0], claims[1], claims[2]))


def level_claim(
    author: str, name: str, side: Literal["buy", "sell"], price: float, multiple: float, measured: Measured
) -> Claim:
    """The claim `<author>.<name>` that a price of the plan is the close and `multiple` average true ranges."""
    close, ranges, tick = measured
    return Claim(
        id=f"{author}.{name}",
        text=f"The {_WORDS[name]} is {written(price, tick)}",
        value=price,
        unit="price",
        fact_ids=(close.id, ranges.id),
        formula=f"{close.id} {'-' if multiple < 0 else '+'} {abs(multiple):g} * {ranges.id}",
        direction="bullish" if side == "buy" else "bearish",
    )


def planned(
    author: str,
    action: Action,
    conviction: float,
    reason: str,
    profile: Profile,
    snapshot: Snapshot,
    settings: Settings,
    *,
    claims: tuple[Claim, ...] = (),
    model: str = "rules",
) -> Plan:
    """A plan of that action, with levels where it trades; `no_decision` where there are none to be had."""
    if action not in ("buy", "sell"):
        abstained = reason if action == "no_decision" else None
        return Plan(
            author=author,
            action=action,
            conviction=conviction,
            reason=reason,
            claims=claims,
            abstained=abstained,
            model=model,
        )
    found = levels(author, action, snapshot, profile, settings.tick)
    if isinstance(found, Abstention):
        return Plan(author=author, action="no_decision", reason=found.reason, abstained=found.reason, model=model)
    bars = min(ENTRY_BARS, settings.horizon)
    return Plan(
        author=author,
        action=action,
        conviction=conviction,
        entry=found.entry,
        stop=found.stop,
        targets=(found.target,),
        risk=profile.risk,
        horizon=settings.horizon,
        expires_at=snapshot.as_of + timedelta(seconds=bars * SECONDS[snapshot.timeframe]),
        reason=reason,
        claims=(*claims, *found.claims),
        model=model,
    )


def on_tick(price: float, tick: float) -> float:
    """The nearest multiple of `tick`, without the floating dust of the multiplication."""
    steps = floor(price / tick + 0.5)
    per_unit = round(1 / tick)
    return steps / per_unit if per_unit and abs(per_unit * tick - 1) < 1e-12 else round(steps * tick, 12)


def written(price: float, tick: float) -> str:
    """The price with as many decimals as the tick has, thousands grouped."""
    decimals = len(f"{tick:.10f}".rstrip("0").partition(".")[2])
    return f"{price:,.{decimals}f}"
