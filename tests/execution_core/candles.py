"""Hand-made candles and what must come of them: one line for each case.

Bar n (from 1) opens at 10 (n - 1) and closes at 10 n. Orders are placed before bar 1, or before the bar they name.
Told is written `bar leg price`, `x quantity` where it is not 1, `?` where the fill is ambiguous; endings of orders as
`bar what leg reason`. Cancelled siblings and legs of ended entries are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

Candle = tuple[Any, ...]
Order = dict[str, Any]


class Case(NamedTuple):
    name: str
    orders: tuple[Order, ...]
    candles: tuple[Candle, ...]
    told: tuple[str, ...]
    settings: Mapping[str, Any] = {}


def order(kind: str, side: str, price: float = 0.0, quantity: float = 1.0, **rest: Any) -> Order:
    return {"kind": kind, "side": side, "price": price, "quantity": quantity, **rest}


QUIET: Candle = (100, 101, 99, 100)
"""Reaches none of the levels below."""

LONG = order("market", "buy", stop=95, target=105)
SHORT = order("market", "sell", stop=105, target=95)
BUY_98 = order("limit", "buy", 98, stop=95, target=105)
SELL_102 = order("limit", "sell", 102, stop=105, target=95)
BUY_STOP_102 = order("stop", "buy", 102, stop=99, target=105)
SELL_STOP_98 = order("stop", "sell", 98, stop=101, target=95)
IN = "1 entry 100"


def _long(name: str, candle: Candle, told: str, **settings: Any) -> Case:
    return Case(f"long, {name}", (LONG,), (QUIET, candle), (IN, told), settings)


def _short(name: str, candle: Candle, told: str, **settings: Any) -> Case:
    return Case(f"short, {name}", (SHORT,), (QUIET, candle), (IN, told), settings)


def _one(name: str, first: Order, candle: Candle, *told: str, **settings: Any) -> Case:
    return Case(name, (first,), (candle,), told, settings)


# The table every engine answers differently; these are the promised answers.
PROMISED = (
    _long("both hit", (100, 106, 94, 100), "2 stop 95?"),
    _long("both hit, open near the low", (96, 106, 94, 100), "2 stop 95?"),
    _long("both hit, open near the high", (104, 106, 94, 100), "2 stop 95?"),
    _long("gap below the stop", (90, 92, 88, 91), "2 stop 90"),
    _long("gap above the target", (110, 112, 108, 110), "2 target 110"),
    _long("stop touched exactly", (100, 101, 95, 100), "2 stop 95"),
    _long("target touched exactly", (100, 105, 99, 100), "2 target 105"),
    _one("stop inside the entry bar of a market order", LONG, (100, 101, 94, 99), IN, "1 stop 95"),
    _one("target inside the entry bar of a market order", LONG, (100, 106, 99, 101), IN, "1 target 105"),
    _one("buy limit touched by the low", order("limit", "buy", 98), (100, 101, 98, 100), "1 entry 98"),
    _one("buy limit, open below it", order("limit", "buy", 98), (97, 99, 96, 98), "1 entry 97"),
)

EXITS = (
    _long("nothing reached", (100, 104.99, 95.01, 100), "")._replace(told=(IN,)),
    _long("gap onto the stop exactly", (95, 96, 94, 95), "2 stop 95"),
    _long("gap below the stop, then up to the target: the open came first", (90, 106, 88, 105), "2 stop 90"),
    _long("gap above the target, then down to the stop: the open came first", (110, 112, 94, 95), "2 target 110"),
    _long("gap above the target at the limit", (110, 112, 104, 110), "2 target 105", limit_gap="at_limit"),
    _long("at the limit, never outside the bar", (110, 112, 108, 110), "2 target 108", limit_gap="at_limit"),
    _long("a bar without range", (95, 95, 95, 95), "2 stop 95"),
    _long("target touched, through asked for", (100, 105, 99, 100), "", limit_fill="through", tick=0.01)._replace(
        told=(IN,)
    ),
    _long("target passed by a tick", (100, 105.01, 99, 100), "2 target 105", limit_fill="through", tick=0.01),
    _short("both hit", (100, 106, 94, 100), "2 stop 105?"),
    _short("gap above the stop", (110, 112, 108, 109), "2 stop 110"),
    _short("gap below the target", (90, 92, 88, 91), "2 target 90"),
    _short("stop touched exactly", (100, 105, 99, 100), "2 stop 105"),
    _short("target touched exactly", (100, 101, 95, 100), "2 target 95"),
    _one("short, stop inside the entry bar", SHORT, (100, 106, 99, 101), IN, "1 stop 105"),
    _one("short, target inside the entry bar", SHORT, (100, 101, 94, 99), IN, "1 target 95"),
    _one("short, both inside the entry bar", SHORT, (100, 106, 94, 99), IN, "1 stop 105?"),
    _one("long, both inside the entry bar", LONG, (100, 106, 94, 99), IN, "1 stop 95?"),
)

LIMIT_ENTRIES = (
    _one("limit entry, the low after it reaches the stop", BUY_98, (100, 101, 94, 96), "1 entry 98", "1 stop 95"),
    _one("limit entry, the high may be older: left alone", BUY_98, (100, 106, 97, 100), "1 entry 98?"),
    _one("limit entry, close beyond the target", BUY_98, (100, 106, 97, 105.5), "1 entry 98", "1 target 105"),
    _one("limit entry, close on the target", BUY_98, (100, 106, 97, 105), "1 entry 98", "1 target 105"),
    _one("limit entry, both in the bar", BUY_98, (100, 106, 94, 100), "1 entry 98", "1 stop 95?"),
    _one("limit entry, both, close beyond the target", BUY_98, (100, 106, 94, 106), "1 entry 98", "1 stop 95?"),
    Case("limit entry, left alone and taken a bar later", (BUY_98,), ((100, 106, 97, 100), (100, 105, 99, 104)),
         ("1 entry 98?", "2 target 105")),
    _one("limit entry at the open leaves the whole bar", BUY_98, (97, 105, 96, 100), "1 entry 97", "1 target 105"),
    _one("limit entry at the open, both in the bar", BUY_98, (97, 106, 94, 100), "1 entry 97", "1 stop 95?"),
    _one("limit entry gapped through its stop", BUY_98, (94, 99, 93, 98), "1 entry 94", "1 stop 94"),
    _one("limit entry, gap filled at the limit", order("limit", "buy", 98), (97, 99, 96, 98), "1 entry 98",
         limit_gap="at_limit"),
    _one("limit entry, gap, limit above the whole bar", order("limit", "buy", 98), (97, 97.5, 96, 97), "1 entry 97.5",
         limit_gap="at_limit"),
    _one("limit entry not reached", BUY_98, (100, 106, 98.01, 100)),
    _one("limit entry touched, through asked for", BUY_98, (100, 101, 98, 100), limit_fill="through", tick=0.01),
    _one("limit entry passed by a tick", BUY_98, (100, 101, 97.99, 100), "1 entry 98", limit_fill="through", tick=0.01),
    _one("sell limit, the high after it reaches the stop", SELL_102, (100, 106, 99, 101), "1 entry 102", "1 stop 105"),
    _one("sell limit, the low may be older: left alone", SELL_102, (100, 103, 94, 100), "1 entry 102?"),
    _one("sell limit, close on the target", SELL_102, (100, 103, 94, 95), "1 entry 102", "1 target 95"),
    _one("sell limit, both in the bar", SELL_102, (100, 106, 94, 100), "1 entry 102", "1 stop 105?"),
    _one("sell limit, open above it", SELL_102, (103, 104, 102.5, 103), "1 entry 103"),
)  # fmt: skip

STOP_ENTRIES = (
    _one("buy stop reached", BUY_STOP_102, (100, 103, 99.5, 101), "1 entry 102"),
    _one("buy stop touched exactly", BUY_STOP_102, (100, 102, 99.5, 101), "1 entry 102"),
    _one("buy stop gapped over", BUY_STOP_102, (104, 104.5, 103, 104), "1 entry 104"),
    _one("buy stop gapped over its target", BUY_STOP_102, (107, 108, 106, 107), "1 entry 107", "1 target 107"),
    _one("buy stop, the high after it reaches the target", BUY_STOP_102, (100, 106, 99.5, 103),
         "1 entry 102", "1 target 105"),
    _one("buy stop, the low may be older: left alone", BUY_STOP_102, (100, 103, 98, 102.5), "1 entry 102?"),
    _one("buy stop, close beyond the stop", BUY_STOP_102, (100, 103, 98, 98.5), "1 entry 102", "1 stop 99"),
    # It ended in this bar for certain, at the target or before it at the stop: the worse of the two.
    _one("buy stop, target certain, stop possible", BUY_STOP_102, (100, 106, 98, 103), "1 entry 102", "1 stop 99?"),
    _one("sell stop reached", SELL_STOP_98, (100, 100.5, 97, 99), "1 entry 98"),
    _one("sell stop gapped over", SELL_STOP_98, (96, 97, 95.5, 96), "1 entry 96"),
    _one("sell stop, the low after it reaches the target", SELL_STOP_98, (100, 100.5, 94, 96),
         "1 entry 98", "1 target 95"),
    _one("sell stop, the high may be older: left alone", SELL_STOP_98, (100, 102, 97, 97.5), "1 entry 98?"),
    _one("sell stop, target certain, stop possible", SELL_STOP_98, (100, 102, 94, 96), "1 entry 98", "1 stop 101?"),
)  # fmt: skip

PATHS = (
    _long("both hit, high first", (100, 106, 94, 100), "2 target 105?", path="ohlc"),
    _long("both hit, low first", (100, 106, 94, 100), "2 stop 95?", path="olhc"),
    _long("both hit, adaptive, open near the high", (104, 106, 94, 100), "2 target 105?", path="adaptive"),
    _long("both hit, adaptive, open near the low", (96, 106, 94, 100), "2 stop 95?", path="adaptive"),
    _long("both hit, adaptive, open in the middle", (100, 106, 94, 100), "2 stop 95?", path="adaptive"),
    _short("both hit, high first", (100, 106, 94, 100), "2 stop 105?", path="ohlc"),
    _short("both hit, low first", (100, 106, 94, 100), "2 target 95?", path="olhc"),
    _one("low first, limit entry, then the high", BUY_98, (100, 106, 97, 100), "1 entry 98", "1 target 105?",
         path="olhc"),
    _one("high first, limit entry, the high is over", BUY_98, (100, 106, 97, 100), "1 entry 98?", path="ohlc"),
    _one("high first, limit entry, up again to the close", BUY_98, (100, 106, 97, 105.5), "1 entry 98", "1 target 105",
         path="ohlc"),
    _one("low first, buy stop entry, then the target", BUY_STOP_102, (100, 106, 98, 103), "1 entry 102",
         "1 target 105?", path="olhc"),
    # Both sides are 3 away: low first. The second fill closes the first.
    Case("two entries round the open", (order("stop", "buy", 102), order("stop", "sell", 98)),
         ((100, 103, 97, 101),), ("1 entry 98?", "1 entry 102?")),
)  # fmt: skip

TRAILS = (
    # Bar 1 reaches 104: the stop is 99 in bar 2.
    Case("trailing stop follows the high of the bar before", (order("market", "buy", trail=5),),
         ((100, 104, 99, 103), (103, 103, 98, 99)), (IN, "2 stop 99")),
    # 110 - 5 = 105 lies above bar 1's low of 96, but 110 was not known before.
    Case("trailing stop is not moved by the bar it is tested on", (order("market", "buy", trail=5),),
         ((100, 110, 96, 108), (108, 109, 106, 107), (104, 106, 103, 105)), (IN, "3 stop 104")),
    Case("trailing stop starts at the fill less its distance", (order("market", "buy", trail=5),),
         ((100, 101, 95, 96),), (IN, "1 stop 95")),
    # 100 + 5 = 105 is reached in bar 2 (106): stop at 103 in bar 3.
    Case("trailing starts after the activation", (order("market", "buy", stop=95, trail=3, activation=5),),
         ((100, 104, 96, 103), (103, 106, 102, 104), (104, 104, 102, 103)), (IN, "3 stop 103")),
    Case("the first stop holds before the activation", (order("market", "buy", stop=95, trail=3, activation=5),),
         ((100, 104, 96, 103), (103, 104, 94, 95)), (IN, "2 stop 95")),
    Case("no stop before the activation where none was given", (order("market", "buy", trail=3, activation=5),),
         ((100, 101, 80, 90),), (IN,)),
    Case("a short has no stop before the activation where none was given",
         (order("market", "sell", trail=3, activation=5),), ((100, 120, 99, 110),), (IN,)),
    Case("trailing stop of a short", (order("market", "sell", trail=5),),
         ((100, 101, 94, 95), (95, 99, 94, 98)), (IN, "2 stop 99")),
    # The high of 110 may be older than the entry; the close of 99 is not: stop at 94.
    Case("trailing knows only what came after a limit entry", (order("limit", "buy", 98, trail=5),),
         ((100, 110, 97, 99), (99, 100, 94, 95)), ("1 entry 98", "2 stop 94")),
    # The high of 110 came after the fill at 102: stop at 105, and the next open lies below it.
    Case("trailing knows the high after a stop entry", (order("stop", "buy", 102, trail=5),),
         ((100, 110, 99, 108), (104, 106, 103, 104)), ("1 entry 102", "2 stop 104")),
    # Placed with the last close at 100: stop at 96; bar 2's high of 103 makes it 99 in bar 3.
    Case("trailing order on its own", (order("market", "buy"), order("trail", "sell", trail=4, before=2)),
         ((100, 101, 99, 100), (100, 103, 97, 102), (102, 102, 98, 99)), (IN, "3 entry 99")),
    Case("trailing level is rounded to trigger earlier", (order("market", "buy", trail=5.1),),
         ((100, 101, 95.5, 96), (96, 97, 95.9, 96), (96, 96, 95, 95)), (IN, "2 stop 96"), {"tick": 0.25}),
)  # fmt: skip

HORIZONS = (
    Case("horizon of one bar ends at the next open", (order("market", "buy", horizon=1),),
         (QUIET, (101, 102, 100, 101)), (IN, "2 horizon 101")),
    Case("horizon counts the entry's bar", (order("market", "buy", horizon=3),),
         (QUIET, QUIET, QUIET, (101, 102, 100, 101)), (IN, "4 horizon 101")),
    Case("horizon counts from the fill, not from the order", (order("limit", "buy", 98, horizon=1),),
         (QUIET, (100, 101, 98, 99), (97, 99, 96, 98)), ("2 entry 98", "3 horizon 97")),
    Case("horizon goes before a stop at the same open", (order("market", "buy", stop=95, horizon=1),),
         (QUIET, (90, 92, 88, 91)), (IN, "2 horizon 90")),
    Case("a stop before the horizon ends it", (order("market", "buy", stop=95, horizon=2),),
         (QUIET, (100, 101, 94, 95), QUIET, QUIET), (IN, "2 stop 95")),
    Case("horizon fills slip against us", (order("market", "buy", horizon=1),), (QUIET, QUIET),
         ("1 entry 100.05", "2 horizon 99.95"), {"slippage": 0.0005}),
)  # fmt: skip

EXPIRIES = (
    Case("expires with the bar's close: the whole bar counts", (order("limit", "buy", 98, expires=10),),
         ((100, 101, 98, 99),), ("1 entry 98",)),
    Case("expires with the bar's close: withdrawn then", (order("limit", "buy", 98, expires=10),),
         (QUIET, (97, 99, 96, 98)), ("1 expired entry",)),
    Case("expires inside the bar: the low may come later", (order("limit", "buy", 98, expires=5),),
         ((100, 101, 97, 99),), ("1 expired entry",)),
    Case("expires inside the bar: the open does not", (order("limit", "buy", 98, expires=5),),
         ((97, 99, 96, 98),), ("1 entry 97",)),
    Case("expiry takes the waiting legs along", (BUY_98 | {"expires": 10},), (QUIET, (94, 106, 93, 100)),
         ("1 expired entry",)),
    Case("legs of a filled entry outlive its expiry", (BUY_98 | {"expires": 10},),
         ((100, 101, 98, 99), QUIET, (100, 106, 99, 105)), ("1 entry 98", "3 target 105")),
)  # fmt: skip

STARTS = (
    Case("an order leaves bars alone that opened before it", (order("limit", "buy", 98, starts=5),),
         ((97, 99, 96, 98), (100, 101, 97, 99)), ("2 entry 98",)),
    Case("an order acts from the bar that opens with it", (order("market", "buy", starts=10, stop=95),),
         (QUIET, (100, 101, 94, 99)), ("2 entry 100", "2 stop 95")),
    Case("a sleeping order makes no bar ambiguous", (LONG, order("limit", "buy", 98, starts=25)),
         (QUIET, (100, 105, 97, 100)), (IN, "2 target 105")),
)  # fmt: skip

POSITIONS = (
    Case("reversal at the open goes before a stop there", (LONG, order("market", "sell", quantity=2, before=2)),
         (QUIET, (90, 92, 88, 91)), (IN, "2 entry 90 x2", "2 cancelled stop position_closed",
                                     "2 cancelled target position_closed")),
    Case("a smaller sale shrinks the legs", (LONG | {"quantity": 10}, order("market", "sell", quantity=4, before=2)),
         (QUIET, QUIET, (100, 101, 94, 96)), ("1 entry 100 x10", "2 entry 100 x4", "3 stop 95 x6")),
    Case("a sale of all cancels the legs", (LONG, order("market", "sell", before=2)), (QUIET, QUIET, (90, 91, 89, 90)),
         (IN, "2 entry 100", "2 cancelled stop position_closed", "2 cancelled target position_closed")),
    Case("each bracket ends by itself", (LONG, order("market", "buy", quantity=2, stop=90, target=110)),
         (QUIET, (100, 101, 94, 96), (96, 97, 89, 90)), (IN, "1 entry 100 x2", "2 stop 95", "3 stop 90 x2")),
    Case("an entry that only reduces has nothing to protect",
         (order("market", "buy", quantity=3), order("market", "sell", stop=105, target=95, before=2)),
         (QUIET, QUIET, (100, 106, 94, 100)),
         ("1 entry 100 x3", "2 entry 100", "2 cancelled stop nothing_to_reduce",
          "2 cancelled target nothing_to_reduce")),
    Case("an entry that flips protects what it opened",
         (order("market", "buy"), order("market", "sell", quantity=3, stop=105, before=2)),
         (QUIET, QUIET, (100, 106, 99, 101)), (IN, "2 entry 100 x3", "3 stop 105 x2")),
    Case("legs once shrunk do not grow again",
         (LONG | {"quantity": 10}, order("market", "sell", quantity=4, before=2),
          order("market", "buy", quantity=4, before=3)),
         (QUIET, QUIET, QUIET, (100, 101, 94, 96)),
         ("1 entry 100 x10", "2 entry 100 x4", "3 entry 100 x4", "4 stop 95 x6")),
    Case("exits that know nothing of each other, the worse first",
         (order("market", "buy"), order("limit", "sell", 105, reduce_only=True),
          order("stop", "sell", 95, reduce_only=True)),
         (QUIET, (104, 106, 94, 100)), (IN, "2 entry 95?", "2 cancelled entry nothing_to_reduce")),
    Case("the same of a short",
         (order("market", "sell"), order("limit", "buy", 95, reduce_only=True),
          order("stop", "buy", 105, reduce_only=True)),
         (QUIET, (96, 106, 94, 100)), (IN, "2 entry 105?", "2 cancelled entry nothing_to_reduce")),
    _one("at the open a stop goes before a limit", order("limit", "sell", 101), (103, 104, 102, 103))._replace(
        orders=(order("limit", "sell", 101), order("stop", "buy", 102, quantity=2)),
        told=("1 entry 103 x2", "1 entry 103")),
    Case("reduce-only with nothing to reduce", (order("limit", "sell", 101, reduce_only=True),), (QUIET,),
         ("1 cancelled entry nothing_to_reduce",)),
    Case("reduce-only never adds", (order("market", "buy"), order("market", "buy", reduce_only=True, before=2)),
         (QUIET, QUIET), (IN, "2 cancelled entry nothing_to_reduce")),
    Case("reduce-only never flips",
         (order("market", "buy"), order("market", "sell", quantity=5, reduce_only=True, before=2)),
         (QUIET, QUIET), (IN, "2 entry 100")),
    Case("two limits in one bar, the nearer first", (order("limit", "buy", 97), order("limit", "buy", 98)),
         ((100, 101, 96, 97),), ("1 entry 98", "1 entry 97")),
    Case("a stop goes before a limit at the same price",
         (order("limit", "buy", 98, quantity=2), order("market", "buy", stop=98)),
         ((100, 101, 97, 99),), (IN, "1 stop 98", "1 entry 98 x2")),
)  # fmt: skip

COSTS = (
    _one("a market buy slips up", order("market", "buy"), QUIET, "1 entry 100.05", slippage=0.0005),
    _one("a market sale slips down", order("market", "sell"), QUIET, "1 entry 99.95", slippage=0.0005),
    # 95 x 0.9995 = 94.9525
    Case("a stop slips, its limit entry does not", (order("limit", "buy", 98, stop=95),), ((100, 101, 94, 96),),
         ("1 entry 98", "1 stop 94.9525"), {"slippage": 0.0005}),
    Case("a target does not slip", (order("limit", "buy", 98, target=105),), ((98, 106, 97, 104),),
         ("1 entry 98", "1 target 105"), {"slippage": 0.0005}),
    _one("a buy limit is rounded down", order("limit", "buy", 98.3), (100, 101, 98.25, 99), "1 entry 98.25", tick=0.25),
    _one("a buy limit rounded down is not reached", order("limit", "buy", 98.3), (100, 101, 98.3, 99), tick=0.25),
    _one("a sell limit is rounded up", order("limit", "sell", 101.3), (100, 101.5, 99, 100), "1 entry 101.5",
         tick=0.25),
    _one("a buy stop is rounded to trigger earlier", order("stop", "buy", 101.3), (100, 101.25, 99, 100),
         "1 entry 101.25", tick=0.25),
    _one("a sell stop is rounded to trigger earlier", order("stop", "sell", 98.6), (100, 101, 98.75, 100),
         "1 entry 98.75", tick=0.25),
    _one("a price on the grid stays", order("limit", "buy", 98.37), (100, 101, 98.37, 99), "1 entry 98.37", tick=0.01),
    _one("a quantity is rounded down", order("market", "buy", quantity=1.29), QUIET, "1 entry 100 x1.2", lot=0.1),
    _one("a quantity below the lot is rejected", order("market", "buy", quantity=0.09), QUIET,
         "0 rejected entry below_lot", lot=0.1),
    _one("an order below the least value is rejected", order("limit", "buy", 98, quantity=0.1), QUIET,
         "0 rejected entry below_min_notional", min_notional=10),
)  # fmt: skip

CASES = (
    *PROMISED, *EXITS, *LIMIT_ENTRIES, *STOP_ENTRIES, *PATHS, *TRAILS, *HORIZONS, *EXPIRIES, *STARTS, *POSITIONS,
    *COSTS,
)  # fmt: skip
