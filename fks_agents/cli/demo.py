from __future__ import annotations

from typing import Annotated

import typer

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal, moment

AS_OF = "2018-04-20T20:00:00Z"
"""A day on which the analysts disagree, one persona declines, and the trade ends about where it began."""


@verb
def command(
    terminal: Terminal,
    symbol: Annotated[str, typer.Option(metavar="SYMBOL", help="What to study.")] = "SPX",
    *,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="TIME", help=f"Moment with zone; default: {AS_OF} on the sample, else the newest bar."
        ),
    ] = None,
) -> int:
    """Watch one decision on real prices, from the first fact to its outcome.

    Offline, without any key, in a few seconds.
    """
    from fks_agents.cli import _aftermath
    from fks_agents.cli._desk import decide, recorded, report
    from fks_agents.cli._story import Story, decision, where
    from graphs.opening import open_desk

    with open_desk(terminal.settings) as desk:
        at = moment(as_of or (AS_OF if desk.settings.source == "sample" else None))
        story = None if terminal.is_json else Story(terminal.console)
        if story is not None:
            _open(terminal, symbol)
        cycle = decide(terminal, lambda tell: desk.analyze(symbol, as_of=at, on_event=tell), story)
        if story is not None:
            decision(terminal.console, cycle)
        with recorded(terminal, cycle):
            advanced = desk.advance(until=_aftermath.horizon_end(cycle, desk.settings.horizon))
            written = report(desk, cycle)
    if story is None:
        terminal.write_json(cycle.as_json())
        return 0
    _aftermath.tell(terminal.console, cycle, advanced)
    facts = ("facts", symbol, "--as-of", cycle.as_of.isoformat().replace("+00:00", "Z"))
    next_commands = terminal.command("show", cycle.id), terminal.command("replay", cycle.id)
    where(terminal.console, written, (*next_commands, terminal.command(*facts, also=("source", "timeframe"))))
    return 0


def _open(terminal: Terminal, symbol: str) -> None:
    settings = terminal.settings
    model = "no language model (rules)" if settings.model == "rules" else f"model {settings.model}"
    terminal.console.print(f"fks demo: {symbol}, source {settings.source}, {model}, paper money", style="bold")
