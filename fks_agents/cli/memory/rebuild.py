from __future__ import annotations

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal


@verb
def command(terminal: Terminal) -> int:
    """Build the search indexes anew: of lessons from the ledger, of documents from their folder."""
    from fks_agents.cli.memory._recall import recall_of
    from graphs.opening import open_desk
    from memory.knowledge import Knowledge

    with open_desk(terminal.settings) as desk:
        recall = recall_of(desk)
        count = recall.rebuild()
        status = recall.status
        library = desk.library(terminal.settings)
        passages = library.rebuild() if isinstance(library, Knowledge) else 0
    if terminal.is_json:
        terminal.write_json({"lessons": count, "status": status, "passages": passages})
    else:
        told = f"; {passages} passages of documents" if passages else ""
        terminal.console.print(f"rebuilt; {status}{told}", soft_wrap=True)
    return 0
