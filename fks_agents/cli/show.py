from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fks_agents.cli._options import Id, verb
from fks_agents.cli._terminal import Terminal


@verb
def command(
    terminal: Terminal,
    decision_id: Id,
    *,
    words: Annotated[
        Path | None,
        typer.Option(
            "--words", metavar="FILE", help="Write what the model said to FILE; `--model recorded:FILE` plays it again."
        ),
    ] = None,
) -> int:
    """Tell a recorded decision: what was seen, said, checked and done, and what became of it.

    A trade that waits for you is told as it stands.
    """
    from fks_agents._explain import explain
    from fks_agents.cli._answers import answers
    from fks_agents.cli._desk import recalled_by, report
    from graphs.opening import open_desk
    from graphs.recording import recording_of

    with open_desk(terminal.settings) as desk:
        if words is not None:
            recording_of(desk, decision_id).save(words)
        admitted = desk.ledger.decisions.admission(decision_id).id
        waits = admitted in desk.ledger.ideas.waiting()
        cycle = desk.pending(admitted) if waits else desk.ledger.decisions.cycle(admitted)
        if terminal.is_json:
            terminal.write_json(cycle.as_json())
            return 0
        written = report(desk, cycle)
        result, fills = desk.ledger.results.result(cycle.id), desk.ledger.paper.fills(decision_id=cycle.id)
        told = explain(cycle, result=result, fills=fills, recalled=recalled_by(desk, cycle))
    terminal.write(told)
    if waits:
        terminal.write("answer   it waits for you: {} or: {}".format(*answers(terminal, cycle.id)))
    elif result is None and cycle.snapshot is not None:
        terminal.write(f"outcome  not known yet; {terminal.command('paper', 'advance')} runs accounts over newer bars")
    terminal.write(f"report   {written.html}")
    if words is not None:
        terminal.write(f"words    {words}")
    return 0
