"""All metrics of one backtest at once, with buying and holding beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from evaluators.statistics import ratios
from evaluators.statistics._arrays import Floats, UndefinedError, between, column, same_length
from evaluators.statistics.trades import TradeMetrics, Trades, measure_trades
from fks_agents.errors import DataError


@dataclass(frozen=True, slots=True)
class PathMetrics:
    """Fractions, not percent. None where there is no value, with the reason in `undefined` under the field's name."""

    bars: int
    """Returns that were measured."""
    total_return: float
    cagr: float | None
    """A year."""
    volatility: float | None
    """A year."""
    sharpe: float | None
    """Annualised, of returns in excess of the riskless rate."""
    sortino: float | None
    """Annualised, of returns in excess of the riskless rate."""
    calmar: float | None
    max_drawdown: float
    """Fraction of the running maximum, 0 or more."""
    max_drawdown_bars: int
    """From that maximum to its recovery, or to the end."""
    longest_drawdown_bars: int
    value_at_risk: float | None
    """Loss of one bar that 5 % are at least as bad as; positive is a loss."""
    expected_shortfall: float | None
    """Mean loss of those 5 %."""
    omega: float | None
    """About the riskless rate."""
    tail_ratio: float | None
    skewness: float | None
    kurtosis: float | None
    """Normal is 3."""
    undefined: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Performance:
    path: PathMetrics
    trades: TradeMetrics | None
    """None where no trades were given."""
    benchmark: PathMetrics | None
    """Buying at the first price and holding, without costs; None where no prices were given."""


def measure(
    equity: object,
    *,
    per_year: float,
    trades: Trades | None = None,
    prices: object | None = None,
    riskless: float = 0.0,
) -> Performance:
    """Metrics of equity at the start and at the close of each bar, shape (n + 1,), in account currency.

    `per_year` counts bars, `riskless` is the yearly rate as a fraction, `prices` are the instrument's at these moments.
    Raises DataError where a number is not finite, lengths differ, or the first equity is not positive.
    """
    path = column(equity, "equity", least=2)
    between(per_year, 0.0, np.inf, "per_year")
    between(riskless, -1.0, np.inf, "riskless")
    benchmark = None
    if prices is not None:
        held = column(prices, "prices", least=2)
        same_length(equity=path, prices=held)
        benchmark = _measure_path(held, per_year, riskless, "prices")
    return Performance(
        _measure_path(path, per_year, riskless, "equity"),
        None if trades is None else measure_trades(trades, path, per_year),
        benchmark,
    )


def _measure_path(equity: Floats, per_year: float, riskless: float, name: str) -> PathMetrics:
    if equity[0] <= 0.0:
        raise DataError(f"{name}, row 0: expected a positive number, was {float(equity[0])!r}")
    undefined: dict[str, str] = {}
    ruined = np.flatnonzero(equity <= 0.0)
    returns = np.diff(equity) / equity[:-1] if len(ruined) == 0 else np.empty(0)
    excess = returns - ((1.0 + riskless) ** (1.0 / per_year) - 1.0)

    def value(field: str, formula: Callable[[], float]) -> float | None:
        if len(ruined):
            undefined[field] = f"nothing was left at row {ruined[0]}"
            return None
        try:
            return formula()
        except UndefinedError as reason:
            undefined[field] = str(reason)
            return None

    fall = ratios.drawdown(equity)
    return PathMetrics(
        bars=len(equity) - 1,
        total_return=ratios.total_return(equity),
        cagr=value("cagr", lambda: ratios.cagr(equity, per_year)),
        volatility=value("volatility", lambda: ratios.volatility(returns, per_year)),
        sharpe=value("sharpe", lambda: ratios.sharpe(excess, per_year)),
        sortino=value("sortino", lambda: ratios.sortino(excess, per_year)),
        calmar=value("calmar", lambda: ratios.calmar(equity, per_year)),
        max_drawdown=fall.depth,
        max_drawdown_bars=fall.bars,
        longest_drawdown_bars=fall.longest,
        value_at_risk=value("value_at_risk", lambda: ratios.value_at_risk(returns)),
        expected_shortfall=value("expected_shortfall", lambda: ratios.expected_shortfall(returns)),
        omega=value("omega", lambda: ratios.omega(excess)),
        tail_ratio=value("tail_ratio", lambda: ratios.tail_ratio(returns)),
        skewness=value("skewness", lambda: ratios.skewness(returns)),
        kurtosis=value("kurtosis", lambda: ratios.kurtosis(returns)),
        undefined=undefined,
    )
