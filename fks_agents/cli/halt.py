from __future__ import annotations

from typing import Annotated

import typer

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal
from fks_agents.errors import UsageError


@verb
def command(
    terminal: Terminal,
    reason: Annotated[str, typer.Argument(metavar="REASON", help="Why; nothing shows how things stand.")] = "",
    *,
    off: Annotated[bool, typer.Option("--off", help="Let trading go on.")] = False,
) -> int:
    """Stop every new order of every process on this ledger, from now on; --off ends that."""
    from fks_agents.cli._answers import me
    from graphs.opening import open_desk
    from memory.halts import Halt

    with open_desk(terminal.settings) as desk:
        if reason.strip():
            desk.ledger.halts.turn(Halt(is_halted=not off, by=me(), at=desk.clock.now(), reason=reason))
        elif off:
            raise UsageError("expected a reason: fks halt --off REASON")
        halt = desk.ledger.halts.current()
    if terminal.is_json:
        terminal.write_json({"is_halted": halt is not None, "halt": halt})
    else:
        terminal.write(str(halt) if halt is not None else "trading is not halted")
    return 0
