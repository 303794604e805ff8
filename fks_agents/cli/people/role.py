from __future__ import annotations

from typing import Annotated

import typer

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal
from fks_agents.cli.people._people import RoleName, WhoName


@verb
def command(
    terminal: Terminal, name: WhoName, role: Annotated[RoleName, typer.Argument(help="What they may do from now on.")]
) -> int:
    """Give a person another role; every session of theirs ends."""
    from fks_agents.cli.people._people import people_of, shown
    from fks_agents.clock import SystemClock

    with people_of(terminal) as people:
        from fks_agents.service.auth import accounts

        account = accounts.change(people, name, SystemClock().now(), role=role)
    if terminal.is_json:
        terminal.write_json(shown(account))
    else:
        terminal.console.print(f"{name} is {role} now, and signs in again")
    return 0
