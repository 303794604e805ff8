"""ASMBTR, the adaptive state model in binary representation: how often price rose next after each run of moves.

A state is the last `depth` non-zero price moves as bits, up 1 and down 0, the newest lowest. Each move is counted under
the state before it; a new count first multiplies what its state had by `decay`, so old visits of a state fade with each
new one and the rarely visited keep theirs. Nothing is known of a state seen fewer than `least` times.

Representation of moves as bits: Stasiak, "Algorithmic Trading System with Adaptive State Model of a Binary-Temporal
Representation", Risks 13 (2025) 148; only the order of the moves is kept here, not how long each took.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan
from pathlib import Path
from typing import Any, NamedTuple, Self
from zipfile import BadZipFile
from zlib import error as CompressionError  # noqa: N812  a class in disguise

import numpy as np
from numpy.typing import NDArray

from execution_core.encoders import encode, learn, read
from execution_core.intervals import wilson

Floats = NDArray[np.float64]
FORMAT = 1


class Odds(NamedTuple):
    """What followed a state so far."""

    up: float
    """Decayed share of up moves, 0 to 1."""
    low: float
    high: float
    """Wilson interval of that share at the effective count."""
    observations: int
    """Moves seen in this state."""
    effective: float
    """Kish's effective count (sum of weights squared / sum of squared weights); without decay, the observations."""


@dataclass(slots=True)
class _Seen:
    """One symbol: decayed counts for each state, and where its prices ended."""

    up: Floats
    down: Floats
    seen: NDArray[np.int64]
    context: int = 1
    last: float = nan


