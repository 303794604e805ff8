from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

from execution_core.records import OpenOrder, OrderEvent

@final
class Engine:
    """One account in one symbol: orders in, closed bars in, events out.

    Times are nanoseconds since 1970 UTC, prices in account currency, quantities in units of the instrument, fees and
    slippage fractions of value and price. Same calls, same bytes. Raises ValueError naming what does not fit, and then
    nothing has moved; MemoryError where no order or event can be kept.
    """

    def __init__(
        self,
        *,
        cash: float = 0.0,
        path: str = "pessimistic",
        limit_fill: str = "touch",
        limit_gap: str = "improve",
        maker_fee: float = 0.0,
        taker_fee: float = 0.0,
        slippage: float = 0.0,
        tick: float = 0.0,
        lot: float = 0.0,
        min_notional: float = 0.0,
    ) -> None:
        """path: what is assumed inside a bar, `pessimistic | ohlc | olhc | adaptive`. limit_fill: `touch`, or `through`
        by one tick. limit_gap: a gap in our favour fills at the open (`improve`) or `at_limit`. maker_fee: of limits;
        taker_fee and slippage: of market and stop fills. tick, lot: smallest steps, 0 for none."""

    @property
    def settings(self) -> dict[str, Any]: ...
    @property
    def cash(self) -> float: ...
    @property
    def position(self) -> float:
        """Signed; negative is short."""

    @property
    def average_price(self) -> float:
        """Of the open position; 0 when flat."""

    @property
    def realised(self) -> float:
        """Profit of all closing fills, before fees."""

    @property
    def fees(self) -> float: ...
    @property
    def mark(self) -> float:
        """Last close seen; 0 before the first bar."""

    @property
    def clock(self) -> int:
        """Close of the last bar seen, or later where `move_clock` said so."""

    @property
    def bars(self) -> int: ...
    @property
    def ambiguous_bars(self) -> int: ...
    @property
    def next_id(self) -> int: ...
    @property
    def unrealised(self) -> float: ...
    @property
    def equity(self) -> float:
        """cash + position x mark = initial cash + realised + unrealised - fees."""

    def place(
        self,
        kind: str,
        side: str,
        quantity: float,
        price: float = 0.0,
        *,
        stop: float = 0.0,
        target: float = 0.0,
        trail: float = 0.0,
        activation: float = 0.0,
        horizon: int = 0,
        starts: int = 0,
        expires: int = 0,
        reduce_only: bool = False,
    ) -> int:
        """Take an order that can act from the next bar's open; returns its id, or minus the index into
        `records.REASONS` where it is rejected.

        kind: `market | limit | stop | trail`. stop, target, trail, horizon come to life with its fill, reduce only, and
        cancel one another: fixed stop, limit target, stop that follows at the distance `trail` once price has moved
        `activation` in favour, and a market exit at the open after `horizon` bars (the entry's bar is the first).
        starts: bars opened before it leave the order alone. expires: the order is withdrawn then; a bar it falls into
        leaves it only that bar's open. Prices are rounded to the tick (limits to the passive side, stops to trigger
        earlier), the quantity down to the lot.
        """

    def cancel(self, order_id: int) -> bool:
        """Withdraw an order, and with an unfilled entry its legs; False where none of that id is open."""

    def move_clock(self, to: int) -> None:
        """Refuse bars opened before `to` from now on."""

    def bar(self, opened: int, closed: int, open: float, high: float, low: float, close: float) -> int:  # noqa: A002
        """Play one closed bar; returns how many events it told."""

    def run(
        self,
        opened: NDArray[np.int64],
        closed: NDArray[np.int64],
        open: NDArray[np.float64],  # noqa: A002
        high: NDArray[np.float64],
        low: NDArray[np.float64],
        close: NDArray[np.float64],
    ) -> int:
        """Play many bars, all or none; arrays of shape (n,), n > 0. Returns how many events they told."""

    def drain(self) -> list[OrderEvent]:
        """The events since last asked, in order."""

    def orders(self) -> list[OpenOrder]:
        """Open orders, in the order they were placed."""

    def export(self) -> dict[str, Any]:
        """The whole state as plain JSON values; floats survive the round trip exactly."""

    @classmethod
    def restore(cls, state: dict[str, Any]) -> Self:
        """An engine that goes on as the exported one would have; raises ValueError where `state` is not one."""
