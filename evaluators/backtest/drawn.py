"""What a page draws of a backtest: its path in few points, and its figures as lines of words."""

from __future__ import annotations

import numpy as np

from evaluators.backtest.figures import Compared, compared, tested
from evaluators.backtest.result import Backtest
from evaluators.backtest.thinned import rows
from fks_agents.bars import moment
from fks_agents.contracts import Contract, Utc


class Drawn(Contract):
    """The columns `at` to `drawdown` are of one length."""

    at: tuple[Utc, ...]
    """The first bar's open, then closes."""
    equity: tuple[float, ...]
    held: tuple[float, ...]
    """What the cash would be, bought at the first open and held."""
    drawdown: tuple[float, ...]
    """At most 0: equity against its highest so far, as a fraction."""
    compared: tuple[Compared, ...]
    tested: tuple[Compared, ...]
    is_found: bool
    """Whether there is an edge that luck does not explain."""


def drawn(result: Backtest) -> Drawn:
    shown, equity = result.bars[result.first : result.end], result.book.equity
    held = result.cash * np.concatenate([shown.open[:1], shown.close]) / shown.open[0]
    fallen = equity / np.maximum.accumulate(equity) - 1.0
    at = np.concatenate([shown.opened[:1], shown.closed])
    # Heights of the path and the depths below them are both in it.
    chosen = np.union1d(rows(equity), rows(fallen))
    return Drawn(
        at=tuple(moment(each) for each in at[chosen]),
        equity=tuple(equity[chosen].tolist()),
        held=tuple(held[chosen].tolist()),
        drawdown=tuple(fallen[chosen].tolist()),
        compared=compared(result.performance),
        tested=tested(result.significance),
        is_found=result.significance is not None and result.significance.is_found,
    )
