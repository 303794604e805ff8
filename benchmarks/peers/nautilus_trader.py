"""The reference work on nautilus_trader: a compiled engine, a Python method for each bar, brackets by its venue."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.peers.work import CASH, STOP, TARGET, Outcome, Work, report


def _strategy(work: Work, instrument: Any, bar_type: Any) -> Any:
    enums = import_module("nautilus_trader.model.enums")
    strategy = import_module("nautilus_trader.trading.strategy").Strategy
    seen = iter(work.sides.tolist())

    def start(self: Any) -> None:
        self.subscribe_bars(bar_type)

    def decide(self: Any, bar: Any) -> None:
        side = next(seen)
        if side == 0:
            return
        close = float(bar.close)
        self.cancel_all_orders(instrument.id)
        self.close_all_positions(instrument.id)
        self.submit_order_list(
            self.order_factory.bracket(
                instrument_id=instrument.id,
                order_side=enums.OrderSide.BUY if side > 0 else enums.OrderSide.SELL,
                quantity=instrument.make_qty(1),
                sl_trigger_price=instrument.make_price(close * (1 - side * STOP)),
                tp_price=instrument.make_price(close * (1 + side * TARGET)),
                tp_post_only=False,
                contingency_type=enums.ContingencyType.OCO,
            )
        )

    return type("Crossing", (strategy,), {"on_start": start, "on_bar": decide})()


def play(work: Work) -> Outcome:
    engines = import_module("nautilus_trader.backtest.engine")
    config = import_module("nautilus_trader.config")
    enums, model = import_module("nautilus_trader.model.enums"), import_module("nautilus_trader.model")
    instrument = import_module("nautilus_trader.test_kit.providers").TestInstrumentProvider.btcusdt_perp_binance()
    usdt = import_module("nautilus_trader.model.currencies").USDT
    bar_type = model.BarType.from_str(f"{instrument.id}-1-MINUTE-LAST-EXTERNAL")
    frame = work.frame().rename(columns=str.lower)
    frame.index = frame.index + frame.index.to_series().diff().iloc[1]  # a bar is known at its close
    bars = import_module("nautilus_trader.persistence.wranglers").BarDataWrangler(bar_type, instrument).process(frame)
    quiet = config.LoggingConfig(bypass_logging=True)
    engine = engines.BacktestEngine(engines.BacktestEngineConfig(logging=quiet, run_analysis=False))
    engine.add_venue(instrument.id.venue, enums.OmsType.NETTING, enums.AccountType.MARGIN, [model.Money(CASH, usdt)])
    engine.add_instrument(instrument)
    engine.add_data(bars)
    engine.add_strategy(_strategy(work, instrument, bar_type))
    engine.run()
    trades = engine.cache.positions_closed() + engine.cache.position_snapshots()
    balance = engine.portfolio.account(instrument.id.venue).balance_total(usdt)
    engine.dispose()
    return Outcome(len(trades), float(balance))


if __name__ == "__main__":
    report("nautilus_trader", play)
