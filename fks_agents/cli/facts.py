from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fks_agents.cli._options import AsOf, verb
from fks_agents.cli._terminal import Terminal, moment
from fks_agents.errors import UsageError

if TYPE_CHECKING:
    from fks_agents.contracts import Snapshot


@verb
def command(
    terminal: Terminal,
    symbol: Annotated[
        str | None, typer.Argument(metavar="SYMBOL", help="What to measure, as the source names it.")
    ] = None,
    *,
    as_of: AsOf = None,
    definitions: Annotated[bool, typer.Option("--definitions", help="List every fact there can be.")] = False,
) -> int:
    """Measure a symbol: every fact the agents could quote, with what it means."""
    if definitions:
        return _definitions(terminal)
    if symbol is None:
        raise UsageError("expected a SYMBOL, as in `fks facts SPX`; `fks facts --definitions` needs none")
    snapshot = _snapshot(terminal, symbol, as_of)
    if terminal.is_json:
        terminal.write_json(list(snapshot.facts))
        return 0
    _print(terminal, snapshot)
    return 0


def _snapshot(terminal: Terminal, symbol: str, as_of: str | None) -> Snapshot:
    from graphs.opening import open_desk

    with open_desk(terminal.settings) as desk:
        return desk.look(symbol, as_of=moment(as_of))


def _print(terminal: Terminal, snapshot: Snapshot) -> None:
    from fks_agents import _wording as say
    from fks_agents.cli._tables import entries
    from tools.indicators import definitions

    texts = {each.name: each.text for each in definitions()}
    close = f"{snapshot.symbol} {snapshot.timeframe}, {say.day(snapshot.as_of)}"
    terminal.console.print(
        f"{close}: {len(snapshot.facts)} facts, data quality {say.number(snapshot.quality.score)}/100"
    )
    rows = []
    for fact in snapshot.facts:
        known = "" if fact.as_of == snapshot.as_of else f" Known since {say.when(fact.as_of, snapshot.timeframe)}."
        rows.append(
            ((fact.id, fact.name, fact.timeframe or "", say.value(fact), fact.unit), texts.get(fact.name, "") + known)
        )
    entries(terminal.console, rows, (5, 34, 3, 14, 0))


def _definitions(terminal: Terminal) -> int:
    from fks_agents.cli._tables import entries
    from tools.indicators import definitions

    known = definitions()
    if terminal.is_json:
        terminal.write_json([each._asdict() for each in known])
        return 0
    entries(terminal.console, (((each.name, each.unit), each.text) for each in known), (34, 0))
    return 0
