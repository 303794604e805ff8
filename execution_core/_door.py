"""What both engines check before anything moves: settings, requests and bars. Arrays are checked in `_columns.py`."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from operator import index
from typing import Any, get_args

from execution_core import rules
from execution_core.records import FILL_TIMINGS, KINDS, LIMIT_FILLS, LIMIT_GAPS, PATHS, SIDES, TIFS
from execution_core.strategies import AsmbtrOdds, MarkovOdds, Momentum, SmaCross, Strategy

_WORDS = {"path": PATHS, "fill_timing": FILL_TIMINGS, "limit_fill": LIMIT_FILLS, "limit_gap": LIMIT_GAPS}
_SHARES = ("maker_fee", "taker_fee", "slippage", "spread", "impact", "participation", "maintenance", "borrow_rate")
_AMOUNTS = ("fixed_fee", "min_fee", "slippage_ticks", "leverage", "tick", "lot", "min_notional")
_WHOLE = ("seed", "day_starts")
DAY_SECONDS = 86_400


def checked_settings(*, is_beside: bool, **settings: Any) -> dict[str, Any]:
    """The settings by name; raises ValueError naming the first that does not fit."""
    for name, known in _WORDS.items():
        if settings[name] not in known:
            raise ValueError(f"{name} must be one of {', '.join(known)}, was {settings[name]!r}")
    for name in ("cash", "fill_probability", "funding_rate", *_SHARES, *_AMOUNTS):
        settings[name] = settings[name] * 1.0
    for name in _WHOLE:
        settings[name] = index(settings[name])
    _check_ranges(settings)
    _check_combinations(settings)
    if is_beside and (settings["cash"] or settings["leverage"] or settings["maintenance"] or settings["rules"]):
        raise ValueError("cash, leverage, maintenance and rules are the account's: set them on its first engine")
    settings["rules"] = rules.checked(settings["rules"])
    return settings


def _check_ranges(settings: Mapping[str, Any]) -> None:
    if not isfinite(settings["cash"]):
        raise ValueError(f"cash must be finite, was {settings['cash']!r}")
    for name in _SHARES:
        if not 0.0 <= settings[name] < 1.0 and not (name == "participation" and settings[name] == 1.0):
            raise ValueError(f"{name} must lie in [0, 1), was {settings[name]!r}")
    for name in _AMOUNTS:
        if not (isfinite(settings[name]) and settings[name] >= 0.0):
            raise ValueError(f"{name} must be finite and not negative, was {settings[name]!r}")


def _check_combinations(settings: Mapping[str, Any]) -> None:
    if settings["limit_fill"] == "through" and settings["tick"] == 0.0:
        raise ValueError("limit_fill through needs a tick, was 0")
    if settings["slippage_ticks"] and settings["tick"] == 0.0:
        raise ValueError("slippage_ticks needs a tick, was 0")
    if settings["slippage"] + settings["spread"] / 2.0 + settings["impact"] >= 1.0:
        raise ValueError("slippage, half the spread and impact together must lie in [0, 1)")
    if not 0.0 < settings["fill_probability"] <= 1.0:
        raise ValueError(f"fill_probability must lie in (0, 1], was {settings['fill_probability']!r}")
    if settings["leverage"] and settings["leverage"] * settings["maintenance"] > 1.0:
        raise ValueError(f"maintenance must not exceed 1 / leverage, was {settings['maintenance']!r}")
    if not -1.0 < settings["funding_rate"] < 1.0:
        raise ValueError(f"funding_rate must lie in (-1, 1), was {settings['funding_rate']!r}")
    if not 0 <= settings["seed"] < 2**64:
        raise ValueError(f"seed must lie in [0, 2**64), was {settings['seed']!r}")
    if not 0 <= settings["day_starts"] < DAY_SECONDS:
        raise ValueError(f"day_starts must lie in [0, {DAY_SECONDS}) seconds, was {settings['day_starts']!r}")


def plain_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {**settings, "rules": dict(settings["rules"])}


def check_request(
    clock: int,
    mark: float,
    kind: str,
    side: str,
    tif: str,
    quantity: float,
    levels: Mapping[str, float],
    counts: tuple[int, int, int, int],
    reduce_only: bool,  # noqa: FBT001
) -> None:
    """Raise ValueError naming what about an order does not fit, or what does not fit together."""
    for name, word, known in (("kind", kind, KINDS), ("side", side, tuple(SIDES)), ("tif", tif, TIFS)):
        if word not in known:
            raise ValueError(f"{name} must be one of {', '.join(known)}, was {word!r}")
    if not (isfinite(quantity) and quantity > 0.0):
        raise ValueError(f"quantity must be finite and positive, was {float(quantity)!r}")
    _check_levels(levels)
    for name, count in zip(("horizon", "starts", "expires", "group"), counts, strict=True):
        if index(count) < 0:
            raise ValueError(f"{name} must not be negative, was {count}")
    horizon, starts, expires, _ = counts
    if expires and expires <= max(clock, starts):
        raise ValueError(f"expires must be later than the clock {clock} and starts {starts}, was {expires}")
    if expires and tif != "gtc":
        raise ValueError(f"a {tif} order has no expiry of its own, was {expires}")
    if kind == "trail" and mark == 0.0:
        raise ValueError("a trail order needs a bar seen before it")
    _check_combination(kind, levels, reduces=reduce_only or kind == "trail", horizon=horizon)


def _check_levels(levels: Mapping[str, float]) -> None:
    for name, level in levels.items():
        if not (isfinite(level) and level >= 0.0):
            raise ValueError(f"{name} must be finite and not negative, was {float(level)!r}")
    for name in ("stop_fraction", "target_fraction"):
        if levels[name] >= 1.0:
            raise ValueError(f"{name} must lie in [0, 1), was {float(levels[name])!r}")
    for leg in ("stop", "target"):
        if levels[leg] and (levels[f"{leg}_distance"] or levels[f"{leg}_fraction"]):
            raise ValueError(f"a {leg} is either a price or an offset from the fill, was both")
    if levels["activation"] != 0.0 and levels["trail"] == 0.0:
        raise ValueError("activation needs a trail")


def _check_combination(kind: str, levels: Mapping[str, float], *, reduces: bool, horizon: int) -> None:
    if kind == "market" and levels["price"] != 0.0:
        raise ValueError(f"a market order has no price, was {float(levels['price'])!r}")
    if kind in ("limit", "stop", "stop_limit") and levels["price"] == 0.0:
        raise ValueError(f"a {kind} order needs a price")
    if (kind == "stop_limit") != (levels["trigger"] != 0.0):
        raise ValueError(f"a trigger is what a stop_limit order needs and no other has, was {levels['trigger']!r}")
    if kind == "trail" and levels["trail"] == 0.0:
        raise ValueError("a trail order needs a trail")
    offsets = ("stop", "target", "stop_distance", "target_distance", "stop_fraction", "target_fraction")
    has_legs = bool(horizon or any(levels[name] for name in offsets) or (levels["trail"] and kind != "trail"))
    if reduces and has_legs:
        raise ValueError("a trail or reduce-only order has no legs of its own")


def check_target(position: float, levels: Mapping[str, float], horizon: int) -> None:
    if not isfinite(position):
        raise ValueError(f"position must be finite, was {position!r}")
    _check_levels(levels)
    if horizon < 0:
        raise ValueError(f"horizon must not be negative, was {horizon}")


def refuse_levels(levels: Mapping[str, float], side: int, tick: float) -> None:
    """Say which price of an order that cannot be is to blame."""
    for name in ("price", "trigger", "stop", "target"):
        if 0.0 < levels[name] < tick and (side > 0) == (name in ("price", "trigger")):
            raise ValueError(f"{name} must be at least one tick, was {levels[name]!r}")
    word = {1: "buy", -1: "sell"}.get(side, "target")
    raise ValueError(
        f"a {word} needs stop, price and target in order, were {levels['stop']!r}, {levels['price']!r}, "
        f"{levels['target']!r}"
    )


def check_replacement(quantity: float, price: float) -> None:
    for name, value in (("quantity", quantity), ("price", price)):
        if not (isfinite(value) and value >= 0.0):
            raise ValueError(f"{name} must be finite and not negative, was {float(value)!r}")
    if quantity == 0.0 and price == 0.0:
        raise ValueError("a replacement needs a quantity or a price")


def checked_bar(
    clock: int,
    opened: int,
    closed: int,
    prices: tuple[float, float, float, float],
    volume: float,
    ask: object,
    path: str,
) -> tuple[float, float, float, float]:
    """The ask's four prices, those of the bid where there is none; raises ValueError naming what does not fit."""
    opened, closed = index(opened), index(closed)
    _check_prices("", prices)
    if closed <= opened:
        raise ValueError(f"closed must be later than opened, was {closed}")
    if opened < clock:
        raise ValueError(f"opened must not be earlier than the last close seen, was {opened}")
    if volume < 0.0 or volume == float("inf"):
        raise ValueError(f"volume must be finite and not negative, was {float(volume)!r}")
    if path == "ticks" and prices[1] != prices[2]:
        raise ValueError("path ticks knows no bar with a range: run ticks, or choose another path")
    if ask is None:
        return prices
    if not isinstance(ask, tuple) or len(ask) != 4:
        raise ValueError(f"ask must be a tuple of open, high, low and close, was {ask!r}")
    _check_prices("ask ", ask)
    for name, below, above in zip(("open", "high", "low", "close"), prices, ask, strict=True):
        if above < below:
            raise ValueError(f"ask {name} must not lie below the bid, was {float(above)!r}")
    return ask


