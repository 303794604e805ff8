"""The figures of a backtest as lines of words: what it did beside buying and holding, and how it was tested."""

from __future__ import annotations

from typing import NamedTuple

from evaluators.statistics import Performance, Significance
from fks_agents import _wording as say

NONE = "–"


class Compared(NamedTuple):
    name: str
    strategy: str
    held: str
    """Of buying and holding; empty where it has no such figure."""
    meaning: str


_PATH = (
    ("Total return", "total_return", "percent", "Of the cash it began with"),
    ("CAGR", "cagr", "percent", "A year, compounded"),
    ("Volatility", "volatility", "percent", "Deviation of returns, a year"),
    ("Sharpe", "sharpe", "number", "Mean / deviation of returns, annualised"),
    ("Sortino", "sortino", "number", "The same against falls alone"),
    ("Calmar", "calmar", "number", "CAGR / deepest drawdown"),
    ("Max drawdown", "max_drawdown", "percent", "Deepest fall below the highest equity so far"),
    ("Drawdown length", "max_drawdown_bars", "bars", "From that height until back there, or to the end"),
    ("Value at risk 95 %", "value_at_risk", "percent", "Loss of a bar that 5 % are at least as bad as"),
    ("Expected shortfall", "expected_shortfall", "percent", "Mean loss of those 5 % (CVaR)"),
    ("Omega", "omega", "number", "Sum of gains / sum of losses, bar by bar"),
    ("Tail ratio", "tail_ratio", "number", "Gains against losses of the same rarity"),
)
_TRADES = (
    ("Trades", "trades", "count", "Closed ones"),
    ("Win rate", "win_rate", "percent", "Share with a profit after fees"),
    ("Profit factor", "profit_factor", "number", "Sum of profits / sum of losses"),
    ("Payoff", "payoff", "number", "Mean profit / mean loss"),
    ("Expectancy", "expectancy", "money", "Mean profit of a trade after fees"),
    ("Exposure", "exposure", "percent", "Share of bars with a position"),
    ("Turnover", "turnover", "times", "Value traded a year / mean equity"),
    ("Fees paid", "fees", "money", "In account currency"),
    ("Slippage paid", "slippage", "money", "In account currency, part of the prices"),
)


def compared(performance: Performance) -> tuple[Compared, ...]:
    """Every metric, with buying and holding beside it where it has one."""
    lines = [
        Compared(name, _of(performance.path, field, unit), _of(performance.benchmark, field, unit), meaning)
        for name, field, unit, meaning in _PATH
    ]
    trades = performance.trades
    lines += [Compared(name, _of(trades, field, unit), "", meaning) for name, field, unit, meaning in _TRADES]
    return tuple(lines)


def tested(said: Significance | None) -> tuple[Compared, ...]:
    """Each test, its figure, and what it asks."""
    if said is None:
        return ()
    lines = []
    if said.random_entries is not None:
        asks = "As many trades entered at random, held as long: the share that did as well"
        lines.append(Compared("Against random entries", f"p = {say.number(round(said.random_entries.p, 4))}", "", asks))
    asks = "The same trades with random signs: the share that did as well"
    lines.append(Compared("Against random signs", f"p = {say.number(round(said.sign_flip.p, 4))}", "", asks))
    if said.trials > 1:
        asks = f"The best of {said.trials} trials without an edge: how often it does as well"
        lines.append(Compared("After all trials", f"p = {say.number(round(said.p_adjusted, 4))}", "", asks))
    low, high = said.mean.low, said.mean.high
    interval = f"{_percent(low)} to {_percent(high)}" if low is not None and high is not None else NONE
    lines.append(Compared("Mean trade, 95 % interval", interval, "", "Stationary block bootstrap of the trades"))
    asks = "Probability that the true Sharpe ratio beats the best to expect of so many trials by luck"
    deflated = NONE if said.deflated_sharpe is None else f"{said.deflated_sharpe:.2f}"
    lines.append(Compared("Deflated Sharpe ratio", deflated, "", asks))
    asks = "Deviations a trade: the edge that so many trades would show 4 times of 5"
    lines.append(Compared("Smallest visible edge", f"{said.detectable:.2f} σ", "", asks))
    seen = said.power
    asks = (
        f"Share of simulated runs with so many trades in which an edge of {seen.edge:g} σ a trade was found, one trial"
    )
    shown = f"{_percent(seen.found)} ({_percent(seen.low)} to {_percent(seen.high)})"
    lines.append(Compared("Measured power", shown, "", asks))
    return tuple(lines)


def _of(measured: object, field: str, unit: str) -> str:
    value = getattr(measured, field, None)
    if value is None:
        return NONE
    match unit:
        case "percent":
            return _percent(value)
        case "money":
            return f"{value:,.2f}"
        case "bars":
            return f"{value:,} bars"
        case "count":
            return f"{value:,}"
        case "times":
            return f"{value:.2f} x"
        case _:
            return f"{value:.2f}"


def _percent(fraction: float) -> str:
    return f"{100.0 * fraction:,.2f} %"
