from __future__ import annotations

from typing import Annotated

import typer

from fks_agents.cli._options import Id, verb
from fks_agents.cli._terminal import Terminal


@verb
def command(
    terminal: Terminal, decision_id: Id, *, reason: Annotated[str, typer.Option(metavar="WORDS", help="Why.")]
) -> int:
    """End a trade that waits for you, unsent."""
    from fks_agents.cli._answers import answered, me
    from graphs.opening import open_desk

    with open_desk(terminal.settings) as desk:
        return answered(terminal, desk, desk.approvals.reject(decision_id, by=me(), reason=reason))
