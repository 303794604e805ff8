"""Backtests by name: settings say where prices come from and what trading costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from evaluators.backtest.loading import load, parse
from evaluators.backtest.playing import Progress, Terms
from evaluators.backtest.result import Backtest
from evaluators.backtest.running import run
from evaluators.backtest.strategy import Strategy
from evaluators.backtest.together import Together, run_together
from fks_agents import settings as settings_of
from fks_agents.bars import SECONDS, Bars
from fks_agents.contracts import Timeframe
from fks_agents.errors import UsageError
from fks_agents.settings import Settings

WARM_UP = 500
"""Bars read before the first one traded on, where a first one is named and the source has them."""


class Job(NamedTuple):
    """One backtest to run; can be sent to another process."""

    strategy: Strategy
    symbol: str
    settings: Settings
    begin: datetime | None = None
    """First close traded on; the source's first where None."""
    end: datetime | None = None
    """Last close traded on; the source's last where None."""
    trials: int = 1


def backtest(
    strategy: str | Path | Strategy | Mapping[str, Any],
    symbol: str,
    *,
    timeframe: Timeframe | None = None,
    begin: datetime | None = None,
    end: datetime | None = None,
    trials: int = 1,
    on_progress: Progress | None = None,
    **flags: object,
) -> Backtest:
    """Run a preset, a file, or plain values on a symbol. `flags` are settings by name (`source`, `cash`, `fee`, ...).

    Times are aware; raises UsageError naming what does not fit, DataError where there are no prices.
    """
    if isinstance(strategy, str | Path):
        strategy = load(strategy)
    elif not isinstance(strategy, Strategy):
        strategy = parse({"name": "strategy", **strategy})
    settings = settings_of.load(timeframe=timeframe, **flags)
    return run_one(Job(strategy, symbol, settings, begin, end, trials), on_progress)


def run_one(job: Job, on_progress: Progress | None = None) -> Backtest:
    """See `run`."""
    settings = job.settings
    return run(
        job.strategy,
        _read(job),
        cash=settings.cash,
        terms=Terms(settings.fee, settings.slippage, settings.tick, settings.lot),
        seed=settings.seed,
        trials=job.trials,
        begin=job.begin,
        on_progress=on_progress or (lambda _done, _of: None),
    )


def run_account(jobs: Sequence[Job], on_progress: Progress = lambda _done, _of: None) -> Together:
    """The symbols of the jobs in one account, by the first one's strategy and settings; see `together.run_together`."""
    job = jobs[0]
    settings = job.settings
    return run_together(
        job.strategy,
        [_read(each) for each in jobs],
        cash=settings.cash,
        terms=Terms(settings.fee, settings.slippage, settings.tick, settings.lot),
        seed=settings.seed,
        trials=job.trials,
        begin=job.begin,
        on_progress=on_progress,
    )


def run_all(
    jobs: Sequence[Job], executor: Executor, on_done: Callable[[int], None] = lambda _count: None
) -> tuple[Backtest | None, ...]:
    """Run jobs side by side; results in the order of the jobs, None for those an interruption kept from starting.

    The first error of a job is raised.
    """
    futures: list[Future[Backtest]] = [executor.submit(run_one, job) for job in jobs]
    try:
        for count, future in enumerate(as_completed(futures), start=1):
            future.result()
            on_done(count)
    except KeyboardInterrupt:
        executor.shutdown(wait=True, cancel_futures=True)
    return tuple(None if future.cancelled() else future.result() for future in futures)


def _read(job: Job) -> Bars:
    from tools.market import open_market

    timeframe = job.settings.timeframe
    market = open_market(job.settings.source)
    first, last = market.span(job.symbol, timeframe)
    end = last if job.end is None else min(job.end, last)
    begin = first if job.begin is None else max(job.begin, first)
    if end < begin:
        raise UsageError(f"expected an end after {begin.isoformat()}, was {end.isoformat()}")
    count = int((end - begin).total_seconds()) // SECONDS[timeframe] + 2
    return market.bars(job.symbol, timeframe, end, count + (0 if job.begin is None else WARM_UP)).guard(end)
