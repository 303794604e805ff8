from __future__ import annotations

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal
from fks_agents.cli.people._people import WhoName


@verb
def command(terminal: Terminal, name: WhoName) -> int:
    """Let a person no longer sign in: their sessions, and keys that they made, end at once.

    The name stays theirs, because the record says what they did; `fks people restore` undoes it, but for the keys.
    """
    from fks_agents.cli.people._people import people_of, shown
    from fks_agents.clock import SystemClock

    with people_of(terminal) as people:
        from fks_agents.service.auth import accounts

        account = accounts.change(people, name, SystemClock().now(), is_disabled=True)
    if terminal.is_json:
        terminal.write_json(shown(account))
    else:
        terminal.console.print(f"{name} may not sign in any more; `fks people restore {name}` lets them again")
    return 0
