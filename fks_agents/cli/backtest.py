from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal, moment
from fks_agents.errors import UsageError

if TYPE_CHECKING:
    from evaluators.backtest import Job, Strategy
    from fks_agents.settings import Settings

INTERRUPTED = 130


@verb
def command(
    terminal: Terminal,
    strategy: Annotated[
        str | None, typer.Argument(metavar="STRATEGY", help="Preset, or .toml or .json file; several with commas.")
    ] = None,
    symbols: Annotated[
        list[str] | None, typer.Argument(metavar="SYMBOL...", help="What to trade, as the source names it.")
    ] = None,
    *,
    begin: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="First close traded on: 2010-01-01.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Last close traded on.")] = None,
    cash: Annotated[float | None, typer.Option(help="What the account begins with.", show_default=False)] = None,
    seed: Annotated[
        int | None, typer.Option(help="Of the draws that tell skill from luck.", show_default=False)
    ] = None,
    trials: Annotated[
        int, typer.Option(min=1, help="Ideas tried before this one; at least the runs of this call are counted.")
    ] = 1,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write an HTML report of each run into this folder.")
    ] = None,
    together: Annotated[
        bool, typer.Option("--together", help="Play the symbols in one account, under one strategy's limits.")
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the presets.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON schema of a strategy file.")] = False,
) -> int:
    """Play a strategy over past prices, and tell skill from luck.

    Finding no edge is the usual result. Ctrl-C keeps what is done (exit code 130).
    """
    from evaluators.backtest import Job, load, schema as published

    if schema:
        terminal.write(published().rstrip("\n"))
        return 0
    if listed:
        return _list(terminal)
    if strategy is None or not symbols:
        raise UsageError("expected a STRATEGY and a SYMBOL, as in `fks backtest sma_cross SPX`; `--list` tells presets")
    changes = {name: value for name, value in (("cash", cash), ("seed", seed)) if value is not None}
    settings = terminal.settings.having(**changes) if changes else terminal.settings
    strategies = [load(name.strip()) for name in strategy.split(",") if name.strip()]
    pairs = [(each, symbol) for each in strategies for symbol in symbols]
    first, last = _day(begin, "--from"), _day(end, "--to")
    if together:
        return _together(terminal, strategies, symbols, settings, (first, last), trials, report)
    trials = max(trials, len(pairs))
    return _run(terminal, [Job(each, symbol, settings, first, last, trials) for each, symbol in pairs], report)


def _run(terminal: Terminal, jobs: list[Job], report: Path | None) -> int:
    from evaluators.backtest import write
    from fks_agents.cli._backtests import run, tell
    from fks_agents.cli._terminal import Interrupted

    found = run(jobs)
    done = [result for result in found if result is not None]
    if not done:
        raise Interrupted("interrupted before a run was done")
    written = [write(result, report) for result in done] if report is not None else []
    if terminal.is_json:
        told = [result.as_json() for result in done]
        terminal.write_json(told[0] if len(jobs) == 1 else told)
    else:
        tell(terminal.console, done, written, asked=len(jobs))
    is_whole = len(done) == len(jobs) and not any(result.is_partial for result in done)
    return 0 if is_whole else INTERRUPTED


def _together(
    terminal: Terminal, strategies: list[Strategy], symbols: list[str], settings: Settings,
    span: tuple[datetime | None, datetime | None], trials: int, report: Path | None,
) -> int:  # fmt: skip
    from evaluators.backtest import Job
    from fks_agents.cli._backtests import run_account, tell_account
    from fks_agents.cli._terminal import Interrupted

    if len(strategies) != 1:
        raise UsageError(f"--together plays one strategy on several symbols, was {len(strategies)}")
    if report is not None:
        raise UsageError("--report writes a page for each symbol alone; --together prints its figures, or --json")
    try:
        result = run_account([Job(strategies[0], symbol, settings, *span, trials) for symbol in symbols])
    except KeyboardInterrupt:
        raise Interrupted("interrupted before a bar was played") from None
    if terminal.is_json:
        terminal.write_json(result.as_json())
    else:
        tell_account(terminal.console, result)
    return INTERRUPTED if result.is_partial else 0


def _day(text: str | None, option: str) -> datetime | None:
    """A moment; a bare day is its midnight UTC."""
    return moment(f"{text}T00:00:00Z" if text is not None and len(text) == len("2010-01-01") else text, option)


def _list(terminal: Terminal) -> int:
    from evaluators.backtest import load, presets
    from fks_agents.cli._tables import entries

    known = [load(name) for name in presets()]
    if terminal.is_json:
        terminal.write_json([{"name": each.name, "text": each.text} for each in known])
        return 0
    entries(terminal.console, (((each.name,), each.text) for each in known), (0,))
    return 0
