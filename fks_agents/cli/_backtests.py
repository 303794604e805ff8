"""Backtests on the terminal: a bar while they run, then their figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from evaluators.backtest import Backtest, Job, Together

PROCESSES = 8
"""Most runs at once."""


def run(jobs: Sequence[Job]) -> Sequence[Backtest | None]:
    """Run the jobs, several of them in processes of their own; progress on stderr, None for what never began."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    unit = "bars" if len(jobs) == 1 else "runs"
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn(unit))
    screen = Console(stderr=True, highlight=False, emoji=False, markup=False)
    with Progress(
        *columns, TimeRemainingColumn(), console=screen, transient=True, disable=not screen.is_terminal
    ) as bar:
        task = bar.add_task(f"{jobs[0].strategy.name} {jobs[0].symbol}" if len(jobs) == 1 else "backtests", total=None)
        if len(jobs) == 1:
            from evaluators.backtest import run_one

            return (run_one(jobs[0], lambda done, of: bar.update(task, completed=done, total=of)),)
        bar.update(task, total=len(jobs))
        return _side_by_side(jobs, lambda count: bar.update(task, completed=count))


def _side_by_side(jobs: Sequence[Job], on_done: Callable[[int], None]) -> Sequence[Backtest | None]:
    import os
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from evaluators.backtest import run_all

    workers = min(len(jobs), PROCESSES, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_leave_interrupts_to_us) as pool:
        return run_all(jobs, pool, on_done)


def _leave_interrupts_to_us() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def tell(console: Console, done: Sequence[Backtest], written: Sequence[Path], *, asked: int) -> None:
    if asked == 1:
        _one(console, done[0])
    else:
        _many(console, done, asked)
    for path in written:
        console.print(f"report  {path}", soft_wrap=True)


def run_account(jobs: Sequence[Job]) -> Together:
    """Run the jobs in one account; progress on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from evaluators.backtest import run_account

    screen = Console(stderr=True, highlight=False, emoji=False, markup=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("closes"))
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(f"{jobs[0].strategy.name} on {len(jobs)} symbols", total=None)
        return run_account(jobs, lambda done, of: bar.update(task, completed=done, total=of))


def tell_account(console: Console, result: Together) -> None:
    from rich.text import Text

    from evaluators.backtest.figures import compared, tested
    from fks_agents import _wording as say
    from fks_agents.bars import moment

    span = f"{say.day(moment(result.closed[0]))} to {say.day(moment(result.closed[-1]))}, {len(result.closed):,} closes"
    console.print(Text(f"{result.strategy.name} on {', '.join(result.symbols)} in one account", style="bold"))
    console.print(Text(span, style="dim"))
    if result.is_partial:
        console.print(Text("interrupted: what was played is shown", style="yellow"))
    if result.breaker:
        rule, at = result.breaker
        console.print(Text(f"stopped by the account's rule {rule} on {say.day(moment(at))}", style="yellow"))
    console.print()
    _lines(console, ("", "strategy", "buy and hold"), [line[:3] for line in compared(result.performance)])
    console.print()
    for symbol, log in zip(result.symbols, result.logs, strict=True):
        console.print(f"{symbol:<26}{f'{len(log)} trades':>18}{float(log.profits.sum()):>+18,.2f}")
    console.print()
    console.print(Text(result.verdict))
    if lines := [(line.name, line.strategy, "") for line in tested(result.significance)]:
        console.print()
        _lines(console, ("", "", ""), lines)
    if result.ambiguous_bars and result.interval:
        low, high = result.interval
        console.print(f"\n{result.ambiguous_bars} ambiguous bars: final equity {low:,.2f} to {high:,.2f}")


def _one(console: Console, result: Backtest) -> None:
    from rich.text import Text

    from evaluators.backtest.figures import compared, tested
    from fks_agents import _wording as say
    from fks_agents.bars import moment

    bars = result.bars
    span = f"{say.day(moment(bars.closed[result.first]))} to {say.day(moment(bars.closed[result.end - 1]))}"
    console.print(Text(f"{result.strategy.name} on {bars.symbol} {bars.timeframe}", style="bold"))
    console.print(Text(f"{span}, {result.end - result.first:,} bars", style="dim"))
    if result.end < len(bars):
        console.print(Text(f"interrupted: {len(bars) - result.end:,} bars were not played", style="yellow"))
    if result.breaker:
        rule, at = result.breaker
        console.print(Text(f"stopped by the account's rule {rule} on {say.day(moment(at))}", style="yellow"))
    console.print()
    _lines(console, ("", "strategy", "buy and hold"), [line[:3] for line in compared(result.performance)])
    console.print()
    console.print(Text(result.verdict))
    if lines := [(line.name, line.strategy, "") for line in tested(result.significance)]:
        console.print()
        _lines(console, ("", "", ""), lines)
    if result.ambiguous_bars:
        band = result.book.band
        console.print()
        interval = (
            f"final equity {band[0][-1]:,.2f} to {band[1][-1]:,.2f}" if band else "interrupted before both orders"
        )
        plural = "" if result.ambiguous_bars == 1 else "s"
        console.print(
            Text(f"{result.ambiguous_bars} ambiguous bar{plural}: {interval}, the worse order is what is shown")
        )


def _lines(console: Console, head: tuple[str, str, str], lines: Sequence[tuple[str, str, str]]) -> None:
    from rich.text import Text

    for style, (name, value, other) in ((("dim", head),) if any(head) else ()) + tuple(("", line) for line in lines):
        console.print(Text(f"{name:<26}{value:>18}{other:>18}".rstrip(), style=style), soft_wrap=True)


def _many(console: Console, done: Sequence[Backtest], asked: int) -> None:
    from fks_agents import _wording as say
    from fks_agents.cli._tables import table

    rows = [
        (
            f"{result.strategy.name} {result.bars.symbol}",
            f"{len(result.book.trades)}",
            say.percent(result.performance.path.total_return, signed=True),
            say.percent(result.performance.benchmark.total_return, signed=True) if result.performance.benchmark else "",
            "" if result.significance is None else f"{result.significance.p_adjusted:.3f}",
            result.label,
        )
        for result in done
    ]
    head = ("run", "trades", "return", "buy and hold", "p", "verdict")
    console.print(table(head, rows))
    console.print(f"\np allows for {done[0].trials} trials: the best of so many looks good by luck alone.")
    if len(done) < asked:
        console.print(f"interrupted: {asked - len(done)} of {asked} runs were not done")