@dataclass(slots=True)
class Asmbtr:
    """Counts for any number of symbols, each on its own; 24 bytes x 2^depth for each. Raises ValueError where a
    parameter is out of range, KeyError for a symbol that was never learnt."""

    depth: int = 8
    """Moves in a state, 1 to 24."""
    decay: float = 1.0
    """Weight that is left of a state's counts at its next visit, in (0, 1]."""
    least: int = 30
    """Observations of a state below which nothing is said of it."""
    _symbols: dict[str, _Seen] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.depth <= 24:
            raise ValueError(f"depth must lie in 1..24, was {self.depth}")
        if not 0.0 < self.decay <= 1.0:
            raise ValueError(f"decay must lie in (0, 1], was {self.decay!r}")
        if self.least < 1:
            raise ValueError(f"least must be at least 1, was {self.least}")

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(self._symbols)

    def learn(self, symbol: str, prices: Floats) -> None:
        """Count the moves of prices that follow the ones learnt before; finite float64, shape (n,)."""
        known = self._symbols.get(symbol)
        if known is None:
            size = 1 << self.depth
            known = _Seen(np.zeros(size), np.zeros(size), np.zeros(size, dtype=np.int64))
        known.context = learn(
            prices, self.depth, known.context, known.last, self.decay, known.up, known.down, known.seen
        )
        if len(prices):
            known.last = float(prices[-1])
        self._symbols[symbol] = known

    def state(self, symbol: str) -> int | None:
        """The state after the last price learnt; None before `depth` moves."""
        context = self._symbols[symbol].context
        return context & (1 << self.depth) - 1 if context >> self.depth else None

    def observations(self, symbol: str, state: int | None = None) -> int:
        """Moves seen after `state`, or after the current one; 0 where that is unknown."""
        at = self._chosen(symbol, state)
        return 0 if at is None else int(self._symbols[symbol].seen[at])

    def odds(self, symbol: str, state: int | None = None, *, confidence: float = 0.95) -> Odds | None:
        """What followed `state`, or the current one; None where it is unknown or was seen fewer than `least` times."""
        at, known = self._chosen(symbol, state), self._symbols[symbol]
        if at is None or known.seen[at] < self.least:
            return None
        observations = int(known.seen[at])
        share = float(known.up[at] / (known.up[at] + known.down[at]))
        effective = effective_count(observations, self.decay)
        return Odds(share, *wilson(share, effective, confidence), observations, effective)

    def table(self, symbol: str) -> Floats:
        """Share of up moves after each state, shape (2^depth,); NaN where it was seen fewer than `least` times."""
        known = self._symbols[symbol]
        total = known.up + known.down
        is_known = known.seen >= self.least
        shares: Floats = np.divide(known.up, total, out=np.full(len(total), nan), where=is_known)
        return shares

    def read(self, symbol: str, prices: Floats) -> Floats:
        """The table's share after each of these prices, which are on their own and are not learnt; shape (n,)."""
        return read(prices, self.depth, 1, nan, self.table(symbol))

    def states(self, prices: Floats) -> NDArray[np.int32]:
        """The state after each of these prices, -1 before `depth` moves; shape (n,)."""
        return encode(prices, self.depth, 1, nan)[0]

    def save(self, path: Path) -> None:
        """Write all symbols to one .npz file, states never seen left out; the file is whole or not there."""
        columns: dict[str, NDArray[Any]] = {
            "head": np.array([FORMAT, self.depth, self.least], dtype=np.int64),
            "decay": np.array([self.decay]),
            "symbols": np.array(self.symbols, dtype=np.str_),
            "contexts": np.array([known.context for known in self._symbols.values()], dtype=np.int64),
            "last": np.array([known.last for known in self._symbols.values()], dtype=np.float64),
        }
        for number, known in enumerate(self._symbols.values()):
            states = np.flatnonzero(known.seen).astype(np.int32)
            columns[f"states_{number}"] = states
            for name in ("up", "down", "seen"):
                columns[f"{name}_{number}"] = getattr(known, name)[states]
        partial = path.with_name(f"{path.name}.partial")
        with partial.open("wb") as file:
            np.savez_compressed(file, **columns)  # type: ignore[arg-type]
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """What `save` wrote; raises ValueError naming the file and what does not fit."""
        try:
            with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                return cls._from({name: file[name] for name in file.files})
        except (ValueError, KeyError, TypeError, EOFError, BadZipFile, CompressionError) as error:
            raise ValueError(f"{path}: expected counts saved by this model, format {FORMAT}: {error}") from error

    def _chosen(self, symbol: str, state: int | None) -> int | None:
        if state is None:
            return self.state(symbol)
        if not 0 <= state < 1 << self.depth:
            raise ValueError(f"state must lie in 0..{(1 << self.depth) - 1}, was {state}")
        return state

    @classmethod
    def _from(cls, columns: dict[str, NDArray[Any]]) -> Self:
        found, depth, least = (int(value) for value in columns["head"])
        if found != FORMAT:
            raise ValueError(f"format was {found}")
        model = cls(depth, float(columns["decay"][0]), least)
        names, contexts, last = (columns[name].tolist() for name in ("symbols", "contexts", "last"))
        for number, (symbol, context, price) in enumerate(zip(names, contexts, last, strict=True)):
            states, up, down, seen = (columns[f"{name}_{number}"] for name in ("states", "up", "down", "seen"))
            _check_counts(symbol, depth, context, states, up, down, seen)
            size = 1 << depth
            known = _Seen(np.zeros(size), np.zeros(size), np.zeros(size, dtype=np.int64), context, price)
            known.up[states], known.down[states], known.seen[states] = up, down, seen
            model._symbols[symbol] = known
        return model


def effective_count(observations: int, decay: float) -> float:
    """Kish's effective count of weights 1, decay, decay^2, ..., one for each observation."""
    if decay == 1.0:
        return float(observations)
    # (1 - d^n)^2 / (1 - d)^2 over (1 - d^2n) / (1 - d^2), with the common factors taken out.
    faded = decay**observations
    return (1.0 - faded) / (1.0 + faded) * (1.0 + decay) / (1.0 - decay)


def _check_counts(
    symbol: str, depth: int, context: int, states: NDArray[Any], up: NDArray[Any], down: NDArray[Any],
    seen: NDArray[Any],
) -> None:  # fmt: skip
    if not 1 <= context < 1 << (depth + 1):
        raise ValueError(f"{symbol}: context was {context}")
    if states.ndim != 1 or states.dtype.kind != "i" or seen.dtype.kind != "i":
        raise ValueError(f"{symbol}: states and what was seen are not columns of whole numbers")
    if len(states) and (np.any(np.diff(states) <= 0) or states[0] < 0 or states[-1] >= 1 << depth):
        raise ValueError(f"{symbol}: states do not rise within 0..{(1 << depth) - 1}")
    for name, column in (("up", up), ("down", down), ("seen", seen)):
        if column.shape != states.shape or not np.all(np.isfinite(column)) or np.any(column < 0):
            raise ValueError(f"{symbol}: {name} is not one finite count for each state")