def _check_prices(side: str, prices: tuple[float, float, float, float]) -> None:
    open_, high, low, close = prices
    for name, price in (("open", open_), ("high", high), ("low", low), ("close", close)):
        if not (isfinite(price) and price > 0.0):
            raise ValueError(f"{side}{name} must be finite and positive, was {float(price)!r}")
    if high < max(open_, close):
        raise ValueError(f"{side}high must not lie below open or close, was {float(high)!r}")
    if low > min(open_, close):
        raise ValueError(f"{side}low must not lie above open or close, was {float(low)!r}")


def check_run(orders: object, strategy: object, on_bar: Any) -> None:
    named = {"orders": orders, "strategy": strategy, "on_bar": on_bar}
    given = [name for name, value in named.items() if value is not None]
    if len(given) > 1:
        raise ValueError(f"expected orders, a strategy or on_bar, was {' and '.join(given)}")
    if on_bar is not None and not callable(on_bar):
        raise ValueError(f"on_bar must be callable, was {type(on_bar).__name__}")


def check_strategy(strategy: Strategy) -> None:
    known = get_args(Strategy)
    if type(strategy) not in known:
        names = ", ".join(kind.__name__ for kind in known)
        raise ValueError(f"strategy must be one of {names}, was {type(strategy).__name__}")
    if isinstance(strategy, SmaCross) and not 0 < index(strategy.fast) < strategy.slow:
        raise ValueError(f"fast must lie between 1 and slow, was {strategy.fast!r}")
    if isinstance(strategy, SmaCross | Momentum):
        if index(strategy.slow) < 1:
            raise ValueError(f"slow must be positive, was {strategy.slow!r}")
    else:
        _check_odds(strategy)
    if not (isfinite(strategy.size) and strategy.size > 0.0):
        raise ValueError(f"size must be finite and positive, was {strategy.size!r}")
    for name in ("stop_fraction", "target_fraction"):
        if not 0.0 <= getattr(strategy, name) < 1.0:
            raise ValueError(f"{name} must lie in [0, 1), was {getattr(strategy, name)!r}")


def _check_odds(strategy: AsmbtrOdds | MarkovOdds) -> None:
    if index(strategy.least) < 1:
        raise ValueError(f"least must be at least 1, was {strategy.least!r}")
    if not 0.0 < strategy.confidence < 1.0:
        raise ValueError(f"confidence must lie in (0, 1), was {strategy.confidence!r}")
    if isinstance(strategy, MarkovOdds):
        if index(strategy.span) < 1:
            raise ValueError(f"span must be positive, was {strategy.span!r}")
        if not (isfinite(strategy.width) and strategy.width >= 0.0):
            raise ValueError(f"width must be finite and not negative, was {strategy.width!r}")
        return
    if not 1 <= index(strategy.depth) <= 24:
        raise ValueError(f"depth must lie in 1..24, was {strategy.depth!r}")
    if not 0.0 < strategy.decay <= 1.0:
        raise ValueError(f"decay must lie in (0, 1], was {strategy.decay!r}")
