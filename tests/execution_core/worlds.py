"""Random stories for an engine: settings, then commands and bars, as hypothesis draws them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from execution_core._engine import Engine

Step = tuple[str, tuple[Any, ...], dict[str, Any]]

_SHARE = st.sampled_from([0.0, 0.0005, 0.001])


@st.composite
def settings(draw: st.DrawFn) -> dict[str, Any]:
    """Settings of which most are as usual: each draw turns a few of the rarer ones on."""
    tick = draw(st.sampled_from([0.0, 0.01, 0.25]))
    how: dict[str, Any] = {
        "cash": 10_000.0,
        "path": draw(st.sampled_from(["pessimistic"] * 3 + ["ohlc", "olhc", "adaptive", "adverse", "favourable"])),
        "limit_fill": draw(st.sampled_from(["touch", "through"])) if tick else "touch",
        "limit_gap": draw(st.sampled_from(["improve", "at_limit"])),
        "maker_fee": draw(_SHARE),
        "taker_fee": draw(_SHARE),
        "slippage": draw(_SHARE),
        "tick": tick,
        "lot": draw(st.sampled_from([0.0, 0.1])),
        "min_notional": draw(st.sampled_from([0.0, 50.0])),
    }
    rarer: dict[str, st.SearchStrategy[Any]] = {
        "fill_timing": st.just("same_close"),
        "fixed_fee": st.just(0.5),
        "min_fee": st.just(0.2),
        "spread": st.just(0.001),
        "impact": st.just(0.1),
        "participation": st.sampled_from([0.05, 0.5, 1.0]),
        "funding_rate": st.sampled_from([0.001, -0.001]),
        "borrow_rate": st.just(0.2),
        "leverage": st.sampled_from([0.05, 0.1]),
        "maintenance": st.just(0.5),
        "rules": _RULES,
    }
    for name in draw(st.lists(st.sampled_from(sorted(rarer)), max_size=3, unique=True)):
        how[name] = draw(rarer[name])
    if "maintenance" in how:
        how |= {"cash": 100.0, "leverage": 2.0}
    if draw(st.integers(0, 5)) == 0:
        how |= {"limit_fill": "prob", "fill_probability": 0.5, "seed": draw(st.integers(0, 2**64 - 1))}
    if tick and draw(st.integers(0, 3)) == 0:
        how["slippage_ticks"] = 1.0
    return how


_RULES = st.fixed_dictionaries(
    {},
    optional={
        "daily_loss": st.just(0.0005),
        "daily_loss_amount": st.just(3.0),
        "drawdown": st.just(0.0005),
        "drawdown_from": st.sampled_from(["peak", "start"]),
        "losing_streak": st.just(2),
        "position": st.just(4.0),
        "contracts": st.just(6.0),
        "orders_per_minute": st.sampled_from([3, 8]),
        "seconds_between_trades": st.just(1e-8),
        "volatility": st.just(0.01),
        "stale_seconds": st.just(2e-9),
        "cutoff_minutes": st.just(15),
        "flatten": st.booleans(),
    },
)


@st.composite
def stories(draw: st.DrawFn) -> list[Step]:
    """Up to 30 bars, with orders and cancellations between them; each order fits, most lie near the price."""
    steps: list[Step] = []
    close, clock = 100.0, draw(st.sampled_from([0, 0, 86_340_000_000_000]))
    if clock:
        steps.append(("move_clock", (clock,), {}))
    has_sides, length = draw(st.booleans()), draw(st.sampled_from([10, 10, 7_200_000_000_000]))
    for _ in range(draw(st.integers(1, 30))):
        commands = st.one_of(_orders(close, clock), _orders(close, clock), _aims(close), _changes(close))
        steps += draw(st.lists(commands, max_size=2))
        step, close = draw(_bars(close, clock, length, has_sides))
        clock = step[1][1]
        steps.append(step)
    return steps


def _changes(mark: float) -> st.SearchStrategy[Step]:
    ids = st.integers(1, 40)
    return st.one_of(
        ids.map(lambda order_id: ("cancel", (order_id,), {})),
        st.tuples(ids, st.floats(0.1, 5.0)).map(lambda t: ("replace", (t[0],), {"quantity": t[1]})),
        st.tuples(ids, st.floats(-3.0, 3.0)).map(lambda t: ("replace", (t[0],), {"price": mark + t[1]})),
        st.just(("reset_breaker", (), {})),
    )


@st.composite
def _aims(draw: st.DrawFn, mark: float) -> Step:
    rest: dict[str, Any] = {}
    if draw(st.booleans()):
        rest |= {
            "stop_fraction": draw(st.sampled_from([0.0, 0.01])),
            "target_distance": draw(st.sampled_from([0, 1.5])),
        }
    return ("aim", (draw(st.sampled_from([-3.0, -1.0, 0.0, 1.0, 2.5])),), rest)


@st.composite
def _orders(draw: st.DrawFn, mark: float, clock: int) -> Step:
    side = draw(st.sampled_from(["buy", "sell"]))
    sign = 1.0 if side == "buy" else -1.0
    kinds = ["market", "limit", "stop", "stop_limit", "trail"]
    kind = draw(st.sampled_from(kinds if clock else kinds[:-1]))
    rest: dict[str, Any] = {}
    away = draw(_distance) - 1.0
    price = {"limit": mark - sign * away, "stop": mark + sign * away}.get(kind, 0.0)
    if kind == "stop_limit":
        rest["trigger"] = mark + sign * draw(_distance)
        price = rest["trigger"] + sign * draw(st.sampled_from([-0.5, 0.0, 0.5]))
    if kind == "trail":
        rest |= {"trail": draw(_distance), "activation": draw(st.sampled_from([0.0, 1.0]))}
    elif draw(st.integers(0, 3)):
        reference = price or mark
        stop, target = draw(_distance), draw(_distance)
        rest |= draw(st.sampled_from([{}, {"stop": reference - sign * stop}, {"stop_distance": stop}]))
        rest |= draw(st.sampled_from([{}, {"target": reference + sign * target}, {"target_fraction": target / 100}]))
        if draw(st.integers(0, 3)) == 0:
            rest |= {"trail": draw(_distance), "activation": draw(st.sampled_from([0.0, 1.0]))}
        rest["horizon"] = draw(st.sampled_from([0, 0, 1, 3]))
    else:
        rest["reduce_only"] = draw(st.booleans())
    tif = draw(st.sampled_from(["gtc", "gtc", "gtc", "ioc", "day"]))
    if tif != "gtc":
        rest["tif"] = tif
    elif draw(st.integers(0, 3)) == 0:
        rest["expires"] = clock + draw(st.integers(1, 40))
    if draw(st.integers(0, 3)) == 0:
        rest["group"] = draw(st.integers(1, 2))
    if draw(st.integers(0, 3)) == 0:
        rest["starts"] = clock + draw(st.integers(0, 15))
    return ("place", (kind, side, draw(st.floats(0.05, 5.0)), price), rest)


_distance = st.one_of(st.floats(0.3, 5.0), st.sampled_from([0.5, 1.0, 2.0]))


@st.composite
def _bars(draw: st.DrawFn, previous: float, clock: int, length: int, has_sides: bool) -> tuple[Step, float]:
    on_grid = draw(st.booleans())
    offset = st.integers(-12, 12).map(lambda n: n * 0.25) if on_grid else st.floats(-3.0, 3.0)
    reach = st.integers(0, 8).map(lambda n: n * 0.25) if on_grid else st.floats(0.0, 2.0)
    open_ = max(previous + draw(st.one_of(st.just(0.0), offset)), 10.0)
    close = max(open_ + draw(offset), 10.0)
    high, low = max(open_, close) + draw(reach), min(open_, close) - draw(reach)
    opened = clock + draw(st.sampled_from([0, 0, 3]))
    named: dict[str, Any] = {}
    if has_sides:
        spread = draw(st.sampled_from([0.0, 0.25, 0.5]))
        named["ask"] = (open_ + spread, high + 0.25 + spread, low + spread, close + spread)
    volume = draw(st.sampled_from([0.0, 1.0, 20.0]))
    return ("bar", (opened, opened + length, open_, high, low, close, volume), named), close


def do(engine: Engine, step: Step) -> object:
    """What the engine answers, or the words with which it refuses."""
    command, arguments, named = step
    try:
        return getattr(engine, command)(*arguments, **named)
    except ValueError as error:
        return str(error)
