from __future__ import annotations

from typing import Annotated

import typer

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal, moment


@verb
def command(
    terminal: Terminal,
    *,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Not beyond this moment; default: all bars.")
    ] = None,
) -> int:
    """Run paper accounts over newer closed bars: orders fill or expire, decisions end, lessons are learned."""
    from graphs.opening import open_desk

    with open_desk(terminal.settings) as desk:
        waiting = desk.ledger.decisions.open_decisions(desk.settings.account or None)
        advanced = desk.advance(until=moment(until, "--until"), account=desk.settings.account or None)
    if terminal.is_json:
        terminal.write_json(
            [{**each._asdict(), "fills": list(each.fills), "lessons": list(each.lessons)} for each in advanced]
        )
        return 0
    from fks_agents import _wording as say
    from fks_agents.cli._tables import table

    if not advanced:
        terminal.console.print(_nothing(len(waiting)), soft_wrap=True)
        return 0
    frames = {each.id: each.timeframe for each in waiting}
    rows = []
    for each in advanced:
        ended = each.result
        end = "open"
        if ended is not None:
            end = f"{say.spaced(ended.kind)} {say.when(ended.ended_at, frames[each.decision_id])}"
        r_multiple = "" if ended is None else f"{ended.r_multiple:+.2f}"
        account = "its own" if each.account == each.decision_id else each.account
        rows.append(
            (each.decision_id, each.symbol, account, f"{each.equity:,.2f}", str(len(each.fills)), r_multiple, end)
        )
    terminal.console.print(table(("decision", "symbol", "account", "equity", "fills", "R", "end"), rows))
    return 0


def _nothing(waiting: int) -> str:
    if not waiting:
        return "nothing is open: every decision has its outcome; `fks history` lists them"
    decisions = "1 decision is" if waiting == 1 else f"{waiting} decisions are"
    return f"{decisions} open, and no bar has closed since; `fks paper status` lists them"
