"""From a strategy and bars to what it would have earned, and whether that is more than luck."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import numpy as np

from evaluators.backtest.capping import cap
from evaluators.backtest.conditions import View
from evaluators.backtest.playing import Played, Progress, Terms, play
from evaluators.backtest.result import Backtest
from evaluators.backtest.signals import quantity, signals
from evaluators.backtest.strategy import Strategy
from evaluators.backtest.trades import TradeLog, keep
from evaluators.statistics import Placed, Significance, measure, significance
from fks_agents.bars import Bars, Floats, nanoseconds
from fks_agents.errors import DataError, UsageError
from tools.indicators import bars_per_year

_TICKS = 100
"""Fewest ticks in the lowest price: a tick is then at most one percent."""


def run(
    strategy: Strategy,
    bars: Bars,
    *,
    cash: float = 100_000.0,
    terms: Terms = Terms(),  # noqa: B008  immutable
    seed: int = 7,
    trials: int = 1,
    begin: datetime | None = None,
    on_progress: Progress = lambda _done, _of: None,
) -> Backtest:
    """Play a strategy over bars; those closed before `begin` only warm up what it looks at.

    `trials` is how many ideas were tried before this one was shown, itself included. An interruption (Ctrl-C) from
    the first bar on keeps what is done, see `Backtest.is_partial`. Raises DataError where no bar is left to trade on.
    """
    if trials < 1:
        raise UsageError(f"trials: expected at least 1, was {trials}")
    first = 0 if begin is None else int(np.searchsorted(bars.closed, nanoseconds(begin)))
    if len(bars) - first < 2:
        raise DataError(
            f"{bars.symbol} {bars.timeframe}: expected at least 2 bars to trade on, was {len(bars) - first}"
        )
    _refuse_coarse(bars[first:], terms.tick)
    found = signals(strategy, View(bars))
    size = partial(quantity, strategy, found)
    rules, limit = strategy.risk.account_rules, cap(strategy.risk.limits, [bars.symbol])
    engine = partial(play, found=found, cash=cash, terms=terms, size=size, cap=limit, rules=rules, first=first)
    played = engine(bars, on_progress=on_progress)
    if played.end == first:
        raise KeyboardInterrupt  # before the first bar: nothing is done that could be kept
    again = partial(engine, bars[: played.end])
    book = keep(bars, played, _resolved(played, again), cash, terms)
    traded = bars[first : played.end]
    prices = np.concatenate([traded.open[:1], traded.close])
    log = book.trades
    performance = measure(book.equity, per_year=bars_per_year(traded), trades=log.after(first), prices=prices)
    return Backtest(
        strategy=strategy,
        bars=bars,
        first=first,
        end=played.end,
        cash=cash,
        terms=terms,
        seed=seed,
        trials=trials,
        book=book,
        performance=performance,
        significance=_judged(log, traded, first, seed, trials, is_limit=strategy.entry.type == "limit"),
        ambiguous_bars=played.ambiguous_bars,
        breaker=played.breaker,
    )


def _resolved(played: Played, again: Callable[..., Played]) -> tuple[Played, Played] | None:
    """The run with every ambiguous bar going against the position, and for it; None where it was interrupted."""
    if played.ambiguous_bars == 0:
        return played, played
    runs = again(path="adverse"), again(path="favourable")
    return runs if all(run.end == played.end for run in runs) else None


def _refuse_coarse(bars: Bars, tick: float) -> None:
    """Raise UsageError where prices are too low for the tick: stops and targets would fall on one price."""
    lowest = float(np.min(bars.low))
    if lowest < _TICKS * tick:
        raise UsageError(f"tick: expected at most {lowest / _TICKS:.3g} for prices down to {lowest:g}, was {tick:g}")


def _judged(log: TradeLog, traded: Bars, first: int, seed: int, trials: int, *, is_limit: bool) -> Significance | None:
    """The verdict on closed trades, by the opens at which one could have traded instead, and the last close.

    None where they are too few, or an interruption came first.
    """
    if len(log) < 2:
        return None
    prices: Floats = np.append(traded.open, traded.close[-1:])
    # What happened inside a bar is compared from the next open on: that the bar reached a limit is then not held
    # against the trade, nor a stop in its favour.
    entered = np.minimum(log.entered + is_limit - first, len(traded) - 1)
    left = np.maximum(log.left + ~log.is_left_at_open - first, entered + 1)
    costs = (log.fees + log.slippage) / (log.quantity * log.entry)
    placed = Placed(prices=prices, entered=entered, left=left, side=log.side, costs=costs)
    try:
        return significance(log.returns, seed=seed, trials=trials, placed=placed)
    except KeyboardInterrupt:
        return None
