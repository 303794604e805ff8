from __future__ import annotations

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal


@verb
def command(terminal: Terminal) -> int:
    """Build the search index anew from the ledger, which holds every lesson."""
    from fks_agents.cli.memory._recall import recall_of
    from graphs.opening import open_desk

    with open_desk(terminal.settings) as desk:
        recall = recall_of(desk)
        count = recall.rebuild()
        status = recall.status
    if terminal.is_json:
        terminal.write_json({"lessons": count, "status": status})
    else:
        terminal.console.print(f"rebuilt; {status}", soft_wrap=True)
    return 0
