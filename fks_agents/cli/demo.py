from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal, moment

if TYPE_CHECKING:
    from fks_agents.llm.recorded import Recording
    from fks_agents.settings import Settings

AS_OF = "2018-04-20T20:00:00Z"
"""A day on which the analysts' rules disagree, one persona declines, and the trade ends about where it began."""

SPOKEN = "2018-09-21T20:00:00Z"
"""A day on which a real model stated a wrong number, and was caught."""


_COMPARED = frozenset({"source", "timeframe", "account"})
"""Settings that change no question of a recorded decision, or are compared with what was recorded."""


@verb
def command(
    terminal: Terminal,
    symbol: Annotated[str, typer.Option(metavar="SYMBOL", help="What to study.")] = "SPX",
    *,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="TIME",
            help=f"Moment with zone; default: {SPOKEN}, {AS_OF} with a model of yours, else the newest bar.",
        ),
    ] = None,
) -> int:
    """Watch one decision on real prices, from the first fact to its outcome.

    Offline, without any key, in a few seconds. The agents' words are those of a real model, recorded once; facts,
    checks, limits and orders are computed now. `--model rules` has no model at all.
    """
    from fks_agents.cli import _aftermath
    from fks_agents.cli._desk import decide, recorded, report
    from fks_agents.cli._story import Story, decision, where
    from graphs.opening import open_desk

    settings = terminal.settings
    recording = _words(settings, symbol, moment(as_of or SPOKEN))
    at = recording.as_of if recording else moment(as_of or (AS_OF if settings.source == "sample" else None))
    if recording is not None:
        settings = settings.having(**recording.settings, model=f"recorded:{recording.name}")
    with open_desk(settings) as desk:
        story = None if terminal.is_json else Story(terminal.console)
        if story is not None:
            _open(terminal, settings, symbol, recording)
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


def _words(settings: Settings, symbol: str, at: datetime | None) -> Recording | None:
    """The recording of that decision, where one is shipped and nobody set what would change its questions."""
    from fks_agents.llm import recorded
    from fks_agents.settings import places

    if settings.model_fields_set - places() - _COMPARED:
        return None
    asked = (settings.source, symbol, settings.timeframe, at)
    shipped = (recorded.shipped(name) for name in recorded.names())
    return next((kept for kept in shipped if (kept.source, kept.symbol, kept.timeframe, kept.as_of) == asked), None)


def _open(terminal: Terminal, settings: Settings, symbol: str, recording: Recording | None) -> None:
    if recording is not None:
        model = f"words of {recording.model}, recorded"
    else:
        model = "no language model (rules)" if settings.model == "rules" else f"model {settings.model}"
    terminal.console.print(f"fks demo: {symbol}, source {settings.source}, {model}, paper money", style="bold")
