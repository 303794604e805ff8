"""The reference work on hftbacktest: each bar as four quotes, a compiled loop that holds stop and target itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.work import CASH, FEE, STOP, TARGET, Outcome, Work, report

MINUTE = 60_000_000_000
TICK = 1.0  # a finer one takes a hundred times as long: levels are walked through one by one
LOOP = """
def loop(hbt, sides, stop_share, target_share):
    trades, number, position, stop, target = 0, 1, 0, 0.0, 0.0
    for bar in range(len(sides)):
        for quarter in range(4):
            if hbt.elapse(15_000_000_000) != 0:
                return trades
            depth = hbt.depth(0)
            price = depth.best_bid if position > 0 else depth.best_ask
            if position != 0 and (position * (price - stop) <= 0.0 or position * (price - target) >= 0.0):
                place(hbt, number, -position, price)
                number, position, trades = number + 1, 0, trades + 1
        side = sides[bar]
        if side != 0:
            depth = hbt.depth(0)
            price = depth.best_ask if side > 0 else depth.best_bid
            for _ in range(2 if position != 0 else 1):
                place(hbt, number, side, price)
                number += 1
            trades += position != 0
            position = side
            stop, target = price * (1.0 - side * stop_share), price * (1.0 + side * target_share)
        hbt.clear_inactive_orders(0)
    return trades
"""
PLACE = """
def place(hbt, number, side, price):
    if side > 0:
        hbt.submit_buy_order(0, number, price, 1.0, GTC, MARKET, False)
    else:
        hbt.submit_sell_order(0, number, price, 1.0, GTC, MARKET, False)
"""


def quotes(work: Work, library: Any) -> NDArray[Any]:
    """Open, low, high and close rounded to ticks, as best bid and an ask one tick above, 15 seconds apart."""
    points = np.column_stack([work.open, work.low, work.high, work.close]).ravel()
    at = np.repeat(work.opened - work.opened[0], 4) + np.tile(np.arange(4) * (MINUTE // 4), len(work.open)) + 1
    both = library.EXCH_EVENT | library.LOCAL_EVENT
    # What is quoted no longer is taken away before the new quote: clear both sides up to it.
    kinds = [
        both | what | side for what in (library.DEPTH_CLEAR_EVENT, library.DEPTH_EVENT)
        for side in (library.BUY_EVENT, library.SELL_EVENT)
    ]  # fmt: skip
    rows = np.zeros(4 * len(points), dtype=import_module("hftbacktest.types").event_dtype)
    rows["ev"] = np.tile(np.array(kinds, dtype=np.uint64), len(points))
    rows["exch_ts"] = rows["local_ts"] = np.repeat(at, 4)
    rows["px"] = np.repeat(np.round(points), 4) + np.tile([0.0, TICK, 0.0, TICK], len(points))
    rows["qty"] = 1e6
    return rows


@cache
def compiled() -> Callable[..., int]:
    library, numba = import_module("hftbacktest"), import_module("numba")
    names = {"GTC": library.GTC, "MARKET": library.MARKET}
    exec(PLACE, names)
    names["place"] = numba.njit(names["place"])
    exec(LOOP, names)
    loop: Callable[..., int] = numba.njit(names["loop"])
    return loop


def play(work: Work) -> Outcome:
    library = import_module("hftbacktest")
    rows = quotes(work, library)  # it reads them where they lie, so they are kept
    asset = (
        library.BacktestAsset().data([rows]).linear_asset(1.0).constant_order_latency(0, 0)
        .risk_adverse_queue_model().no_partial_fill_exchange().trading_value_fee_model(FEE, FEE).tick_size(TICK)
        .lot_size(1.0)
    )  # fmt: skip
    hbt = library.HashMapMarketDepthBacktest([asset])
    trades = compiled()(hbt, work.sides, STOP, TARGET)
    state = hbt.state_values(0)
    equity = CASH + state.balance + state.position * work.close[-1] - state.fee
    hbt.close()
    return Outcome(int(trades), float(equity))


if __name__ == "__main__":
    report("hftbacktest", play)
