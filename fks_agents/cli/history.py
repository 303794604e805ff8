from __future__ import annotations

from typing import Annotated

import typer

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal, moment


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

    with open_desk(terminal.settings) as desk:
        decisions = desk.ledger.decisions
        entries = decisions.history(symbol, action, status, moment(since, "--since"), limit)
        unfinished = decisions.unfinished()
    if terminal.is_json:
        waiting = [{"id": each.id, "symbol": each.symbol, "as_of": each.as_of} for each in unfinished]
        terminal.write_json({"decisions": entries, "unfinished": waiting})
        return 0
    from fks_agents.cli._tables import table

    for each in unfinished:
        terminal.console.print(f"unfinished: {each.id} {each.symbol}; `fks resume {each.id}` finishes it")
    if not entries:
        terminal.console.print("no decision yet; `fks demo` makes one")
        return 0
    rows = [
        (each.id, each.as_of.strftime("%y-%m-%d %H:%M"), each.symbol, each.action.replace("_", " "),
         each.status.replace("_", " "), each.outcome, each.reason)
        for each in entries
    ]  # fmt: skip
    terminal.console.print(table(("id", "as of (UTC)", "symbol", "action", "status", "gate", "reason"), rows))
    return 0
