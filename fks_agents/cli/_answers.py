"""What a person answers from the command line, in the name they are logged in with."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

from fks_agents.cli._terminal import Terminal

if TYPE_CHECKING:
    from fks_agents.contracts import Cycle
    from graphs.desk import Desk


def me() -> str:
    """The name on this machine; answers are recorded under it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"


def answers(terminal: Terminal, decision_id: str) -> tuple[str, str]:
    """The commands that answer a trade that waits."""
    return terminal.command("approve", decision_id), terminal.command("reject", decision_id, "--reason", "WORDS")


def answered(terminal: Terminal, desk: Desk, cycle: Cycle) -> int:
    """Tell what came of the answer."""
    from fks_agents.cli._desk import report

    written = report(desk, cycle)
    if terminal.is_json:
        terminal.write_json(cycle.as_json())
        return 0
    terminal.write(f"{cycle.id}: {cycle.status}: {cycle.reason}")
    for order in cycle.orders:
        terminal.write(f"  {order.leg}: {order.side} {order.type} {order.quantity:g} at {order.price:g}")
    terminal.write(f"report   {written.html}")
    return 0
