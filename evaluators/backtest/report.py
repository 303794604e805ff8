"""A backtest as one HTML file that needs nothing else: no script, nothing fetched, every word from outside escaped."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from evaluators.backtest.conditions import describe
from evaluators.backtest.figures import compared, tested
from evaluators.backtest.result import Backtest
from evaluators.backtest.strategy import Condition
from evaluators.backtest.trades import EXITS
from fks_agents import _wording as say
from fks_agents.bars import moment
from fks_agents.errors import LedgerError

MOST_TRADES = 500
"""Trades in the table; of more, the last ones."""
MONTHS = tuple(calendar.month_abbr)[1:]


class Row(NamedTuple):
    """One trade, in words."""

    number: int
    side: str
    entered: str
    left: str
    entry: str
    exit: str
    exit_by: str
    gained: float
    profit: str
    is_ambiguous: bool
    why: tuple[str, ...]


class Year(NamedTuple):
    year: int
    months: tuple[float | None, ...]
    """January to December; None where nothing was traded on."""
    total: float


def write(result: Backtest, folder: Path) -> Path:
    """Write the report into `folder`, making it, and return its path; the same result gives the same bytes.

    Raises LedgerError where the folder cannot be written.
    """
    symbol = re.sub(r"[^A-Za-z0-9.-]+", "_", result.bars.symbol)
    path = folder / f"backtest-{result.strategy.name}-{symbol}-{result.bars.timeframe}.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(render(result), encoding="utf-8")
    except OSError as error:
        raise LedgerError(f"cannot write the report to {folder}: {error.strerror}") from error
    return path


def render(result: Backtest) -> str:
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    from evaluators.backtest import _charts

    pages = Environment(
        loader=ChoiceLoader([PackageLoader("evaluators.backtest", "."), PackageLoader("evaluators.reports", ".")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    shown = result.bars[result.first : result.end]
    return pages.get_template("backtest.html.jinja").render(
        result=result,
        strategy=result.strategy,
        path=result.performance.path,
        trades=result.performance.trades,
        benchmark=result.performance.benchmark,
        begin=moment(shown.closed[0]),
        end=moment(shown.closed[-1]),
        stopped=None if result.breaker is None else moment(result.breaker[1]),
        compared=compared(result.performance),
        tested=tested(result.significance),
        rules=tuple(rules(result)),
        years=years(result),
        months=MONTHS,
        rows=tuple(rows(result)),
        # The charts hold numbers alone; matplotlib escapes what it writes.
        equity=Markup(_charts.equity(result)),  # noqa: S704
        price=Markup(_charts.price(result)),  # noqa: S704
        drawn=min(len(result.book.trades), _charts.MOST_TRADES),
        say=say,
    )


def rows(result: Backtest) -> Iterator[Row]:
    """The last trades, oldest first."""
    log, closed = result.book.trades, result.bars.closed
    for row in range(max(0, len(log) - MOST_TRADES), len(log)):
        yield Row(
            number=row + 1,
            side="long" if log.side[row] > 0 else "short",
            entered=_when(result, int(closed[log.entered[row]])),
            left=_when(result, int(closed[log.left[row]])),
            entry=say.price(float(log.entry[row])),
            exit=say.price(float(log.exit[row])),
            exit_by=EXITS[int(log.exit_by[row])],
            gained=float(log.returns[row]),
            profit=f"{float(log.profits[row]):+,.2f}",
            is_ambiguous=bool(log.is_ambiguous[row]),
            why=tuple(reason.text for reason in result.why(row)),
        )


def years(result: Backtest) -> tuple[Year, ...]:
    """Returns by month, a row for each year."""
    found: dict[int, list[float | None]] = {}
    for month in result.months:
        found.setdefault(month.year, [None] * 12)[month.month - 1] = month.gained
    return tuple(Year(year, tuple(months), _compounded(months)) for year, months in found.items())


def rules(result: Backtest) -> Iterator[tuple[str, str]]:
    """The strategy in words, line by line."""
    strategy, leaving = result.strategy, result.strategy.exit
    parts: tuple[tuple[str, Condition | None], ...] = (
        ("Enters long", strategy.long),
        ("Enters short", strategy.short),
        *(("Never while", condition) for condition in strategy.forbidden),
        ("Leaves long", leaving.long),
        ("Leaves short", leaving.short),
    )
    yield from ((name, describe(condition)) for name, condition in parts if condition is not None)
    if strategy.model is not None:
        told = strategy.model.model_dump(mode="json")
        yield "Model", ", ".join(_told(key, value) for key, value in told.items())
    for name in ("entry", "exit", "risk"):
        part = getattr(strategy, name).model_dump(mode="json", exclude_none=True, exclude={"long", "short"})
        yield name.capitalize(), ", ".join(_told(key, value) for key, value in part.items())
    for session in strategy.sessions:
        yield "Session", f"{session.begin:%H:%M} to {session.end:%H:%M} {session.zone}, {', '.join(session.days)}"


def _told(key: str, value: object) -> str:
    words = key.replace("_", " ")
    if isinstance(value, dict):
        return f"{words} {' '.join(_told(inner, each) for inner, each in value.items())}"
    if isinstance(value, bool):
        return f"{words}: {'yes' if value else 'no'}"
    return f"{words} {value:g}" if isinstance(value, float | int) else f"{words} {str(value).replace('_', ' ')}"


def _compounded(months: list[float | None]) -> float:
    total = 1.0
    for month in months:
        total *= 1.0 + (month or 0.0)
    return total - 1.0


def _when(result: Backtest, at: int) -> str:
    return moment(at).strftime("%Y-%m-%d" if result.bars.timeframe in ("1d", "1w") else "%Y-%m-%d %H:%M")
