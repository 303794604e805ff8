"""What an engine is asked and what it tells: requests, events, open orders; its words, in the order of their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

KINDS = ("market", "limit", "stop", "trail", "stop_limit")
SIDES = {"buy": 1, "sell": -1}
LEGS = ("entry", "stop", "target", "horizon", "margin", "flat")
"""`entry` is every order that was placed itself. stop, target and horizon come with it and only ever reduce what it
opened; `margin` closes a position that the account no longer covers, `flat` one that a rule ends."""
TIFS = ("gtc", "ioc", "day")
EVENTS = ("filled", "cancelled", "expired", "rejected", "partly_filled", "triggered", "replaced", "tripped")
PATHS = ("pessimistic", "ohlc", "olhc", "adaptive", "ticks", "adverse", "favourable")
LIMIT_FILLS = ("touch", "through", "prob")
LIMIT_GAPS = ("improve", "at_limit")
FILL_TIMINGS = ("next_open", "same_close")
BREAKERS = (
    "daily_loss",
    "drawdown",
    "losing_streak",
    "position",
    "order_rate",
    "trade_rate",
    "volatility",
    "stale_data",
)
REASONS = (
    "",
    "sibling_filled",
    "position_closed",
    "entry_ended",
    "nothing_to_reduce",
    "asked",
    "below_lot",
    "below_min_notional",
    "below_tick",
    "out_of_order",
    "no_margin",
    "margin_call",
    "unfilled",
    "superseded",
    "contract_limit",
    "end_of_day",
    *BREAKERS,
)
"""Why an order ended without a fill. A rejected order is answered with minus its reason's index."""
MOST_REQUESTS = 1 << 24
"""Requests made at once, 2 GiB of them; more are asked for in parts."""
LEG_IDS = 4
"""Ids a bracket takes: its entry n, stop n + 1, target n + 2, horizon n + 3, whichever of them there are."""


class Columns(NamedTuple):
    """Bars as arrays of one length: times int64 ns, prices float64. With `ask`, the prices are those of the bid."""

    opened: NDArray[np.int64]
    closed: NDArray[np.int64]
    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    volume: NDArray[np.float64] | None = None
    """0 or NaN where it is not known."""
    ask: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]] | None = None
    """Open, high, low, close."""

    def part(self, first: int, end: int) -> Columns:
        """The rows from `first` to before `end`; views, no copies."""
        cut = slice(first, end)
        open_, high, low, close = (column[cut] for column in (self.open, self.high, self.low, self.close))
        volume = None if self.volume is None else self.volume[cut]
        ask = None if self.ask is None else (self.ask[0][cut], self.ask[1][cut], self.ask[2][cut], self.ask[3][cut])
        return Columns(self.opened[cut], self.closed[cut], open_, high, low, close, volume, ask)


class OrderEvent(NamedTuple):
    what: str
    order_id: int
    entry_id: int
    """Of a leg, the order it came with; else 0."""
    leg: str
    side: str
    quantity: float
    """Filled, or where nothing filled still open; of `replaced` the new one."""
    price: float
    """After slippage; of `triggered` and `replaced` the level; else 0 where nothing filled."""
    fee: float
    realised: float
    """Profit this fill realised on the position, before fees."""
    at: int
    """Close of the bar it happened in, ns; of a command, the engine's clock."""
    is_ambiguous: bool
    """Another order of events inside the bar would have ended differently."""
    reason: str
    closed: float = 0.0
    """How much of the position this fill closed."""
    entry_price: float = 0.0
    """The average at which that was opened."""
    trade_fees: float = 0.0
    """Fees of both ends of what was closed."""
    opened_at: int = 0
    """Close of the bar in which the position was opened, ns."""


class OpenOrder(NamedTuple):
    order_id: int
    entry_id: int
    leg: str
    kind: str
    side: str
    is_working: bool
    """False for a leg whose entry has not filled."""
    quantity: float
    price: float
    """Limit, or present stop level; 0 where there is none yet."""
    starts: int
    expires: int
    bars_left: int
    is_reduce_only: bool


