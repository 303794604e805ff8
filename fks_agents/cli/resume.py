from __future__ import annotations

from fks_agents.cli._options import Id, verb
from fks_agents.cli._terminal import Terminal


@verb
def command(terminal: Terminal, decision_id: Id) -> int:
    """Finish a decision that was interrupted; nothing is asked or ordered twice."""
    from fks_agents.cli._desk import decide, exit_code, report
    from fks_agents.cli._story import Story, closing
    from graphs.opening import open_desk

    with open_desk(terminal.settings) as desk:
        story = None if terminal.is_json else Story(terminal.console)
        cycle = decide(lambda tell: desk.resume(decision_id, on_event=tell), story)
        written = report(desk, cycle)
    if terminal.is_json:
        terminal.write_json(cycle.as_json())
    else:
        closing(terminal.console, cycle, written, (f"fks show {cycle.id}",))
    return exit_code(cycle)
