from __future__ import annotations

from fks_agents.cli._options import AsOf, Symbol, verb
from fks_agents.cli._terminal import Terminal, moment


@verb
def command(terminal: Terminal, symbol: Symbol, *, as_of: AsOf = None) -> int:
    """Decide on a symbol: study, argue, check, act on paper.

    Exit code 6 where the decision was refused.
    """
    from fks_agents.cli._answers import answers
    from fks_agents.cli._desk import decide, exit_code, recorded, report
    from fks_agents.cli._story import Story, closing
    from graphs.opening import open_desk

    at = moment(as_of)
    with open_desk(terminal.settings) as desk:
        story = None if terminal.is_json else Story(terminal.console)
        cycle = decide(terminal, lambda tell: desk.analyze(symbol, as_of=at, on_event=tell), story)
        with recorded(terminal, cycle):
            written = report(desk, cycle)
    if terminal.is_json:
        terminal.write_json(cycle.as_json())
    else:
        waits = cycle.status == "needs_approval"
        then = answers(terminal, cycle.id) if waits else (terminal.command("paper", "advance"),)
        closing(terminal.console, cycle, written, (terminal.command("show", cycle.id), *then))
    return exit_code(cycle)