_EVENT_FIELDS = (
    ("order_id", "i8"), ("entry_id", "i8"), ("at", "i8"), ("opened_at", "i8"), ("quantity", "f8"), ("price", "f8"),
    ("fee", "f8"), ("realised", "f8"), ("closed", "f8"), ("entry_price", "f8"), ("trade_fees", "f8"), ("what", "i1"),
    ("leg", "i1"), ("side", "i1"), ("reason", "i1"), ("is_ambiguous", "i1"),
)  # fmt: skip
_REQUEST_FIELDS = (
    ("quantity", "f8"), ("price", "f8"), ("trigger", "f8"), ("stop", "f8"), ("target", "f8"), ("trail", "f8"),
    ("activation", "f8"), ("stop_distance", "f8"), ("target_distance", "f8"), ("stop_fraction", "f8"),
    ("target_fraction", "f8"), ("bar", "i8"), ("horizon", "i8"), ("starts", "i8"), ("expires", "i8"), ("group", "i8"),
    ("kind", "i1"), ("side", "i1"), ("tif", "i1"), ("is_reduce_only", "i1"), ("is_target", "i1"),
)  # fmt: skip
REQUEST_NAMES = tuple(name for name, _ in _REQUEST_FIELDS)
EVENT_NAMES = tuple(name for name, _ in _EVENT_FIELDS)


def event_dtype() -> np.dtype[Any]:
    """One event as a row of 96 bytes; what, leg and reason are indices into the words above, side is 1 or -1."""
    return _dtype(_EVENT_FIELDS, 96)


def request_dtype() -> np.dtype[Any]:
    """One request as a row of 136 bytes: what `Engine.place` takes, and the bar after whose close it is placed."""
    return _dtype(_REQUEST_FIELDS, 136)


def _dtype(fields: tuple[tuple[str, str], ...], size: int) -> np.dtype[Any]:
    import numpy as np

    names, formats = zip(*fields, strict=True)
    sizes = [int(form[1]) for form in formats]
    offsets = [sum(sizes[:number]) for number in range(len(sizes))]
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": size})


def requests(bar: ArrayLike, **columns: ArrayLike | str) -> NDArray[Any]:
    """Orders as rows, for `Engine.run(orders=...)`: each is placed after the close of its `bar` (-1: before the first).

    Columns are those of `Engine.place`, arrays or one value for all; kind and tif by name (or arrays of codes), side as
    1 or -1. `position` instead of side and quantity wants that signed position. Raises ValueError naming a column.
    """
    import numpy as np

    at = np.atleast_1d(np.asarray(bar, dtype=np.int64))
    if at.ndim != 1 or len(at) > MOST_REQUESTS:
        raise ValueError(f"bar must be one column of at most {MOST_REQUESTS:,} rows, was of shape {at.shape}")
    rows = np.zeros(len(at), dtype=request_dtype())
    rows["bar"] = at
    words = {"kind": KINDS, "tif": TIFS}
    for name, values in columns.items():
        field = {"position": "quantity", "reduce_only": "is_reduce_only"}.get(name, name)
        if field not in REQUEST_NAMES[:-2] and field != "is_reduce_only":
            raise ValueError(f"expected one of position, reduce_only, {', '.join(REQUEST_NAMES[:-2])}, was {name!r}")
        if isinstance(values, str):
            if values not in words.get(name, SIDES):
                raise ValueError(f"{name} must be one of {', '.join(words.get(name, tuple(SIDES)))}, was {values!r}")
            values = words[name].index(values) if name in words else SIDES[values]
        try:
            rows[field] = values
        except (TypeError, ValueError) as error:
            raise ValueError(f"{name} must be one value or {len(at)}: {error}") from error
        if name == "position":
            rows["is_target"] = 1
    return rows
