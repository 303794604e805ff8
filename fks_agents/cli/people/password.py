from __future__ import annotations

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal
from fks_agents.cli.people._people import Stdin, WhoName
from fks_agents.errors import UsageError


@verb
def command(terminal: Terminal, name: WhoName, *, stdin: Stdin = False) -> int:
    """Give a person another password, read from stdin or made and shown once; every session of theirs ends."""
    from fks_agents.cli.people._people import password_of, people_of, shown, tell_once
    from fks_agents.clock import SystemClock

    with people_of(terminal) as people:
        from fks_agents.service.auth import accounts

        if people.get(name) is None:
            raise UsageError(f"unknown person {name!r}")
        password, is_new = password_of(from_stdin=stdin)
        account = accounts.change(people, name, SystemClock().now(), password=password)
    if terminal.is_json:
        terminal.write_json(shown(account) | ({"password": password} if is_new else {}))
    elif is_new:
        tell_once(terminal, f"{name} signs in with this password", password)
    else:
        terminal.console.print(f"{name} has another password")
    return 0
