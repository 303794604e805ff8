from __future__ import annotations

from typing import TYPE_CHECKING

from fks_agents.cli._options import Id, verb
from fks_agents.cli._terminal import Terminal, complain

if TYPE_CHECKING:
    from graphs.comparing import Comparison

DIFFERS = 4


@verb
def command(terminal: Terminal, decision_id: Id) -> int:
    """Rebuild a decision from the record, asking and sending nothing; with --model, over the same snapshot by another
    model, and what it does differently.

    Exit code 4 where the record comes out differently.
    """
    from graphs.opening import open_desk

    with open_desk(terminal.settings) as desk:
        if (model := terminal.flags.get("model")) is not None:
            return _beside(terminal, desk.rerun(decision_id, model))
        replayed = desk.replay(decision_id)
    if terminal.is_json:
        terminal.write_json(replayed.cycle.as_json())
    if replayed.is_identical:
        terminal.console.print(f"{replayed.cycle.id}: the same bytes, digest {replayed.cycle.digest}", soft_wrap=True)
        return 0
    for line in replayed.differences:
        terminal.console.print(line, soft_wrap=True)
    found = len(replayed.differences)
    complain(f"decision {replayed.original.id} comes out differently in {found} value{'' if found == 1 else 's'}")
    return DIFFERS


def _beside(terminal: Terminal, comparison: Comparison) -> int:
    if terminal.is_json:
        terminal.write_json(comparison.as_json())
    else:
        for line in comparison.lines():
            terminal.write(line)
    return 0
