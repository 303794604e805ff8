"""One strategy on several symbols of one account, which shares its cash, its rules and its limits among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from evaluators.backtest.capping import cap
from evaluators.backtest.conditions import View
from evaluators.backtest.playing import Desk, Progress, Terms, costs
from evaluators.backtest.signals import quantity, signals
from evaluators.backtest.strategy import Strategy
from evaluators.backtest.trades import TradeLog, closed_trades
from evaluators.statistics import Performance, Significance, Trades, measure, overlaps, significance
from execution_core import Engine, backtest
from fks_agents.bars import Bars, Floats, Nanoseconds, moment, nanoseconds
from fks_agents.errors import DataError, UsageError
from tools.indicators import bars_per_year


class _Played(NamedTuple):
    closed: Nanoseconds
    equity: Floats
    logs: tuple[TradeLog, ...]
    ambiguous_bars: int
    breaker: tuple[str, int] | None


@dataclass(frozen=True, eq=False)
class Together:
    """The same input gives the same result."""

    strategy: Strategy
    symbols: tuple[str, ...]
    cash: float
    terms: Terms
    seed: int
    trials: int
    closed: Nanoseconds
    """Moments at which bars closed; shape (n,)."""
    equity: Floats
    """At the start and at each of those moments; shape (n + 1,)."""
    held: Floats
    """The same of buying all symbols for equal parts of the cash and holding them."""
    logs: tuple[TradeLog, ...]
    """Closed trades of each symbol; their rows count its own bars."""
    performance: Performance
    significance: Significance | None
    """None where there are too few closed trades to say anything, or the run was interrupted."""
    ambiguous_bars: int
    interval: tuple[float, float] | None
    """Least and greatest final equity, every ambiguous bar against and for the positions; None where interrupted."""
    breaker: tuple[str, int] | None
    is_partial: bool

    @property
    def trades(self) -> int:
        return sum(len(log) for log in self.logs)

    @property
    def verdict(self) -> str:
        if self.significance is not None:
            return self.significance.verdict
        return (
            f"No edge found: {self.trades} closed trades; too few, or the run was interrupted before they were tested."
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        said = self.significance
        return {
            "strategy": self.strategy.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            "symbols": list(self.symbols),
            "from": moment(self.closed[0]).isoformat(),
            "to": moment(self.closed[-1]).isoformat(),
            "settings": {"cash": self.cash, **self.terms._asdict(), "seed": self.seed, "trials": self.trials},
            "is_partial": self.is_partial,
            "equity": {
                "final": float(self.equity[-1]),
                "interval": self.interval,
                "ambiguous_bars": self.ambiguous_bars,
            },
            "metrics": {**asdict(self.performance.path), "trades": asdict(self.performance.trades)}
            if self.performance.trades else asdict(self.performance.path),
            "benchmark": asdict(self.performance.benchmark) if self.performance.benchmark else None,
            "p": None if said is None else said.p_adjusted,
            "verdict": self.verdict,
            "trades": {
                symbol: {"count": len(log), "profit": float(log.profits.sum())}
                for symbol, log in zip(self.symbols, self.logs, strict=True)
            },
            "stopped_by": None
            if self.breaker is None
            else {"rule": self.breaker[0], "at": moment(self.breaker[1]).isoformat()},
        }  # fmt: skip


def run_together(
    strategy: Strategy,
    bars: Sequence[Bars],
    *,
    cash: float = 100_000.0,
    terms: Terms = Terms(),  # noqa: B008  immutable
    seed: int = 7,
    trials: int = 1,
    begin: datetime | None = None,
    on_progress: Progress = lambda _done, _of: None,
) -> Together:
    """Play a strategy on several symbols of one account; what is before `begin` only warms up. Each symbol holds one
    position at a time. An interruption keeps what is done. Raises DataError where a symbol has no bar to trade on."""
    symbols = tuple(each.symbol for each in bars)
    if len(set(symbols)) != len(symbols) or not symbols:
        raise UsageError(f"expected each symbol once, was {', '.join(symbols) or 'none'}")
    firsts = [0 if begin is None else int(np.searchsorted(each.closed, nanoseconds(begin))) for each in bars]
    for each, first in zip(bars, firsts, strict=True):
        if len(each) - first < 2:
            raise DataError(f"{each.symbol}: expected at least 2 bars to trade on, was {len(each) - first}")
    once = partial(_play, strategy, bars, firsts, cash, terms)
    played, is_partial = once("pessimistic", on_progress)
    if not len(played.closed):
        raise KeyboardInterrupt  # before the first bar: nothing is done that could be kept
    interval = None if is_partial else _interval(played, once)
    held = _held(bars, firsts, played.closed, cash)
    merged = _merged(played, bars)
    return Together(
        strategy, symbols, cash, terms, seed, trials, played.closed, played.equity, held, played.logs,
        measure(played.equity, per_year=bars_per_year(bars[0]), trades=merged, prices=held),
        None if is_partial or len(merged) < 2 else significance(
            merged.returns, seed=seed, trials=trials, groups=overlaps(merged.entered, merged.left)
        ),
        played.ambiguous_bars, interval, played.breaker, is_partial,
    )  # fmt: skip


def _play(
    strategy: Strategy, bars: Sequence[Bars], firsts: Sequence[int], cash: float, terms: Terms, path: str,
    on_progress: Progress = lambda _done, _of: None,
) -> tuple[_Played, bool]:  # fmt: skip
    first = Engine(cash=cash, rules=strategy.risk.account_rules, path=path, **costs(terms))
    engines = [first, *(Engine(beside=first, path=path, **costs(terms)) for _ in bars[1:])]
    limit = cap(strategy.risk.limits, [each.symbol for each in bars], engines)
    desks = []
    for each in bars:
        found = signals(strategy, View(each))
        desks.append(Desk(each, found, partial(quantity, strategy, found), limit, terms.tick))
    parts = [each[start:] for each, start in zip(bars, firsts, strict=True)]
    moments = np.unique(np.concatenate([part.closed for part in parts]))
    equity, done, seen = np.full(len(moments) + 1, cash), 0, [-1] * len(parts)

    def on_bar(engines: Sequence[Engine], rows: Sequence[int]) -> None:
        nonlocal done
        for number, row in enumerate(rows):
            if row != seen[number] and desks[number].acts[firsts[number] + row]:
                desks[number].decide(engines[number], firsts[number] + row)
            seen[number] = row
        done += 1
        equity[done] = first.equity
        if done % 10_000 == 0:
            on_progress(done, len(moments))

    is_partial = False
    try:
        result = backtest.run_together(engines, parts, on_bar=on_bar)
        for number, desk in enumerate(desks):
            desk.hear(result.events[result.symbols == number])
    except KeyboardInterrupt:
        is_partial = True
    logs = tuple(
        closed_trades(each, desk.told(engine), desk.orders, terms)
        for each, desk, engine in zip(bars, desks, engines, strict=True)
    )
    ambiguous = sum(engine.ambiguous_bars for engine in engines)
    return _Played(moments[:done], equity[: done + 1], logs, ambiguous, first.breaker), is_partial


def _interval(played: _Played, once: Any) -> tuple[float, float] | None:
    ends = [float(played.equity[-1])]
    if played.ambiguous_bars:
        for path in ("adverse", "favourable"):
            again, is_partial = once(path)
            if is_partial:
                return None
            ends.append(float(again.equity[-1]))
    return min(ends), max(ends)


def _held(bars: Sequence[Bars], firsts: Sequence[int], closed: Nanoseconds, cash: float) -> Floats:
    """Equal parts of the cash, each put into its symbol at its first open."""
    worth = np.zeros(len(closed))
    for each, first in zip(bars, firsts, strict=True):
        last = np.searchsorted(each.closed, closed, side="right") - 1
        price = np.where(last >= first, each.close[np.maximum(last, first)], each.open[first])
        worth += cash / len(bars) * price / each.open[first]
    return np.append(cash, worth)


def _merged(played: _Played, bars: Sequence[Bars]) -> Trades:
    """The trades of all symbols in the order of their ends; rows count moments."""

    def at(rows: Nanoseconds, each: Bars) -> Nanoseconds:
        return np.asarray(np.searchsorted(played.closed, each.closed[rows]), dtype=np.int64)

    parts = [
        (at(log.entered, each), at(log.left, each), log.side, log.quantity, log.entry, log.exit, log.fees, log.slippage)
        for log, each in zip(played.logs, bars, strict=True)
    ]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.argsort(columns[1], kind="stable")
    return Trades(*(column[order] for column in columns))
