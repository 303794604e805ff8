"""What both engines check of arrays: bars, ticks, requests and room for results. numpy is imported when asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

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
    import numpy as np

    count = np.size(columns.opened)
    arrays = [
        _array(name, values, np.int64 if name in ("opened", "closed") else np.float64, count)
        for name, values in zip(columns._fields[:6], columns[:6], strict=True)
    ]
    if count == 0:
        raise ValueError("bars must not be empty")
    volume = None if columns.volume is None else _array("volume", columns.volume, np.float64, count)
    return (*arrays, volume, None if columns.ask is None else _shaped_ask(columns.ask, count))


def _shaped_ask(ask: object, count: int) -> tuple[NDArray[Any], ...]:
    import numpy as np

    if not isinstance(ask, tuple) or len(ask) != len(_PRICES):
        raise ValueError(f"ask must be a tuple of the arrays open, high, low and close, was {type(ask).__name__}")
    return tuple(_array(f"ask {name}", values, np.float64, count) for name, values in zip(_PRICES, ask, strict=True))


def check_feed(clock: int, feed: Feed, path: str) -> None:
    """Raises ValueError naming the column, row and value that does not fit: not finite or positive, an order of time
    or price that cannot be."""
    opened, closed, open_, high, low, close, volume, ask = feed
    _check_prices("", open_, high, low, close)
    _refuse(closed <= opened, "closed must be later than opened", closed)
    _refuse_earlier(clock, opened, closed, "opened must not be earlier than the last close seen")
    if volume is not None:
        _check_volume(volume)
    if ask is not None:
        _check_prices("ask ", *ask)
        for name, below, above in zip(_PRICES, feed[2:6], ask, strict=True):
            _refuse(above < below, f"ask {name} must not lie below the bid", above)
    if path == "ticks":
        _refuse(high != low, "path ticks knows no bar with a range: run ticks, or choose another path", high)


def checked_ticks(clock: int, at: object, bid: object, ask: object, volume: object) -> Feed:
    """Ticks as bars without range; raises ValueError as `checked_feed` does. Several ticks may have one time."""
    import numpy as np

    count = len(at) if isinstance(at, np.ndarray) and at.ndim else 0
    times = _array("at", at, np.int64, count)
    if count == 0:
        raise ValueError("ticks must not be empty")
    bids = _array("bid", bid, np.float64, count)
    _check_positive("bid", bids)
    _refuse_earlier(clock, times, times, "at must not be earlier than the tick before")
    sides = None
    if ask is not None:
        asks = _array("ask", ask, np.float64, count)
        _check_positive("ask", asks)
        _refuse(asks < bids, "ask must not lie below the bid", asks)
        sides = (asks, asks, asks, asks)
    if volume is not None:
        volume = _array("volume", volume, np.float64, count)
        _check_volume(volume)
    return (times, times, bids, bids, bids, bids, volume, sides)


def checked_requests(rows: object, bars: int) -> NDArray[Any]:
    """Raises ValueError naming the row and column of a request that does not fit."""
    import numpy as np

    if not isinstance(rows, np.ndarray) or rows.dtype != request_dtype() or rows.ndim != 1:
        said = f"{rows.dtype} {rows.shape}" if isinstance(rows, np.ndarray) else type(rows).__name__
        raise ValueError(f"orders must be rows as `records.requests` makes them, was {said}")
    at = rows["bar"]
    _refuse((at < -1) | (at >= bars), f"bar must lie in [-1, {bars})", at)
    _refuse(np.concatenate([[False], at[1:] < at[:-1]]), "bar must not be earlier than the row before", at)
    for name in ("is_target", "is_reduce_only"):
        _refuse((rows[name] != 0) & (rows[name] != 1), f"{name} must be 0 or 1", rows[name])
    _check_codes(rows)
    _check_numbers(rows)
    return np.ascontiguousarray(rows)


def _check_codes(rows: NDArray[Any]) -> None:
    kind, tif, is_target = rows["kind"], rows["tif"], rows["is_target"] == 1
    _refuse((kind < 0) | (kind >= len(KINDS)), f"kind must be a code of {', '.join(KINDS)}", kind)
    _refuse((tif < 0) | (tif >= len(TIFS)), f"tif must be a code of {', '.join(TIFS)}", tif)
    _refuse(~is_target & (abs(rows["side"]) != 1), "side must be 1 or -1", rows["side"])
    _refuse(is_target & (kind != 0), "a wanted position is a market order", kind)
    _refuse((kind == 0) != (rows["price"] == 0.0), "a market order has no price, every other needs one", rows["price"])
    _refuse((kind == 4) != (rows["trigger"] != 0.0), "a stop_limit order alone has a trigger", rows["trigger"])
    _refuse(kind == 3, "a trail order is placed by `Engine.place`, as it needs a mark", kind)


def _check_numbers(rows: NDArray[Any]) -> None:
    import numpy as np

    is_target, quantity = rows["is_target"] == 1, rows["quantity"]
    _refuse(~np.isfinite(quantity), "quantity must be finite", quantity)
    _refuse(~is_target & (quantity <= 0.0), "quantity must be positive", quantity)
    for name in ("price", "trigger", "stop", "target", "trail", "activation", "stop_distance", "target_distance",
                 "stop_fraction", "target_fraction"):  # fmt: skip
        _refuse(~(np.isfinite(rows[name]) & (rows[name] >= 0.0)), f"{name} must be finite and not negative", rows[name])
    for name in ("stop_fraction", "target_fraction"):
        _refuse(rows[name] >= 1.0, f"{name} must lie in [0, 1)", rows[name])
    for name in ("horizon", "starts", "expires", "group"):
        _refuse(rows[name] < 0, f"{name} must not be negative", rows[name])


def checked_output(equity: object, count: int) -> NDArray[np.float64]:
    import numpy as np

    array = _array("equity", equity, np.float64, count)
    if array is not equity or not array.flags.writeable:
        raise ValueError("equity must be contiguous and writeable")
    return array


def empty_events(count: int) -> NDArray[Any]:
    import numpy as np

    return np.zeros(count, dtype=event_dtype())


def as_events(rows: Any) -> NDArray[Any]:
    """The bytes of an engine's events as rows, without a copy."""
    import numpy as np

    return np.frombuffer(rows, dtype=event_dtype())


