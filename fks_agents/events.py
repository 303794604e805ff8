"""Market-structure events as columns: what a detector returns, readable one by one as `contracts.Event`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from fks_agents.bars import Floats, Nanoseconds, moment
from fks_agents.contracts import Direction, Event
from fks_agents.errors import DataError

Rows = NDArray[np.intp]
Codes = NDArray[np.int8]
Flags = NDArray[np.bool_]

_WORDS: dict[int, Direction] = {1: "bullish", 0: "neutral", -1: "bearish"}
_DTYPES: dict[str, type[np.generic]] = {
    "kind": np.int8, "direction": np.int8, "formed": np.intp, "confirmed": np.intp,
    "level": np.float64, "far_level": np.float64, "strength": np.float64, "is_open": np.bool_,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Events(Sequence[Event]):
    """Events of one detector on one table of bars, by confirmation time; columns are read-only, of shape (k,).

    Reading one makes an `Event`; a slice is `Events` again. Equal to any sequence of equal events. Raises DataError
    where columns differ in length or confirmations do not rise.
    """

    detector: str
    kinds: tuple[str, ...]
    kind: Codes
    """Index into `kinds`."""
    direction: Codes
    """1 bullish, 0 neutral, -1 bearish."""
    formed: Rows
    """Row of the bar that carries the level."""
    confirmed: Rows
    """Row of the bar after whose close the event is known."""
    level: Floats
    far_level: Floats
    """NaN where there is none."""
    strength: Floats
    """In average true ranges, >= 0."""
    is_open: Flags
    """As of the last bar."""
    opened: Nanoseconds
    """Open times of all bars, for `formed`."""
    closed: Nanoseconds
    """Close times of all bars, for `confirmed`."""

    def __post_init__(self) -> None:
        columns, shape = self.__dict__, (len(self.formed),)
        for name, dtype in _DTYPES.items():
            column: NDArray[Any] = np.asarray(columns[name], dtype=dtype)
            if column.shape != shape:
                raise DataError(f"{name}: expected {shape[0]} values in one column, was shape {column.shape}")
            column = column.view()
            column.flags.writeable = False
            columns[name] = column
        if (self.confirmed[1:] < self.confirmed[:-1]).any():
            raise DataError(f"events of {self.detector}: expected rows by confirmation, was another order")

    def __len__(self) -> int:
        return len(self.formed)

    @overload
    def __getitem__(self, at: int) -> Event: ...
    @overload
    def __getitem__(self, at: slice) -> Events: ...
    def __getitem__(self, at: int | slice) -> Event | Events:
        if isinstance(at, slice):
            return self.only(np.arange(len(self))[at])
        far = float(self.far_level[at])
        return Event(
            detector=self.detector,
            kind=self.kinds[self.kind[at]],
            direction=_WORDS[int(self.direction[at])],
            formed_at=moment(self.opened[self.formed[at]]),
            confirmed_at=moment(self.closed[self.confirmed[at]]),
            level=float(self.level[at]),
            far_level=None if np.isnan(far) else far,
            strength=float(self.strength[at]),
            is_open=bool(self.is_open[at]),
        )

    def only(self, chosen: Rows | Flags) -> Events:
        """The events at these indexes (rising), or where the mask is true."""
        return replace(self, **{name: getattr(self, name)[chosen] for name in _DTYPES})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # equal to lists, which have no hash

    def __repr__(self) -> str:
        return f"Events({self.detector!r}, {len(self)} of {', '.join(self.kinds)})"
