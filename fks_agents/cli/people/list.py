from __future__ import annotations

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal


@verb
def command(terminal: Terminal) -> int:
    """List who may sign in, with their roles."""
    from fks_agents.cli._tables import table
    from fks_agents.cli.people._people import people_of, shown

    with people_of(terminal) as people:
        everyone = people.all()
    if terminal.is_json:
        terminal.write_json([shown(account) for account in everyone])
    elif not everyone:
        terminal.console.print("nobody can sign in yet; `fks people add admin --role admin` makes the first one")
    else:
        rows = [(one.name, one.role, "may not sign in" if one.is_disabled else "") for one in everyone]
        terminal.console.print(table(("name", "role", ""), rows))
    return 0
