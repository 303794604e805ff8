"""The reference work on other engines, where installed. Their rules of filling differ, so only time is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from execution_core.records import Columns

Peer = Callable[[Columns, NDArray[np.int8]], object]


def measure(data: Columns, sides: NDArray[np.int8]) -> Iterator[tuple[str, float | str]]:
    """Name, and CPU seconds of a second run or the reason why there are none."""
    for name, (module, work) in PEERS.items():
        if find_spec(module) is None:
            yield name, "skipped: not installed"
            continue
        if work is None:
            yield name, "skipped: installed, but its feed cannot be made of bars here"
            continue
        try:
            work(data, sides)
            started = process_time()
            work(data, sides)
        except Exception as error:
            yield name, f"skipped: {type(error).__name__}: {error}"
        else:
            yield name, process_time() - started


def _frame(data: Columns) -> Any:
    import pandas as pd

    names = ("Open", "High", "Low", "Close")
    frame = pd.DataFrame(dict(zip(names, data[2:6], strict=True)), index=pd.to_datetime(data.opened))
    return frame.assign(Volume=1.0)


def vectorbt(data: Columns, sides: NDArray[np.int8]) -> object:
    library, frame = import_module("vectorbt"), _frame(data)
    at = np.concatenate([[0], sides[:-1]])
    return library.Portfolio.from_signals(
        frame.Close, entries=at == 1, short_entries=at == -1, price=frame.Open, open=frame.Open, high=frame.High,
        low=frame.Low, size=1.0, init_cash=1e7, fees=0.001, slippage=0.0005, sl_stop=0.002, tp_stop=0.003,
    ).final_value()  # fmt: skip


def _nothing(self: Any) -> None:
    del self


def backtesting(data: Columns, sides: NDArray[np.int8]) -> object:
    library = import_module("backtesting")

    def decide(self: Any) -> None:
        side, close = sides[len(self.data) - 1], self.data.Close[-1]
        if side > 0:
            self.position.close()
            self.buy(size=1, sl=close * 0.998, tp=close * 1.003)
        elif side < 0:
            self.position.close()
            self.sell(size=1, sl=close * 1.002, tp=close * 0.997)

    strategy = type("Crossing", (library.Strategy,), {"init": _nothing, "next": decide})
    return library.Backtest(_frame(data), strategy, cash=1e7, commission=0.001, exclusive_orders=True).run()


def backtrader(data: Columns, sides: NDArray[np.int8]) -> object:
    library = import_module("backtrader")

    def decide(self: Any) -> None:
        side, close = sides[len(self) - 1], self.data.close[0]
        if side > 0:
            self.close()
            self.buy_bracket(size=1, exectype=library.Order.Market, stopprice=close * 0.998, limitprice=close * 1.003)
        elif side < 0:
            self.close()
            self.sell_bracket(size=1, exectype=library.Order.Market, stopprice=close * 1.002, limitprice=close * 0.997)

    cerebro = library.Cerebro(stdstats=False)
    cerebro.adddata(library.feeds.PandasData(dataname=_frame(data)))
    cerebro.addstrategy(type("Crossing", (library.Strategy,), {"next": decide}))
    cerebro.broker.setcash(1e7)
    cerebro.broker.setcommission(commission=0.001)
    return cerebro.run()


PEERS: dict[str, tuple[str, Peer | None]] = {
    "vectorbt": ("vectorbt", vectorbt),
    "backtesting.py": ("backtesting", backtesting),
    "hftbacktest": ("hftbacktest", None),
    "backtrader": ("backtrader", backtrader),
    "nautilus_trader": ("nautilus_trader", None),
}
