from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal
from fks_agents.cli.people._people import Role


@verb
def command(
    terminal: Terminal,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for; its requests are made in this name.")],
    *,
    role: Role = "viewer",
    days: Annotated[int | None, typer.Option("--days", min=1, max=3_650, help="Days until it expires.")] = None,
) -> int:
    """Make a key for a program, and show it once: `Authorization: Bearer fks_...`."""
    from fks_agents.cli.people._people import operator, people_of, shown_key, tell_once
    from fks_agents.clock import SystemClock

    now = SystemClock().now()
    with people_of(terminal) as people:
        from fks_agents.service.auth import accounts, keys

        until = None if days is None else now + timedelta(days=days)
        whole, key = keys.make(people, accounts.fit(name), role, by=operator(), at=now, expires_at=until)
    if terminal.is_json:
        terminal.write_json(shown_key(key) | {"key": whole})
    else:
        tell_once(terminal, f"the key of {name} ({role})", whole)
    return 0
