from __future__ import annotations

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal
from fks_agents.cli.people._people import Role, Stdin, WhoName


@verb
def command(terminal: Terminal, name: WhoName, *, role: Role = "viewer", stdin: Stdin = False) -> int:
    """Let a person sign in. The password is read from stdin, or made and shown once; it is no argument."""
    from fks_agents.cli.people._people import password_of, people_of, shown, tell_once

    with people_of(terminal) as people:
        from fks_agents.service.auth import accounts

        accounts.fit(name)
        password, is_new = password_of(from_stdin=stdin)
        account = accounts.add(people, name, role, password)
    if terminal.is_json:
        terminal.write_json(shown(account) | ({"password": password} if is_new else {}))
    elif is_new:
        tell_once(terminal, f"{name} ({role}) signs in with this password", password)
    else:
        terminal.console.print(f"{name} ({role}) may sign in")
    return 0
