"""Hand-made ticks, gaps, parts and two sides: one line for each case, as in `candles`."""

from __future__ import annotations

from tests.execution_core.candles import LONG, QUIET, SELL_102, SELL_STOP_98, SHORT, Candle, Case, order
from tests.execution_core.candles_more import BOUND


def tick(bid: float, ask: float | None = None) -> Candle:
    """A bar without range."""
    return (bid, bid, bid, bid) if ask is None else (bid, bid, bid, bid, 0, (ask, ask, ask, ask))


PATH = {"path": "ticks"}
TICKS = (
    Case("a stop fills at the tick that passes it", (LONG,), (tick(100), tick(96), tick(94)),
         ("1 entry 100", "3 stop 94"), PATH),
    Case("a target fills at the tick that passes it", (LONG,), (tick(100), tick(104), tick(106)),
         ("1 entry 100", "3 target 106"), PATH),
    Case("a tick on the level touches it", (LONG,), (tick(100), tick(95)), ("1 entry 100", "2 stop 95"), PATH),
    # 100 + 4 = 104: the stop is 99 from the next tick on
    Case("a trailing stop follows tick by tick", (order("market", "buy", trail=5),), (tick(100), tick(104), tick(99)),
         ("1 entry 100", "3 stop 99"), PATH),
    Case("a tick that jumps over a trailing stop is its price", (order("market", "buy", trail=5),),
         (tick(100), tick(110), tick(104)), ("1 entry 100", "3 stop 104"), PATH),
    Case("a trailing stop of a short follows tick by tick", (order("market", "sell", trail=5),),
         (tick(100), tick(90), tick(94), tick(96)), ("1 entry 100", "4 stop 96"), PATH),
    Case("a stop-limit is triggered by one tick and filled by a later", (order("stop_limit", "buy", 103, trigger=102),),
         (tick(100), tick(104), tick(103)), ("2 triggered entry", "3 entry 103"), PATH),
    Case("a tick through the limit is needed where that is asked for", (order("limit", "buy", 98),),
         (tick(100), tick(98), tick(97)), ("3 entry 97",), {**PATH, "limit_fill": "through", "tick": 1}),
    Case("a buy limit waits for the ask", (order("limit", "buy", 99),), (tick(99, 99.5), tick(98.6, 99)),
         ("2 entry 99",), PATH),
    Case("a short's stop is the ask's tick", (order("market", "sell", stop=101),),
         (tick(100, 100.2), tick(100.9, 101.1)), ("1 entry 100", "2 stop 101.1"), PATH),
    Case("ticks close a bracket once", (LONG,), (tick(100), tick(94), tick(106)), ("1 entry 100", "2 stop 94"), PATH),
    Case("a horizon counts ticks", (order("market", "buy", horizon=2),), (tick(100), tick(101), tick(102)),
         ("1 entry 100", "3 horizon 102"), PATH),
    # cash -10,000; 10,000 / (200 x 0.8) = 62.5: the tick below it
    Case("a margin call at the tick that passes it", (order("market", "buy", quantity=200),),
         (tick(100), tick(63), tick(62)), ("1 entry 100 x200", "3 margin 62 x200"), {**PATH, **BOUND}),
)  # fmt: skip

GAPS = (
    Case("a sell limit gapped through its stop", (SELL_102,), ((106, 107, 105.5, 106),), ("1 entry 106", "1 stop 106")),
    Case("a sell stop gapped under its target", (SELL_STOP_98,), ((93, 94, 92, 93),), ("1 entry 93", "1 target 93")),
    Case("a trailing stop of a short gapped over", (order("market", "sell", trail=5),),
         ((100, 101, 94, 95), (103, 104, 102, 103)), ("1 entry 100", "2 stop 103")),
    Case("a margin call of a short after a gap", (order("market", "sell", quantity=200),),
         (QUIET, (130, 131, 129, 130)), ("1 entry 100 x200", "2 margin 130 x200"), BOUND),
    Case("two stops gapped over go in the order they were placed",
         (order("stop", "buy", 102), order("stop", "buy", 101, quantity=2)), ((105, 106, 104, 105),),
         ("1 entry 105", "1 entry 105 x2")),
    Case("a reversal after a gap leaves the old bracket behind", (SHORT, order("market", "buy", quantity=2, before=2)),
         (QUIET, (110, 112, 108, 109)), ("1 entry 100", "2 entry 110 x2", "2 cancelled stop position_closed",
                                         "2 cancelled target position_closed")),
)  # fmt: skip

PARTS = (
    Case("a stop that filled in part goes on at the next open", (order("market", "buy", quantity=2, stop=95),),
         ((100, 101, 99, 100, 0), (100, 101, 94, 96, 10), (93, 94, 92, 93, 0)),
         ("1 entry 100 x2", "2 stop 95 part", "3 stop 93"), {"participation": 0.1}),
    Case("a target that filled in part shrinks its stop", (order("market", "buy", quantity=2, stop=95, target=105),),
         ((100, 101, 99, 100, 0), (100, 106, 99, 104, 10), (100, 101, 94, 95, 0)),
         ("1 entry 100 x2", "2 target 105 part", "3 stop 95"), {"participation": 0.1}),
    Case("a limit that filled in part keeps its price", (order("limit", "buy", 99, quantity=2),),
         ((100, 101, 98, 99, 10), (99.5, 100, 98.5, 99, 10)), ("1 entry 99 part", "2 entry 99"),
         {"participation": 0.1}),
    Case("one of a group that filled in part shrinks the others",
         (order("limit", "buy", 98, quantity=2, group=1), order("stop", "buy", 102, quantity=2, group=1)),
         ((100, 101, 97, 99, 10), (100, 103, 99, 102, 0)), ("1 entry 98 part", "2 entry 102"), {"participation": 0.1}),
)  # fmt: skip

ASK = (100.5, 106.5, 94.5, 100.5)
SIDES = (
    Case("stop and target on the bid of one bar", (LONG,), ((100, 101, 99, 100, 0, (100.5, 101.5, 99.5, 100.5)),
                                                            (100, 106, 94, 100, 0, ASK)),
         ("1 entry 100.5", "2 stop 95?")),
    Case("a short's target waits for the ask", (order("market", "sell", target=95),),
         ((100, 101, 99, 100, 0, (100.5, 101.5, 99.5, 100.5)), (96, 97, 94.8, 96, 0, (96.4, 97.4, 95.2, 96.4)),
          (96, 97, 94.5, 96, 0, (96.4, 97.4, 94.9, 96.4))), ("1 entry 100", "3 target 95")),
    Case("a buy stop is reached by the ask before the bid", (order("stop", "buy", 102),),
         ((100, 101.8, 99, 101, 0, (100.4, 102.2, 99.4, 101.4)),), ("1 entry 102",)),
    Case("a sell stop is not reached by the ask", (order("stop", "sell", 98),),
         ((100, 101, 98.1, 100, 0, (100.1, 101.1, 98.2, 100.1)), (100, 101, 97.9, 99, 0, (100.1, 101.1, 98, 99.1))),
         ("2 entry 98",)),
)  # fmt: skip

TICKED = (*TICKS, *GAPS, *PARTS, *SIDES)
