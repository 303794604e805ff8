"""One order of the plain engine, what asks for it, and the arithmetic of its level."""

from __future__ import annotations

from dataclasses import dataclass

from execution_core._saved import ORDER_FIELDS
from execution_core.sizing import round_price

SIDE_NAMES = {1: "buy", -1: "sell", 0: ""}


@dataclass
class Request:
    """What is asked for: see `Engine.place`; of a target, `quantity` is the signed position wanted."""

    quantity: float
    kind: str = "market"
    side: int = 0
    price: float = 0.0
    trigger: float = 0.0
    stop: float = 0.0
    target: float = 0.0
    trail: float = 0.0
    activation: float = 0.0
    stop_distance: float = 0.0
    target_distance: float = 0.0
    stop_fraction: float = 0.0
    target_fraction: float = 0.0
    horizon: int = 0
    starts: int = 0
    expires: int = 0
    group: int = 0
    tif: str = "gtc"
    is_reduce_only: bool = False
    is_target: bool = False

    @property
    def levels(self) -> dict[str, float]:
        names = ("price", "trigger", "stop", "target", "trail", "activation", "stop_distance", "target_distance",
                 "stop_fraction", "target_fraction")  # fmt: skip
        return {name: getattr(self, name) for name in names}

    @property
    def has_legs(self) -> bool:
        offsets = (self.stop, self.target, self.stop_distance, self.target_distance, self.stop_fraction,
                   self.target_fraction)  # fmt: skip
        return any(offsets) or self.horizon != 0 or (self.trail != 0.0 and self.kind != "trail")


class Order:
    __slots__ = (*ORDER_FIELDS, "born", "entry_event", "is_asleep", "is_done", "is_spent")

    def __init__(self, order_id: int, entry_id: int, kind: str, leg: str, side: int, quantity: float) -> None:
        self.order_id = order_id
        self.entry_id = entry_id
        self.kind = kind
        self.leg = leg
        self.side = side
        self.tif = "gtc"
        self.is_working = leg not in ("stop", "target", "horizon")
        self.is_reduce_only = leg != "entry"
        self.is_target = False
        self.quantity = quantity
        self.price = 0.0
        self.limit = 0.0  # of a stop-limit: its price once triggered
        self.distance = 0.0  # of a leg: from the entry's fill, in price ...
        self.fraction = 0.0  # ... and as a fraction of it
        self.trail = 0.0
        self.activation = 0.0  # favourable move, from the entry's fill, after which trailing begins
        self.starts_at = 0.0  # the price that is, once the leg works; 0: trails from the beginning
        self.extreme = 0.0  # best price seen while trailing; 0: not trailing yet
        self.starts = 0
        self.expires = 0
        self.bars_left = 0
        self.group = 0
        self.born = 0  # move of the entry's fill inside this bar: -1 down, +1 up, 0 before or at the open
        self.entry_event = 0
        self.is_asleep = False  # in a bar opened before it starts
        self.is_spent = False  # has had of this bar what there was for it
        self.is_done = False

    @property
    def works(self) -> bool:
        return self.is_working and not self.is_asleep and not self.is_spent and not self.is_done

    @property
    def is_stop(self) -> bool:
        return self.kind in ("stop", "trail", "stop_limit")

    @property
    def move(self) -> int:
        """The move that reaches its level: -1 down, +1 up, 0 for a market order or one without a level."""
        if self.price == 0.0 or self.kind == "market":
            return 0
        return -self.side if self.kind == "limit" else self.side

    def trigger(self, beyond: float) -> float:
        """The price that sets it off; `beyond` is what a limit needs past its price."""
        return self.price - self.side * beyond if self.kind == "limit" else self.price

    def is_reached(self, price: float, beyond: float) -> bool:
        return price <= self.trigger(beyond) if self.move < 0 else price >= self.trigger(beyond)

    def start_trail(self, reference: float, tick: float) -> None:
        if self.activation != 0.0:
            self.starts_at = reference - self.side * self.activation
        else:
            self.pull(reference, tick)

    def pull(self, favourable: float, tick: float) -> None:
        """Let the stop follow the best price seen; it never goes back."""
        if self.extreme == 0.0:
            if self.starts_at != 0.0 and (favourable - self.starts_at) * self.side > 0.0:
                return
            self.extreme = favourable
        elif (self.extreme - favourable) * self.side > 0.0:
            self.extreme = favourable
        level = self.extreme + self.side * self.trail
        if level <= 0.0:
            return
        level = round_price(level, tick, SIDE_NAMES[self.side], "stop")
        if level > 0.0 and (self.price == 0.0 or (self.price - level) * self.side > 0.0):
            self.price = level

    def place_leg(self, filled_at: float, tick: float) -> None:
        """Give a leg without a level of its own the one it has from the entry's fill."""
        away = self.distance + self.fraction * filled_at
        if self.price != 0.0 or away == 0.0:
            return
        level = filled_at + (self.side if self.leg == "stop" else -self.side) * away
        if level > 0.0:
            self.price = round_price(level, tick, SIDE_NAMES[self.side], "stop")
