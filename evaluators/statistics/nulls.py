"""What the mean trade would be without an edge: by turning signs, and by entering at random.

Shuffling the order of the same trades is no such test: it leaves their mean, and so any profit, as it was.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluators.statistics._arrays import FLAT, Floats, at_least, column, same_length
from fks_agents.errors import DataError

Rows = NDArray[np.int64]
Alternative = Literal["greater", "two-sided"]

DRAWS = 2000
_AT_ONCE = 4_000_000
"""Numbers held in memory at once."""


class Null(NamedTuple):
    observed: float
    """Mean return of a trade, as a fraction."""
    expected: float
    """Mean of the same over the draws of the null."""
    p: float
    """(1 + draws at least as extreme) / (1 + draws), so never 0 (Phipson and Smyth 2010)."""
    draws: int


def sign_flip(
    returns: object, *, seed: int, draws: int = DRAWS, groups: object | None = None,
    alternative: Alternative = "greater",
) -> Null:  # fmt: skip
    """Is the mean above what it is when each return keeps its size and gets a random sign?

    Exact where returns are symmetric about zero without an edge, and independent. Returns that share a number in
    `groups` (of the same shape) are turned together: see `overlaps`.
    """
    values = column(returns, "returns")
    at_least(draws, 100, "draws")
    sums: Floats = values
    if groups is not None:
        which = np.unique(np.asarray(groups), return_inverse=True)[1]
        same_length(returns=values, groups=which)
        sums = np.bincount(which, weights=values).astype(np.float64)
    random, drawn = np.random.default_rng(seed), []
    for done in range(0, draws, size := max(1, _AT_ONCE // len(sums))):
        number = min(size, draws - done)
        signs = 2.0 * random.integers(0, 2, (number, len(sums)), dtype=np.int8) - 1.0
        drawn.append(signs @ sums / len(values))
    return _null(float(np.mean(values)), np.concatenate(drawn), alternative)


def overlaps(entered: object, left: object) -> Rows:
    """A group number for each trade, the same for all between two moments at which every position was closed.

    A trade that enters in the bar in which another left does not overlap it.
    """
    first, last = np.asarray(entered, dtype=np.int64), np.asarray(left, dtype=np.int64)
    same_length(entered=first, left=last)
    if len(first) == 0:
        return np.empty(0, dtype=np.int64)
    order = np.argsort(first, kind="stable")
    reached = np.maximum.accumulate(last[order])
    groups = np.zeros(len(first), dtype=np.int64)
    groups[order] = np.concatenate([[0], np.cumsum(first[order][1:] >= reached[:-1])])
    return groups


def random_entries(
    prices: object, entered: object, left: object, side: object, *, seed: int, costs: object = 0.0,
    draws: int = DRAWS, alternative: Alternative = "greater",
) -> Null:  # fmt: skip
    """Is the mean above that of as many trades entered at random, held as long, on the same sides, at the same costs?

    `prices` are those at which one could trade, one for each bar; a trade goes from `prices[entered]` to
    `prices[left]`, an observed one too, so that both are measured alike. `costs` are fractions of the entry's value,
    for each trade or for all. Trades that never overlapped do not at random either; where some did, each is placed on
    its own.
    Raises DataError where a row lies outside the prices, or a trade is left before it is entered.
    """
    path = column(prices, "prices", least=2)
    if np.any(path <= 0.0):
        row = int(np.argmax(path <= 0.0))
        raise DataError(f"prices, row {row}: expected a positive number, was {float(path[row])!r}")
    at_least(draws, 100, "draws")
    first, last = np.asarray(entered, dtype=np.int64), np.asarray(left, dtype=np.int64)
    sides = column(side, "side")
    paid = np.broadcast_to(np.asarray(costs, dtype=np.float64), first.shape)
    same_length(side=sides, entered=first, left=last, costs=column(paid, "costs"))
    _check_rows(first, last, sides, len(path))
    held = last - first
    place = _apart if len(np.unique(overlaps(first, last))) == len(first) else _anywhere
    random, drawn = np.random.default_rng(seed), []
    for done in range(0, draws, size := max(1, _AT_ONCE // (8 * len(held)))):
        chosen, begun = place(held, len(path), min(size, draws - done), random)
        moves = path[begun + held[chosen]] / path[begun] - 1.0
        drawn.append(np.mean(sides[chosen] * moves - paid[chosen], axis=1))
    observed = float(np.mean(sides * (path[last] / path[first] - 1.0) - paid))
    return _null(observed, np.concatenate(drawn), alternative)


def _apart(held: Rows, bars: int, draws: int, random: np.random.Generator) -> tuple[Rows, Rows]:
    """Trades in a random order, and rows of their entries, with the free bars dealt out between them at random."""
    chosen = random.permuted(np.broadcast_to(np.arange(len(held)), (draws, len(held))), axis=1)
    lengths = held[chosen]
    free = bars - 1 - int(held.sum())
    flat = np.sort(random.integers(0, free + 1, chosen.shape), axis=1)
    return chosen, flat + np.cumsum(lengths, axis=1) - lengths


def _anywhere(held: Rows, bars: int, draws: int, random: np.random.Generator) -> tuple[Rows, Rows]:
    chosen = np.broadcast_to(np.arange(len(held)), (draws, len(held)))
    return chosen, random.integers(0, bars - held, chosen.shape)


def _null(observed: float, drawn: Floats, alternative: Alternative) -> Null:
    expected = float(np.mean(drawn))
    # Sums in another order differ in their last bits; equal draws count as extreme.
    slack = FLAT * max(abs(observed), float(np.max(np.abs(drawn))))
    if alternative == "two-sided":
        extreme = np.abs(drawn - expected) >= abs(observed - expected) - slack
    else:
        extreme = drawn >= observed - slack
    return Null(observed, expected, (1 + int(np.count_nonzero(extreme))) / (1 + len(drawn)), len(drawn))


def _check_rows(first: Rows, last: Rows, sides: Floats, bars: int) -> None:
    for name, values, bad, expected in (
        ("entered", first, first < 0, "at least 0"),
        ("left", last, last <= first, "a later row than the entry"),
        ("left", last, last >= bars, f"below {bars}, the number of prices"),
        ("side", sides, np.abs(sides) != 1.0, "1 or -1"),
    ):
        if bad.any():
            row = int(np.argmax(bad))
            raise DataError(f"{name}, row {row}: expected {expected}, was {values[row].item()!r}")
