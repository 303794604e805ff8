"""The reference work on vectorbt: signals of whole columns, stops and targets by its own simulator."""

from __future__ import annotations

from importlib import import_module

import numpy as np

from benchmarks.peers.work import CASH, FEE, SLIPPAGE, STOP, TARGET, Outcome, Work, report


def play(work: Work) -> Outcome:
    library = import_module("vectorbt")
    # A side decided on a close acts at the next open.
    at = np.concatenate([[0], work.sides[:-1]])
    portfolio = library.Portfolio.from_signals(
        work.close, entries=at == 1, short_entries=at == -1, price=work.open, open=work.open, high=work.high,
        low=work.low, size=1.0, init_cash=CASH, fees=FEE, slippage=SLIPPAGE, sl_stop=STOP, tp_stop=TARGET,
        upon_opposite_entry="reverse", freq="1min",
    )  # fmt: skip
    equity = portfolio.value()
    return Outcome(int(portfolio.trades.count()), float(np.asarray(equity)[-1]))


if __name__ == "__main__":
    report("vectorbt", play)
