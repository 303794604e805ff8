"""What both engines check of arrays: bars, ticks, requests and room for results. numpy is imported when asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from execution_core._arrays import blocks, column, contiguous, output, refuse
from execution_core._door import check_run
from execution_core.records import KINDS, TIFS, Columns, event_dtype, request_dtype

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from execution_core._engine import Engine

Feed = tuple[Any, ...]
"""opened, closed, open, high, low, close, volume or None, (ask's open, high, low, close) or None."""
_PRICES = ("open", "high", "low", "close")


def checked_feed(clock: int, columns: Columns, path: str) -> Feed:
    feed = shaped_feed(columns)
    check_feed(clock, feed, path)
    return feed


def shaped_feed(columns: Columns) -> Feed:
    """Contiguous arrays; raises ValueError naming the column whose dtype, dimensions or length does not fit."""
    if not isinstance(columns, Columns):
        raise ValueError(f"bars must be `records.Columns`, was {type(columns).__name__}")  # noqa: TRY004  as all others
    names = columns._fields[:6]
    count = len(column("opened", columns.opened, "int64"))
    arrays = [
        column(name, values, "int64" if name in ("opened", "closed") else "float64", count)
        for name, values in zip(names, columns[:6], strict=True)
    ]
    if count == 0:
        raise ValueError("bars must not be empty")
    volume = None if columns.volume is None else column("volume", columns.volume, "float64", count)
    return (*arrays, volume, None if columns.ask is None else _shaped_ask(columns.ask, count))


def _shaped_ask(ask: object, count: int) -> tuple[NDArray[Any], ...]:
    if not isinstance(ask, tuple) or len(ask) != len(_PRICES):
        raise ValueError(f"ask must be a tuple of the arrays open, high, low and close, was {type(ask).__name__}")
    return tuple(column(f"ask {name}", values, "float64", count) for name, values in zip(_PRICES, ask, strict=True))


def check_feed(clock: int, feed: Feed, path: str) -> None:
    """Raises ValueError naming the column, row and value that does not fit: not finite or positive, an order of time
    or price that cannot be."""
    for rows in blocks(len(feed[0])):
        _check_rows(clock, feed, path, rows)


def _check_rows(clock: int, feed: Feed, path: str, rows: slice) -> None:
    opened, closed, *prices = (each[rows] for each in feed[:6])
    first = rows.start
    _check_prices("", prices, first)
    refuse(closed <= opened, "closed must be later than opened", closed, first)
    before = clock if first == 0 else feed[1][first - 1]
    _refuse_earlier(before, opened, closed, "opened must not be earlier than the last close seen", first)
    if feed[6] is not None:
        _check_volume(feed[6][rows], first)
    if feed[7] is not None:
        ask = [each[rows] for each in feed[7]]
        _check_prices("ask ", ask, first)
        for name, below, above in zip(_PRICES, prices, ask, strict=True):
            refuse(above < below, f"ask {name} must not lie below the bid", above, first)
    if path == "ticks":
        what = "path ticks knows no bar with a range: run ticks, or choose another path"
        refuse(prices[1] != prices[2], what, prices[1], first)


def checked_ticks(clock: int, at: object, bid: object, ask: object, volume: object) -> Feed:
    """Ticks as bars without range; raises ValueError as `checked_feed` does. Several ticks may have one time."""
    times = column("at", at, "int64")
    count = len(times)
    if count == 0:
        raise ValueError("ticks must not be empty")
    bids = column("bid", bid, "float64", count)
    asks = None if ask is None else column("ask", ask, "float64", count)
    if volume is not None:
        volume = column("volume", volume, "float64", count)
    for rows in blocks(count):
        first = rows.start
        _check_positive("bid", bids[rows], first)
        before = clock if first == 0 else times[first - 1]
        _refuse_earlier(before, times[rows], times[rows], "at must not be earlier than the tick before", first)
        if asks is not None:
            _check_positive("ask", asks[rows], first)
            refuse(asks[rows] < bids[rows], "ask must not lie below the bid", asks[rows], first)
        if volume is not None:
            _check_volume(volume[rows], first)
    return (times, times, bids, bids, bids, bids, volume, None if asks is None else (asks, asks, asks, asks))


def checked_requests(rows: object, bars: int) -> NDArray[Any]:
    array = shaped_requests(rows)
    check_requests(array, bars)
    return array


def shaped_requests(rows: object) -> NDArray[Any]:
    """Contiguous rows; raises ValueError where they are no requests."""
    import numpy as np

    if type(rows) not in (np.ndarray, np.memmap) or rows.dtype != request_dtype() or rows.ndim != 1:  # type: ignore[attr-defined]
        said = f"{rows.dtype} {rows.shape}" if isinstance(rows, np.ndarray) else type(rows).__name__
        raise ValueError(f"orders must be rows as `records.requests` makes them, was {said}")
    return contiguous("orders", rows)  # type: ignore[arg-type]


def check_requests(rows: NDArray[Any], bars: int) -> None:
    """Raises ValueError naming the row and column of a request that does not fit."""
    for part in blocks(len(rows)):
        _check_part(rows[part], bars, part.start, rows["bar"][part.start - 1] if part.start else -1)


def _check_part(rows: NDArray[Any], bars: int, first: int, before: int) -> None:
    import numpy as np

    at = rows["bar"]
    refuse((at < -1) | (at >= bars), f"bar must lie in [-1, {bars})", at, first)
    earlier = at < np.concatenate([[before], at[:-1]])
    refuse(earlier, "bar must not be earlier than the row before", at, first)
    for name in ("is_target", "is_reduce_only"):
        refuse((rows[name] != 0) & (rows[name] != 1), f"{name} must be 0 or 1", rows[name], first)
    _check_codes(rows, first)
    _check_numbers(rows, first)


def _check_codes(rows: NDArray[Any], first: int) -> None:
    kind, tif, is_target = rows["kind"], rows["tif"], rows["is_target"] == 1
    price, trigger = rows["price"], rows["trigger"]
    refuse((kind < 0) | (kind >= len(KINDS)), f"kind must be a code of {', '.join(KINDS)}", kind, first)
    refuse((tif < 0) | (tif >= len(TIFS)), f"tif must be a code of {', '.join(TIFS)}", tif, first)
    refuse(~is_target & (abs(rows["side"]) != 1), "side must be 1 or -1", rows["side"], first)
    refuse(is_target & (kind != 0), "a wanted position is a market order", kind, first)
    refuse((kind == 0) != (price == 0.0), "a market order has no price, every other needs one", price, first)
    refuse((kind == 4) != (trigger != 0.0), "a stop_limit order alone has a trigger", trigger, first)
    refuse(kind == 3, "a trail order is placed by `Engine.place`, as it needs a mark", kind, first)


def _check_numbers(rows: NDArray[Any], first: int) -> None:
    import numpy as np

    is_target, quantity = rows["is_target"] == 1, rows["quantity"]
    refuse(~np.isfinite(quantity), "quantity must be finite", quantity, first)
    refuse(~is_target & (quantity <= 0.0), "quantity must be positive", quantity, first)
    for name in ("price", "trigger", "stop", "target", "trail", "activation", "stop_distance", "target_distance",
                 "stop_fraction", "target_fraction"):  # fmt: skip
        is_bad = ~(np.isfinite(rows[name]) & (rows[name] >= 0.0))
        refuse(is_bad, f"{name} must be finite and not negative", rows[name], first)
    for name in ("stop_fraction", "target_fraction"):
        refuse(rows[name] >= 1.0, f"{name} must lie in [0, 1)", rows[name], first)
    for name in ("horizon", "starts", "expires", "group"):
        refuse(rows[name] < 0, f"{name} must not be negative", rows[name], first)


def checked_output(equity: object, count: int) -> NDArray[np.float64]:
    return output("equity", equity, "float64", count)


def empty_events(count: int) -> NDArray[Any]:
    import numpy as np

    return np.zeros(count, dtype=event_dtype())


def as_events(rows: Any) -> NDArray[Any]:
    """The bytes of an engine's events as rows, without a copy."""
    import numpy as np

    return np.frombuffer(rows, dtype=event_dtype())


def _check_volume(volume: NDArray[np.float64], first: int) -> None:
    import numpy as np

    refuse((volume < 0.0) | np.isinf(volume), "volume must be finite and not negative", volume, first)


def _check_positive(name: str, values: NDArray[np.float64], first: int) -> None:
    import numpy as np

    # The least and the greatest tell, where all is well, in two passes and no memory.
    if not (values.min() > 0.0 and values.max() < np.inf):
        refuse(~(np.isfinite(values) & (values > 0.0)), f"{name} must be finite and positive", values, first)


def _check_prices(side: str, prices: Sequence[NDArray[np.float64]], first: int) -> None:
    for name, values in zip(_PRICES, prices, strict=True):
        _check_positive(f"{side}{name}", values, first)
    open_, high, low, close = prices
    refuse((high < open_) | (high < close), f"{side}high must not lie below open or close", high, first)
    refuse((low > open_) | (low > close), f"{side}low must not lie above open or close", low, first)


def _refuse_earlier(before: int, opened: NDArray[np.int64], closed: NDArray[np.int64], what: str, first: int) -> None:
    """`before` is the close ahead of the first of these rows."""
    if opened[0] < before:
        raise ValueError(f"row {first}: {what}, was {opened[0].item()!r}")
    late = opened[1:] < closed[:-1]
    if late.any():
        refuse(late, what, opened[1:], first + 1)


class Together(NamedTuple):
    """Checked bars of several symbols, and the order in which their rows are played."""

    feeds: list[Feed]
    orders: list[NDArray[Any]]
    which: NDArray[np.int64]
    row: NDArray[np.int64]


def checked_together(
    engines: Sequence[Engine],
    bars: Sequence[Columns],
    orders: Sequence[NDArray[Any] | None],
    equity: object,
    on_bar: object = None,
) -> Together:
    """Rows in the order of their closes, symbols in the order of the engines where closes are the same."""
    import numpy as np

    if not engines or not len(engines) == len(bars) == len(orders):
        raise ValueError(f"expected bars and orders for each engine, was {len(engines)}, {len(bars)}, {len(orders)}")
    if len(set(map(id, engines))) != len(engines):
        raise ValueError("expected each engine once")
    check_run(None if all(each is None for each in orders) else orders, None, on_bar)
    paths = [engine.settings["path"] for engine in engines]
    feeds = [checked_feed(e.clock, b, path) for e, b, path in zip(engines, bars, paths, strict=True)]
    none = np.zeros(0, dtype=request_dtype())
    rows = [none if o is None else checked_requests(o, len(f[0])) for o, f in zip(orders, feeds, strict=True)]
    which = np.repeat(np.arange(len(feeds)), [len(feed[0]) for feed in feeds])
    row = np.concatenate([np.arange(len(feed[0])) for feed in feeds])
    order = np.lexsort((which, np.concatenate([feed[1] for feed in feeds])))
    checked_output(equity, len(order))
    return Together(feeds, rows, which[order], row[order])
