from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

from execution_core.records import Columns, OpenOrder, OrderEvent
from execution_core.strategies import Strategy

@final
class Engine:
    """One account in one symbol: orders in, closed bars or ticks in, events out.

    Times are nanoseconds since 1970 UTC, prices in account currency, quantities in units of the instrument, fees and
    slippage fractions of value and price. Same calls, same bytes. Raises ValueError naming what does not fit, and then
    nothing has moved; MemoryError where no order or event can be kept.
    """

    def __init__(
        self,
        *,
        cash: float = 0.0,
        path: str = "pessimistic",
        fill_timing: str = "next_open",
        limit_fill: str = "touch",
        fill_probability: float = 1.0,
        seed: int = 0,
        limit_gap: str = "improve",
        maker_fee: float = 0.0,
        taker_fee: float = 0.0,
        fixed_fee: float = 0.0,
        min_fee: float = 0.0,
        slippage: float = 0.0,
        slippage_ticks: float = 0.0,
        spread: float = 0.0,
        impact: float = 0.0,
        participation: float = 0.0,
        funding_rate: float = 0.0,
        borrow_rate: float = 0.0,
        leverage: float = 0.0,
        maintenance: float = 0.0,
        day_starts: int = 0,
        tick: float = 0.0,
        lot: float = 0.0,
        min_notional: float = 0.0,
        rules: Mapping[str, Any] | None = None,
        beside: Engine | None = None,
    ) -> None:
        """See docs/execution.md for every setting. `beside`: an engine whose account this symbol joins; cash, leverage,
        maintenance and rules are that account's, the rest is the symbol's own."""

    @property
    def settings(self) -> dict[str, Any]: ...
    @property
    def cash(self) -> float:
        """Of the account."""

    @property
    def position(self) -> float:
        """Signed; negative is short."""

    @property
    def average_price(self) -> float:
        """Of the open position; 0 when flat."""

    @property
    def realised(self) -> float:
        """Profit of all closing fills of this symbol, before fees and funding."""

    @property
    def fees(self) -> float: ...
    @property
    def funding(self) -> float:
        """Paid for funding and borrowing; negative where more was received."""

    @property
    def mark(self) -> float:
        """Last close seen, of the side that would close the position; 0 before the first bar."""

    @property
    def clock(self) -> int:
        """Close of the last bar seen, or later where `move_clock` said so."""

    @property
    def bars(self) -> int: ...
    @property
    def ambiguous_bars(self) -> int:
        """Bars whose range holds stop and target of the open position, or in which a fill is ambiguous."""

    @property
    def next_id(self) -> int: ...
    @property
    def unrealised(self) -> float: ...
    @property
    def equity(self) -> float:
        """Of the account: cash + positions x marks = initial cash + realised + unrealised - fees - funding."""

    @property
    def symbols(self) -> int:
        """Engines that share the account, this one included."""

    @property
    def number(self) -> int:
        """Which of them this one is, in the order they were made; 0 is the one that the account began with."""

    @property
    def breaker(self) -> tuple[str, int] | None:
        """The circuit breaker that tripped (one of `records.BREAKERS`) and when, ns; None while trading is allowed."""

    def reset_breaker(self) -> None:
        """Allow trading again, measured from what the account is worth now. Nothing else does."""

    def place(
        self,
        kind: str,
        side: str,
        quantity: float,
        price: float = 0.0,
        *,
        trigger: float = 0.0,
        stop: float = 0.0,
        target: float = 0.0,
        trail: float = 0.0,
        activation: float = 0.0,
        stop_distance: float = 0.0,
        target_distance: float = 0.0,
        stop_fraction: float = 0.0,
        target_fraction: float = 0.0,
        horizon: int = 0,
        starts: int = 0,
        expires: int = 0,
        tif: str = "gtc",
        group: int = 0,
        reduce_only: bool = False,
    ) -> int:
        """Take an order that can act from the next bar's open; returns its id, or minus the index into
        `records.REASONS` where it is rejected.

        kind: `market | limit | stop | trail | stop_limit`, the last a limit at `price` from the touch of `trigger` on.
        stop, target, trail, horizon come to life with its fill, reduce only, and cancel one another: fixed stop, limit
        target, stop that follows at the distance `trail` once price has moved `activation` in favour, and a market exit
        at the open after `horizon` bars (the entry's bar is the first). Instead of a price, stop and target may be told
        as a distance from the entry's fill or a fraction of it. starts: bars opened before it leave the order alone.
        expires: the order is withdrawn then; a bar it falls into leaves it only that bar's open. tif: `gtc` (until
        `expires`, if any), `ioc` (the first open it sees) or `day` (the day of the first bar it sees). group: of orders
        with one number, a fill cancels the others. Prices are rounded to the tick (limits to the passive side, stops to
        trigger earlier), the quantity down to the lot.
        """

    def aim(
        self,
        position: float,
        *,
        stop: float = 0.0,
        target: float = 0.0,
        trail: float = 0.0,
        activation: float = 0.0,
        stop_distance: float = 0.0,
        target_distance: float = 0.0,
        stop_fraction: float = 0.0,
        target_fraction: float = 0.0,
        horizon: int = 0,
    ) -> int:
        """Want this signed position: a market order for what is missing, with legs where it opens or enlarges; earlier
        wishes that have not filled are cancelled. The order's id, 0 where nothing is missing, else as `place`."""

    def cancel(self, order_id: int) -> bool:
        """Withdraw an order, and with an unfilled entry its legs; False where none of that id is open."""

    def replace(self, order_id: int, *, quantity: float = 0.0, price: float = 0.0) -> bool:
        """Give an open order, or a leg, another quantity or price (of a stop: its level) under the same id; 0 leaves
        either as it is. False where none of that id is open."""

    def move_clock(self, to: int) -> None:
        """Refuse bars opened before `to` from now on."""

    def bar(
        self,
        opened: int,
        closed: int,
        open: float,  # noqa: A002
        high: float,
        low: float,
        close: float,
        volume: float = 0.0,
        *,
        ask: tuple[float, float, float, float] | None = None,
    ) -> int:
        """Play one closed bar; returns how many events it told. With `ask` (open, high, low, close) the prices are the
        bid's: purchases trigger and fill on the ask, sales on the bid. Volume 0 is unknown: no cap, no impact."""

    def run(
        self,
        opened: NDArray[np.int64],
        closed: NDArray[np.int64],
        open: NDArray[np.float64],  # noqa: A002
        high: NDArray[np.float64],
        low: NDArray[np.float64],
        close: NDArray[np.float64],
        volume: NDArray[np.float64] | None = None,
        *,
        ask: tuple[NDArray[np.float64], ...] | None = None,
        finer: Columns | None = None,
        orders: NDArray[Any] | None = None,
        strategy: Strategy | None = None,
        on_bar: Callable[[Engine, int], object] | None = None,
        equity: NDArray[np.float64] | None = None,
    ) -> int:
        """Play many bars, all or none; arrays of shape (n,), n > 0. Returns how many events were told.

        What is decided after each close comes from `orders` (rows of `records.requests`), a native `strategy`, or
        `on_bar(engine, i)`; one of them or none. What a callback raises ends the run there. finer: bars inside these,
        played in their place. equity: a float64 array of n that takes the account's marked value after each bar.
        """

    def run_ticks(
        self,
        at: NDArray[np.int64],
        bid: NDArray[np.float64],
        ask: NDArray[np.float64] | None = None,
        volume: NDArray[np.float64] | None = None,
        *,
        orders: NDArray[Any] | None = None,
        strategy: Strategy | None = None,
        on_bar: Callable[[Engine, int], object] | None = None,
        equity: NDArray[np.float64] | None = None,
    ) -> int:
        """The same with ticks: each is a bar without range, so nothing about it is ambiguous."""

    def drain(self) -> list[OrderEvent]:
        """The events since last asked, in order."""

    def drain_rows(self) -> NDArray[Any]:
        """The same as rows of `records.event_dtype()`."""

    def orders(self) -> list[OpenOrder]:
        """Open orders, in the order they were placed."""

    def export(self) -> dict[str, Any]:
        """The whole state as plain JSON values; floats survive the round trip exactly."""

    @classmethod
    def restore(cls, state: dict[str, Any], *, beside: Engine | None = None) -> Self:
        """An engine that goes on as the exported one would have; raises ValueError where `state` is not one. `beside`:
        as for a new engine, with the account as it is there."""

def sides(strategy: Strategy, closes: NDArray[np.float64]) -> bytearray:
    """The side the strategy is on after each close, as signed bytes."""

def run_together(
    engines: Sequence[Engine],
    bars: Sequence[Columns],
    orders: Sequence[NDArray[Any] | None],
    equity: NDArray[np.float64],
    on_bar: Callable[[Sequence[Engine], Sequence[int]], object] | None = None,
) -> None:
    """Play the bars of several symbols of one account, in the order of their closes; `equity` takes the account's value
    after each, so has as many values as there are bars of all. What is decided comes from `orders`, or from
    `on_bar(engines, rows)`, called once for each moment at which bars close, when all of them are played: `rows` are
    the last rows played, -1 before the first. ValueError as for `Engine.run`."""