def _array(name: str, values: object, wanted: Any, count: int) -> NDArray[Any]:
    import numpy as np

    if not isinstance(values, np.ndarray) or values.dtype != wanted or values.ndim != 1:
        said = f"{values.dtype} {values.shape}" if isinstance(values, np.ndarray) else type(values).__name__
        raise ValueError(f"{name} must be a one-dimensional array of {np.dtype(wanted)}, was {said}")
    if len(values) != count:
        raise ValueError(f"{name} must have {count} values, had {len(values)}")
    return np.ascontiguousarray(values)


def _check_volume(volume: NDArray[np.float64]) -> None:
    import numpy as np

    _refuse((volume < 0.0) | np.isinf(volume), "volume must be finite and not negative", volume)


def _check_positive(name: str, values: NDArray[np.float64]) -> None:
    import numpy as np

    # The least and the greatest tell, where all is well, in two passes and no memory.
    if not (values.min() > 0.0 and values.max() < np.inf):
        _refuse(~(np.isfinite(values) & (values > 0.0)), f"{name} must be finite and positive", values)


def _check_prices(
    side: str,
    open_: NDArray[np.float64],
    high: NDArray[np.float64],
    low: NDArray[np.float64],
    close: NDArray[np.float64],
) -> None:
    for name, values in zip(_PRICES, (open_, high, low, close), strict=True):
        _check_positive(f"{side}{name}", values)
    _refuse((high < open_) | (high < close), f"{side}high must not lie below open or close", high)
    _refuse((low > open_) | (low > close), f"{side}low must not lie above open or close", low)


def _refuse_earlier(clock: int, opened: NDArray[np.int64], closed: NDArray[np.int64], what: str) -> None:
    if opened[0] < clock:
        raise ValueError(f"row 0: {what}, was {opened[0].item()!r}")
    late = opened[1:] < closed[:-1]
    if late.any():
        row = int(late.argmax()) + 1
        raise ValueError(f"row {row}: {what}, was {opened[row].item()!r}")


def _refuse(bad: NDArray[np.bool_], what: str, values: NDArray[Any]) -> None:
    if bad.any():
        row = int(bad.argmax())
        raise ValueError(f"row {row}: {what}, was {values[row].item()!r}")


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
