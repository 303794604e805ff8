from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from fks_agents.cli._answers import answers
from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal, moment

if TYPE_CHECKING:
    from fks_agents.contracts import Result
    from memory.decisions import Admission, Entry


@verb
def command(
    terminal: Terminal,
    symbol: Annotated[str | None, typer.Argument(help="Only this symbol.")] = None,
    *,
    action: Annotated[str | None, typer.Option(help="Only buy, sell, hold or no_decision.")] = None,
    status: Annotated[str | None, typer.Option(help="Only filled, working, refused, ...")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only decisions about this moment or later.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 20,
) -> int:
    """List recorded decisions, newest first, and those that were interrupted."""
    from graphs.opening import open_desk

    at = moment(since, "--since")
    with open_desk(terminal.settings) as desk:
        decisions = desk.ledger.decisions
        listed = decisions.history(symbol, action, status, at, limit)
        ended = desk.ledger.results.of([each.id for each in listed])
        entries = [(each, ended.get(each.id)) for each in listed]
        is_empty = not decisions.history(limit=1)
        # One that did not finish has no action and no status to be chosen by.
        unfinished = [
            each
            for each in (decisions.unfinished() if action is None and status is None else ())
            if symbol in (None, each.symbol) and (at is None or each.as_of >= at)
        ]
        waiting = set(desk.ledger.ideas.waiting())
    if terminal.is_json:
        left = [
            {"id": each.id, "symbol": each.symbol, "as_of": each.as_of, "needs_approval": each.id in waiting}
            for each in unfinished
        ]
        terminal.write_json({"decisions": [_plain(*each) for each in entries], "unfinished": left})
        return 0
    for each in unfinished:
        terminal.console.print(_left(terminal, each, needs_approval=each.id in waiting), soft_wrap=True)
    if is_empty and not unfinished:
        terminal.console.print(f"no decision yet; {terminal.command('demo')} makes one", soft_wrap=True)
    elif not entries:
        terminal.console.print("no finished decision fits")
    else:
        _print(terminal, entries)
    return 0


def _left(terminal: Terminal, admission: Admission, *, needs_approval: bool) -> str:
    """What has not ended, and the command that goes on with it."""
    if needs_approval:
        approve, reject = answers(terminal, admission.id)
        return f"waits for you: {admission.id} {admission.symbol}; answer it with: {approve} or: {reject}"
    return f"unfinished: {admission.id} {admission.symbol}; finish it with: {terminal.command('resume', admission.id)}"


def _plain(entry: Entry, result: Result | None) -> dict[str, object]:
    ended = None if result is None else result.model_dump(mode="json", exclude={"decision_id", "symbol", "lessons"})
    return {**entry.model_dump(mode="json"), "result": ended}


def _print(terminal: Terminal, entries: Sequence[tuple[Entry, Result | None]]) -> None:
    """A line for each decision and why it was made below, so that nothing is cut at 80 columns."""
    from fks_agents import _wording as say
    from fks_agents.cli._tables import entries as told

    head = (("id", "as of (UTC)", "market", "decision", "outcome"), "")
    rows = [
        ((each.id, f"{each.as_of:%Y-%m-%d %H:%M}", f"{each.symbol} {each.timeframe}",
          _decided(each, result), say.ended(each.status, result)),
         f"gate {each.outcome}: {each.reason}")
        for each, result in entries
    ]  # fmt: skip
    market = max(len(cells[2]) for cells, _ in rows)
    told(terminal.console, [head, *rows], (12, 16, market, 18, 0))


def _decided(entry: Entry, result: Result | None) -> str:
    """What was decided; an order that has come to its end is no longer working."""
    from fks_agents import _wording as say

    is_over = result is not None and entry.status in ("working", "filled")
    return say.spaced(entry.action) if is_over else say.decided(entry.action, entry.status)
