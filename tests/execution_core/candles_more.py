"""Hand-made candles for volume, margin, two sides, offsets and times in force: one line for each case, as in `candles`.

A candle may have a fifth value, its volume, and an ask of four prices as a sixth.
"""

from __future__ import annotations

from tests.execution_core.candles import QUIET, Case, order

PARTS = (
    Case("a cap leaves the rest for the next bar", (order("market", "buy", quantity=3),),
         ((100, 101, 99, 100, 10), (101, 102, 100, 101, 10), (102, 103, 101, 102, 10)),
         ("1 entry 100 part", "2 entry 101 part", "3 entry 102"), {"participation": 0.1}),
    Case("no volume known means no cap", (order("market", "buy", quantity=3),), ((100, 101, 99, 100, 0),),
         ("1 entry 100 x3",), {"participation": 0.1}),
    Case("legs grow with what their entry gets", (order("market", "buy", quantity=2, stop=95),),
         ((100, 101, 99, 100, 10), (100, 101, 99, 100, 10), (100, 101, 94, 95, 0)),
         ("1 entry 100 part", "2 entry 100", "3 stop 95 x2"), {"participation": 0.1}),
    Case("a leg's fill ends the rest of its entry", (order("market", "buy", quantity=2, stop=95),),
         ((100, 101, 99, 100, 10), (96, 97, 96, 97, 0.001), (97, 98, 94, 95, 100)),
         ("1 entry 100 part", "2 entry 96 x0.0001 part", "3 entry 97 x0.9999", "3 stop 95 x2"),
         {"participation": 0.1}),
    Case("a stop that fills in part shrinks its target", (order("market", "buy", quantity=2, stop=95, target=105),),
         ((100, 101, 99, 100, 0), (100, 101, 94, 96, 10), (104, 106, 103, 105, 0)),
         ("1 entry 100 x2", "2 stop 95 part", "3 target 105"), {"participation": 0.1}),
    Case("one bar's volume is shared", (order("limit", "buy", 99, quantity=0.6), order("limit", "buy", 98, quantity=1)),
         ((100, 101, 97, 98, 10), QUIET), ("1 entry 99 x0.6", "1 entry 98 x0.4 part"), {"participation": 0.1}),
    Case("what is left is rounded down to the lot", (order("market", "buy", quantity=1),), ((100, 101, 99, 100, 5.5),),
         ("1 entry 100 x0.5 part",), {"participation": 0.1, "lot": 0.1}),
    Case("immediate or cancel keeps no rest", (order("market", "buy", quantity=3, tif="ioc"),),
         ((100, 101, 99, 100, 10), QUIET), ("1 entry 100 part", "1 cancelled entry unfilled"), {"participation": 0.1}),
)  # fmt: skip

TIMES = (
    Case(
        "immediate or cancel of a limit away from the open",
        (order("limit", "buy", 98, tif="ioc"),),
        ((100, 101, 97, 98),),
        ("1 cancelled entry unfilled",),
    ),
    Case(
        "immediate or cancel of a limit at the open",
        (order("limit", "buy", 98, tif="ioc"),),
        ((98, 99, 97, 98),),
        ("1 entry 98",),
    ),
    Case(
        "a day order lives through its day",
        (order("limit", "buy", 98, tif="day"),),
        (QUIET, (100, 101, 97, 98)),
        ("2 entry 98",),
    ),
    Case(
        "one of a group cancels the others",
        (order("limit", "buy", 98, group=1), order("stop", "buy", 102, group=1)),
        ((100, 101, 97, 99), (100, 103, 99, 102)),
        ("1 entry 98",),
    ),
    Case(
        "no group, both fill",
        (order("limit", "buy", 98), order("stop", "buy", 102)),
        ((100, 101, 97, 99), (100, 103, 99, 102)),
        ("1 entry 98", "2 entry 102"),
    ),
)

