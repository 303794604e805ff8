from __future__ import annotations

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal


@verb
def command(terminal: Terminal) -> int:
    """List the keys of programs; `fks people key NAME` makes one, `fks people revoke ID` ends one."""
    from fks_agents.cli._tables import table
    from fks_agents.cli.people._people import people_of, shown_key
    from fks_agents.clock import SystemClock

    with people_of(terminal) as people:
        every = people.all_keys()
    if terminal.is_json:
        terminal.write_json([shown_key(key) for key in every])
        return 0
    if not every:
        terminal.console.print("no key was made yet; `fks people key NAME` makes one")
        return 0
    now = SystemClock().now()
    rows = []
    for key in every:
        until = "" if key.expires_at is None else f"until {key.expires_at:%Y-%m-%d}"
        is_over = key.expires_at is not None and key.expires_at <= now
        ended = "revoked" if key.revoked_at is not None else "expired" if is_over else until
        rows.append((key.id, key.name, key.role, f"{key.made_at:%Y-%m-%d}", key.made_by, ended))
    terminal.console.print(table(("id", "name", "role", "made", "by", ""), rows))
    return 0
