from __future__ import annotations

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal
from fks_agents.cli.people._people import WhoName


@verb
def command(terminal: Terminal, name: WhoName) -> int:
    """Let a person who was removed sign in again, with the password they had."""
    from fks_agents.cli.people._people import people_of, shown
    from fks_agents.clock import SystemClock

    with people_of(terminal) as people:
        from fks_agents.service.auth import accounts

        account = accounts.change(people, name, SystemClock().now(), is_disabled=False)
    if terminal.is_json:
        terminal.write_json(shown(account))
    else:
        terminal.console.print(f"{name} ({account.role}) may sign in again")
    return 0
