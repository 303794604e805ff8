"""Random stories for an engine: settings, then commands and bars, as hypothesis draws them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from execution_core._engine import Engine

Step = tuple[str, tuple[Any, ...], dict[str, Any]]

_SHARE = st.sampled_from([0.0, 0.0005, 0.001])


@st.composite
def settings(draw: st.DrawFn) -> dict[str, Any]:
    tick = draw(st.sampled_from([0.0, 0.01, 0.25]))
    return {
        "cash": 10_000.0,
        "path": draw(st.sampled_from(["pessimistic", "pessimistic", "ohlc", "olhc", "adaptive"])),
        "limit_fill": draw(st.sampled_from(["touch", "through"])) if tick else "touch",
        "limit_gap": draw(st.sampled_from(["improve", "at_limit"])),
        "maker_fee": draw(_SHARE),
        "taker_fee": draw(_SHARE),
        "slippage": draw(_SHARE),
        "tick": tick,
        "lot": draw(st.sampled_from([0.0, 0.1])),
        "min_notional": draw(st.sampled_from([0.0, 50.0])),
    }


@st.composite
def stories(draw: st.DrawFn) -> list[Step]:
    """Up to 30 bars, with orders and cancellations between them; each order fits, most lie near the price."""
    steps: list[Step] = []
    close, clock = 100.0, 0
    for _ in range(draw(st.integers(1, 30))):
        steps += draw(st.lists(st.one_of(_orders(close, clock), _cancels()), max_size=2))
        step, close = draw(_bars(close, clock))
        clock = step[1][1]
        steps.append(step)
    return steps


def _cancels() -> st.SearchStrategy[Step]:
    return st.integers(1, 40).map(lambda order_id: ("cancel", (order_id,), {}))


@st.composite
def _orders(draw: st.DrawFn, mark: float, clock: int) -> Step:
    side = draw(st.sampled_from(["buy", "sell"]))
    sign = 1.0 if side == "buy" else -1.0
    kind = draw(st.sampled_from(["market", "limit", "stop", "trail"] if clock else ["market", "limit", "stop"]))
    rest: dict[str, Any] = {}
    away = draw(_distance) - 1.0
    price = {"limit": mark - sign * away, "stop": mark + sign * away}.get(kind, 0.0)
    if kind == "trail":
        rest |= {"trail": draw(_distance), "activation": draw(st.sampled_from([0.0, 1.0]))}
    elif draw(st.integers(0, 3)):
        reference = price or mark
        if draw(st.booleans()):
            rest["stop"] = reference - sign * draw(_distance)
        if draw(st.booleans()):
            rest["target"] = reference + sign * draw(_distance)
        if draw(st.integers(0, 3)) == 0:
            rest |= {"trail": draw(_distance), "activation": draw(st.sampled_from([0.0, 1.0]))}
        rest["horizon"] = draw(st.sampled_from([0, 0, 1, 3]))
    else:
        rest["reduce_only"] = draw(st.booleans())
    if draw(st.integers(0, 3)) == 0:
        rest["expires"] = clock + draw(st.integers(1, 40))
    if draw(st.integers(0, 3)) == 0:
        rest["starts"] = clock + draw(st.integers(0, 15))
    return ("place", (kind, side, draw(st.floats(0.05, 5.0)), price), rest)


_distance = st.one_of(st.floats(0.3, 5.0), st.sampled_from([0.5, 1.0, 2.0]))


@st.composite
def _bars(draw: st.DrawFn, previous: float, clock: int) -> tuple[Step, float]:
    on_grid = draw(st.booleans())
    offset = st.integers(-12, 12).map(lambda n: n * 0.25) if on_grid else st.floats(-3.0, 3.0)
    reach = st.integers(0, 8).map(lambda n: n * 0.25) if on_grid else st.floats(0.0, 2.0)
    open_ = max(previous + draw(st.one_of(st.just(0.0), offset)), 10.0)
    close = max(open_ + draw(offset), 10.0)
    high, low = max(open_, close) + draw(reach), min(open_, close) - draw(reach)
    opened = clock + draw(st.sampled_from([0, 0, 3]))
    return ("bar", (opened, opened + 10, open_, high, low, close), {}), close


def do(engine: Engine, step: Step) -> object:
    """What the engine answers, or the words with which it refuses."""
    command, arguments, named = step
    try:
        return getattr(engine, command)(*arguments, **named)
    except ValueError as error:
        return str(error)
