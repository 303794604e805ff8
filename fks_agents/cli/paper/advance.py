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
        advanced = desk.advance(until=moment(until, "--until"), account=desk.settings.account or None)
    if terminal.is_json:
        terminal.write_json(
            [{**each._asdict(), "fills": list(each.fills), "lessons": list(each.lessons)} for each in advanced]
        )
        return 0
    from fks_agents.cli._tables import table

    if not advanced:
        terminal.console.print("nothing is open, or no newer bars have closed")
        return 0
    rows = []
    for each in advanced:
        ended = each.result
        end = "open" if ended is None else f"{ended.kind.replace('_', ' ')} {ended.ended_at:%Y-%m-%d}"
        r_multiple = "" if ended is None else f"{ended.r_multiple:+.2f}"
        rows.append(
            (each.decision_id, each.symbol, each.account, f"{each.equity:,.2f}", str(len(each.fills)), r_multiple, end)
        )
    terminal.console.print(table(("decision", "symbol", "account", "equity", "fills", "R", "end"), rows))
    return 0
