"""The reference work on backtesting.py: a Python method for each bar."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.peers.work import CASH, FEE, STOP, TARGET, Outcome, Work, report


def _nothing(self: Any) -> None:
    del self


def play(work: Work) -> Outcome:
    library = import_module("backtesting")

    def decide(self: Any) -> None:
        side, close = work.sides[len(self.data) - 1], self.data.Close[-1]
        if side > 0:
            self.buy(size=1, sl=close * (1 - STOP), tp=close * (1 + TARGET))
        elif side < 0:
            self.sell(size=1, sl=close * (1 + STOP), tp=close * (1 - TARGET))

    strategy = type("Crossing", (library.Strategy,), {"init": _nothing, "next": decide})
    run = library.Backtest(
        work.frame().tz_localize(None), strategy, cash=CASH, commission=FEE, exclusive_orders=True, finalize_trades=True
    )
    told = run.run()
    return Outcome(int(told["# Trades"]), float(told["Equity Final [$]"]))


if __name__ == "__main__":
    report("backtesting", play)
