"""The reference work on backtrader: a Python method for each bar, brackets by its broker."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.peers.work import CASH, FEE, SLIPPAGE, STOP, TARGET, Outcome, Work, report


def play(work: Work) -> Outcome:
    library = import_module("backtrader")
    closed = []

    def start(self: Any) -> None:
        self.legs = []

    def decide(self: Any) -> None:
        side, close = work.sides[len(self) - 1], self.data.close[0]
        if side == 0:
            return
        for leg in self.legs:
            self.cancel(leg)
        self.close()
        place = self.buy_bracket if side > 0 else self.sell_bracket
        stop, target = close * (1 - side * STOP), close * (1 + side * TARGET)
        self.legs = place(size=1, exectype=library.Order.Market, stopprice=stop, limitprice=target)[1:]

    def told(self: Any, trade: Any) -> None:
        del self
        if trade.isclosed:
            closed.append(trade.ref)

    methods = {"start": start, "next": decide, "notify_trade": told}
    cerebro = library.Cerebro(stdstats=False)
    cerebro.adddata(library.feeds.PandasData(dataname=work.frame().tz_localize(None)))
    cerebro.addstrategy(type("Crossing", (library.Strategy,), methods))
    cerebro.broker.setcash(CASH)
    cerebro.broker.setcommission(commission=FEE)
    cerebro.broker.set_slippage_perc(SLIPPAGE)
    cerebro.run()
    return Outcome(len(closed), float(cerebro.broker.getvalue()))


if __name__ == "__main__":
    report("backtrader", play)