STOP_LIMITS = (
    Case("a stop-limit fills where it is triggered within its limit", (order("stop_limit", "buy", 103, trigger=102),),
         ((100, 104, 99, 103),), ("1 triggered entry", "1 entry 102")),
    Case("a stop-limit gapped over its limit waits", (order("stop_limit", "buy", 103, trigger=102),),
         ((104, 105, 103.5, 104), (104, 104.5, 102, 103)), ("1 triggered entry", "2 entry 103")),
    Case("a stop-limit slips no further than its limit", (order("stop_limit", "buy", 102.01, trigger=102),),
         ((100, 104, 99, 103),), ("1 triggered entry", "1 entry 102.01"), {"slippage": 0.01}),
    Case("a limit behind its trigger may be older than it", (order("stop_limit", "buy", 101, trigger=102),),
         ((100, 104, 99, 103), (103, 104, 100, 101)), ("1 triggered entry ?", "2 entry 101")),
    Case("a sale's stop-limit", (order("stop_limit", "sell", 97, trigger=98),), ((100, 101, 96, 97),),
         ("1 triggered entry", "1 entry 98")),
)  # fmt: skip

OFFSETS = (
    Case("a stop as a fraction of the fill", (order("market", "buy", stop_fraction=0.05),),
         ((100, 101, 99, 100), (100, 101, 94, 95)), ("1 entry 100", "2 stop 95")),
    Case("a target as a distance from the fill", (order("market", "sell", target_distance=5),),
         ((100, 101, 99, 100), (100, 101, 94, 95)), ("1 entry 100", "2 target 95")),
    Case("offsets count from the fill after slippage", (order("market", "buy", stop_distance=5),),
         ((100, 102, 100, 101), (101, 101, 95, 96)), ("1 entry 101", "2 stop 95.04"), {"slippage": 0.01}),
    Case("offset levels are rounded to trigger earlier", (order("market", "buy", stop_distance=5.1),),
         ((100, 101, 99, 100), (100, 101, 94, 95)), ("1 entry 100", "2 stop 95"), {"tick": 0.25}),
)  # fmt: skip

COSTS = (
    Case("half the spread is paid", (order("market", "buy"),), (QUIET,), ("1 entry 100.1",), {"spread": 0.002}),
    Case("ticks of slippage", (order("market", "sell"),), (QUIET,), ("1 entry 99.5",),
         {"tick": 0.25, "slippage_ticks": 2}),
    # the square root of 1 / 4 is half of the impact of 2 %
    Case("impact grows with the square root of the share", (order("market", "buy"),), ((100, 101, 99, 100, 4),),
         ("1 entry 101",), {"impact": 0.02}),
    Case("no volume known means no impact", (order("market", "buy"),), (QUIET,), ("1 entry 100",), {"impact": 0.02}),
    Case("at the close it was decided on", (order("market", "buy", before=2),), (QUIET, (105, 106, 104, 105)),
         ("1 entry 100",), {"fill_timing": "same_close"}),
)  # fmt: skip

BOUND = {"leverage": 2.0, "maintenance": 0.2}
MARGIN = (
    # 10,000 of cash buy 200 at 100; free is -10,000, half of the value is to be covered: 10,000 / (200 x 0.5) = 100
    Case("more than leverage allows is refused", (order("market", "buy", quantity=201),), (QUIET,),
         ("1 cancelled entry no_margin",), {"leverage": 2.0}),
    Case("as much as leverage allows is taken", (order("market", "buy", quantity=200),), (QUIET,),
         ("1 entry 100 x200",), {"leverage": 2.0}),
    # cash -10,000; 10,000 / (200 x 0.8) = 62.5
    Case("a margin call closes at its level", (order("market", "buy", quantity=200),),
         (QUIET, (100, 101, 60, 61)), ("1 entry 100 x200", "2 margin 62.5 x200"), BOUND),
    Case("a margin call after a gap closes at the open", (order("market", "buy", quantity=200),),
         (QUIET, (55, 56, 54, 55)), ("1 entry 100 x200", "2 margin 55 x200"), BOUND),
    # cash 30,000; 30,000 / (200 x 1.2) = 125
    Case("a margin call of a short", (order("market", "sell", quantity=200),),
         (QUIET, (100, 130, 99, 128)), ("1 entry 100 x200", "2 margin 125 x200"), BOUND),
    Case("a stop nearer than the margin call goes first", (order("market", "buy", quantity=200, stop=80),),
         (QUIET, (100, 101, 60, 61)), ("1 entry 100 x200", "2 stop 80 x200"), BOUND),
    Case("a margin call cancels what waits", (order("market", "buy", quantity=200), order("limit", "buy", 50)),
         (QUIET, (100, 101, 60, 61)), ("1 entry 100 x200", "2 margin 62.5 x200", "2 cancelled entry margin_call"),
         BOUND),
)  # fmt: skip

