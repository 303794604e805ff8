"""Does the best of many trials on one half of the time stay good on the other half?"""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np

from evaluators.statistics._arrays import FLAT, Floats
from fks_agents.errors import DataError, UsageError

BLOCKS = 16
MOST_BLOCKS = 20
_AT_ONCE = 2_000_000
"""Numbers held in memory at once."""


class Overfitting(NamedTuple):
    probability: float
    """PBO: share of splits in which the trial that was best in sample was no better than the median out of sample."""
    loss: float
    """Share of splits in which that trial lost out of sample."""
    logits: Floats
    """ln(rank / (1 - rank)) of that trial out of sample, one for each split; 0 is the median."""


def overfitting(returns: object, blocks: int = BLOCKS) -> Overfitting:
    """Combinatorially symmetric cross-validation of `returns`, shape (bars, trials), by their Sharpe ratio.

    Time is cut into `blocks` equal pieces; every choice of half of them is once the sample (Bailey, Borwein, Lopez de
    Prado and Zhu 2017). The first bars that fill no piece are left out; of equal ranks the mean counts; a trial that
    does not vary within a half has ratio 0 there. Give every trial that was made.
    """
    table = np.asarray(returns, dtype=np.float64)
    _check(table, blocks)
    bars, trials = table.shape
    size = bars // blocks
    pieces = table[bars - size * blocks :].reshape(blocks, size, trials)
    # About a common centre, or sums of squares lose what little the returns differ by.
    pieces = pieces - (centre := pieces.mean(axis=(0, 1)))
    sums, squares = pieces.sum(axis=1), np.square(pieces).sum(axis=1)
    chosen = np.zeros((comb(blocks, blocks // 2), blocks))
    for row, half in enumerate(combinations(range(blocks), blocks // 2)):
        chosen[row, list(half)] = 1.0
    count = size * blocks // 2
    logits, lost = [], 0
    for begin in range(0, len(chosen), step := max(1, _AT_ONCE // trials)):
        inside = chosen[begin : begin + step]
        seen = _sharpe(inside @ sums, inside @ squares, count, centre)
        unseen = _sharpe((1.0 - inside) @ sums, (1.0 - inside) @ squares, count, centre)
        best = np.argmax(seen, axis=1)[:, None]
        found = np.take_along_axis(unseen, best, axis=1)
        rank = (np.sum(unseen < found, axis=1) + 0.5 * (np.sum(unseen == found, axis=1) + 1.0)) / (trials + 1.0)
        logits.append(np.log(rank / (1.0 - rank)))
        lost += int(np.count_nonzero(found < 0.0))
    all_logits = np.concatenate(logits)
    return Overfitting(float(np.mean(all_logits <= FLAT)), lost / len(chosen), all_logits)


def _sharpe(sums: Floats, squares: Floats, count: int, centre: Floats) -> Floats:
    mean = sums / count
    variance = np.maximum(squares / count - mean * mean, 0.0) * count / (count - 1.0)
    varies = variance > (FLAT * (np.abs(centre) + np.abs(mean))) ** 2
    return np.divide(centre + mean, np.sqrt(variance), out=np.zeros_like(mean), where=varies)


def _check(table: Floats, blocks: int) -> None:
    if blocks % 2 or not 2 <= blocks <= MOST_BLOCKS:
        raise UsageError(f"blocks: expected an even number from 2 to {MOST_BLOCKS}, was {blocks}")
    if table.ndim != 2 or table.shape[1] < 2:
        raise DataError(f"returns: expected one column for each of two or more trials, was shape {table.shape}")
    if len(table) < 2 * blocks:
        raise DataError(f"returns: expected at least {2 * blocks} bars for {blocks} blocks, was {len(table)}")
    finite = np.isfinite(table)
    if not finite.all():
        row, trial = (int(each) for each in np.argwhere(~finite)[0])
        raise DataError(
            f"returns, row {row}, trial {trial}: expected a finite number, was {float(table[row, trial])!r}"
        )
