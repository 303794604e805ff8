from __future__ import annotations

from typing import Annotated

import typer

from fks_agents.cli._options import Id, verb
from fks_agents.cli._terminal import Terminal


@verb
def command(
    terminal: Terminal,
    decision_id: Id,
    *,
    reason: Annotated[str, typer.Option(metavar="WORDS", help="Why.")] = "",
    quantity: Annotated[float | None, typer.Option(metavar="NUMBER", help="Let at most so many go.")] = None,
) -> int:
    """Let a trade go that waits for you: it is looked at again with the newest price and account, then sent."""
    from fks_agents.cli._answers import answered, me
    from graphs.opening import open_desk

    with open_desk(terminal.settings) as desk:
        if quantity is not None:
            desk.approvals.modify(decision_id, by=me(), quantity=quantity, reason=reason)
        return answered(terminal, desk, desk.approvals.approve(decision_id, by=me(), reason=reason))
