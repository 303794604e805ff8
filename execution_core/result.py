"""What a run came to: equity, trades and orders in columns, and everything needed to repeat it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from execution_core.records import EVENT_NAMES, EVENTS, LEGS, REASONS

if TYPE_CHECKING:
    import pandas as pd

    from execution_core import Engine

_WORDS = {"what": EVENTS, "leg": LEGS, "reason": REASONS}


class Interval(NamedTuple):
    low: float
    high: float


class Table(Mapping[str, NDArray[Any]]):
    """Read-only columns of one length; words are kept as codes, and told as words by the views."""

    def __init__(self, columns: Mapping[str, NDArray[Any]], words: Mapping[str, Sequence[str]]) -> None:
        self._columns = dict(columns)
        self.words = dict(words)
        """Column -> what its codes mean."""
        for column in self._columns.values():
            column.flags.writeable = False

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def rows(self) -> int:
        return len(next(iter(self._columns.values())))

    def told(self, name: str) -> list[str]:
        """A column of codes as words."""
        return [self.words[name][code] for code in self._columns[name]]

    def to_pandas(self) -> pd.DataFrame:
        import pandas as pd

        columns: dict[str, Any] = dict(self._columns)
        for name, words in self.words.items():
            columns[name] = pd.Categorical.from_codes(columns[name].tolist(), categories=pd.Index(list(words)))
        return pd.DataFrame(columns)

    def to_arrow(self) -> Any:
        """A pyarrow table: numbers without a copy, words as dictionaries; needs pyarrow."""
        from importlib import import_module

        pa = import_module("pyarrow")

        return pa.table({
            name: pa.DictionaryArray.from_arrays(pa.array(column), pa.array(list(self.words[name])))
            if name in self.words else pa.array(column)
            for name, column in self._columns.items()
        })  # fmt: skip


@dataclass(frozen=True, eq=False)
class Result:
    settings: Mapping[str, Any]
    """Every setting of the engine; of several symbols, those of each under `symbols`."""
    closed: NDArray[np.int64]
    """When each value of `equity` was known, ns."""
    equity: NDArray[np.float64]
    """The account, marked after each bar."""
    events: NDArray[Any]
    """Rows of `records.event_dtype()`; of several symbols one after the other."""
    symbols: NDArray[np.int32]
    """Of each event, the number of its engine."""
    bars: int
    ambiguous_bars: int
    fees: float
    funding: float
    again: Callable[[str], Result] = field(repr=False)
    """The same run on another `path`, from where the engines were before it."""

    @classmethod
    def of(
        cls, engines: Sequence[Engine], closed: NDArray[np.int64], equity: NDArray[np.float64],
        again: Callable[[str], Result],
    ) -> Result:  # fmt: skip
        """What the engines have told since they were last asked."""
        rows = [engine.drain_rows() for engine in engines]
        symbols = np.repeat(np.arange(len(rows), dtype=np.int32), [len(each) for each in rows])
        events = rows[0] if len(rows) == 1 else np.concatenate(rows)
        for array in (events, symbols, equity):
            array.flags.writeable = False
        settings = dict(engines[0].settings)
        if len(engines) > 1:
            settings["symbols"] = [dict(engine.settings) for engine in engines]
        return cls(
            settings, closed, equity, events, symbols, sum(e.bars for e in engines),
            sum(e.ambiguous_bars for e in engines), sum(e.fees for e in engines), sum(e.funding for e in engines),
            again,
        )  # fmt: skip

    @property
    def final_equity(self) -> float:
        return float(self.equity[-1])

    @cached_property
    def resolved(self) -> tuple[Result, Result]:
        """The whole run again with every ambiguous bar going against the position (path `adverse`), and for it
        (`favourable`): later orders, sizes and breakers follow. The run itself, twice, where no bar was ambiguous.

        A function is called again for each. Raises ValueError where it does not repeat itself on the first path.
        """
        if self.ambiguous_bars == 0:
            return self, self
        return self.again("adverse"), self.again("favourable")

    @property
    def interval(self) -> Interval:
        """Least and greatest final equity of this run and the two `resolved` ones. What is open in a bar is decided
        there and then, one way throughout: other mixtures of decisions may lead outside where a loss avoids another."""
        ends = [self.final_equity, *(each.final_equity for each in self.resolved)]
        return Interval(min(ends), max(ends))

    @cached_property
    def max_drawdown(self) -> float:
        """Greatest fall from the highest value before it, the cash at the beginning included, as a fraction."""
        peak = np.maximum(np.maximum.accumulate(self.equity), self.settings["cash"])
        return float(((peak - self.equity) / peak).max())

    @cached_property
    def orders(self) -> Table:
        """Everything that happened to orders, in order."""
        columns = {name: np.ascontiguousarray(self.events[name]) for name in EVENT_NAMES}
        return Table({"symbol": self.symbols, **columns}, _WORDS)

    @cached_property
    def trades(self) -> Table:
        """One row for each fill that closed all or part of a position; `profit` is after the fees of both ends."""
        rows = self.events[self.events["closed"] > 0.0]
        # What closes a long is a sale.
        columns = {
            "symbol": self.symbols[self.events["closed"] > 0.0],
            "order_id": rows["order_id"], "side": (-rows["side"]).astype(np.int8), "quantity": rows["closed"],
            "entry_price": rows["entry_price"], "exit_price": rows["price"], "opened_at": rows["opened_at"],
            "closed_at": rows["at"], "fees": rows["trade_fees"], "profit": rows["realised"] - rows["trade_fees"],
            "leg": rows["leg"], "is_ambiguous": rows["is_ambiguous"],
        }  # fmt: skip
        return Table({name: np.ascontiguousarray(column) for name, column in columns.items()}, {"leg": LEGS})

    @cached_property
    def digest(self) -> str:
        """sha256 of settings, equity and events: the same run again gives the same."""
        digest = sha256(json.dumps(self.settings, sort_keys=True, allow_nan=False).encode())
        for array in (self.closed, self.equity, self.events, self.symbols):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()