SIDES = (
    Case("a purchase pays the ask", (order("market", "buy"),), ((100, 101, 99, 100, 0, (100.5, 101.5, 99.5, 100.5)),),
         ("1 entry 100.5",)),
    Case("a sale gets the bid", (order("market", "sell"),), ((100, 101, 99, 100, 0, (100.5, 101.5, 99.5, 100.5)),),
         ("1 entry 100",)),
    Case("a buy limit needs the ask to come down", (order("limit", "buy", 99),),
         ((100, 101, 98.8, 100, 0, (100.5, 101.5, 99.3, 100.5)), (100, 101, 98, 100, 0, (100.5, 101.5, 98.5, 100.5))),
         ("2 entry 99",)),
    Case("a long's stop is triggered by the bid", (order("market", "buy", stop=99),),
         ((100, 101, 98.9, 100, 0, (100.5, 101.5, 99.4, 100.5)),), ("1 entry 100.5", "1 stop 99")),
    Case("a short's stop is triggered by the ask", (order("market", "sell", stop=101.4),),
         ((100, 101, 99, 100, 0, (100.5, 101.5, 99.5, 100.5)),), ("1 entry 100", "1 stop 101.4")),
)  # fmt: skip

RISK = (
    Case("a breaker cancels entries and keeps legs",
         (order("market", "buy", stop=80), order("limit", "buy", 70)),
         ((100, 101, 99, 100), (100, 101, 89, 90), (90, 91, 79, 80)),
         ("1 entry 100", "2 tripped entry daily_loss", "2 cancelled entry daily_loss", "3 stop 80"),
         {"rules": {"daily_loss_amount": 10.0}}),
    Case("a breaker that flattens does so at the next open", (order("market", "buy", stop=50),),
         ((100, 101, 99, 100), (100, 101, 89, 90), (92, 93, 91, 92)),
         ("1 entry 100", "2 tripped entry drawdown", "3 flat 92", "3 cancelled stop position_closed"),
         {"rules": {"drawdown": 0.001, "flatten": True}}),
    Case("orders after a breaker are refused", (order("market", "buy"), order("market", "buy", before=3)),
         ((100, 101, 99, 100), (100, 101, 89, 90), QUIET),
         ("1 entry 100", "2 tripped entry daily_loss", "2 rejected entry daily_loss"),
         {"rules": {"daily_loss": 0.001}}),
    Case("a second loss in a row trips", (order("market", "buy", stop=95), order("market", "buy", stop=95, before=2)),
         ((100, 101, 94, 100), (100, 101, 94, 100)),
         ("1 entry 100", "1 stop 95", "2 entry 100", "2 stop 95", "2 tripped entry losing_streak"),
         {"rules": {"losing_streak": 2}}),
    Case("contracts beyond the limit are refused", (order("market", "buy", quantity=6),), (QUIET,),
         ("0 rejected entry contract_limit",), {"rules": {"contracts": 5.0}}),
)  # fmt: skip

MORE = (*PARTS, *TIMES, *STOP_LIMITS, *OFFSETS, *COSTS, *MARGIN, *SIDES, *RISK)
