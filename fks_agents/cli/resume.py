from __future__ import annotations

from fks_agents.cli._options import Id, verb
from fks_agents.cli._terminal import Terminal


@verb
def command(terminal: Terminal, decision_id: Id) -> int:
    """Finish a decision that was interrupted; nothing is asked or ordered twice."""
    from fks_agents.cli._answers import answers
    from fks_agents.cli._desk import decide, exit_code, recorded, report
    from fks_agents.cli._story import Story, closing
    from graphs.opening import open_desk

    with open_desk(terminal.settings) as desk:
        admitted = desk.ledger.decisions.admission(decision_id).id
        if desk.ledger.decisions.is_finished(admitted):
            terminal.console.print(f"decision {admitted} was finished already: this is what was recorded")
        story = None if terminal.is_json else Story(terminal.console)
        cycle = decide(terminal, lambda tell: desk.resume(admitted, on_event=tell), story)
        with recorded(terminal, cycle):
            written = report(desk, cycle)
    if terminal.is_json:
        terminal.write_json(cycle.as_json())
    else:
        waits = answers(terminal, cycle.id) if cycle.status == "needs_approval" else ()
        closing(terminal.console, cycle, written, (terminal.command("show", cycle.id), *waits))
    return exit_code(cycle)
