from __future__ import annotations

from typing import Annotated

import typer

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal


@verb
def command(
    terminal: Terminal, key_id: Annotated[str, typer.Argument(metavar="ID", help="As `fks people keys` lists it.")]
) -> int:
    """End a key for good, from its next request on."""
    from fks_agents.cli.people._people import people_of, shown_key
    from fks_agents.clock import SystemClock

    with people_of(terminal) as people:
        people.revoke_key(key_id, SystemClock().now())
        key = people.key(key_id)
        assert key is not None
    if terminal.is_json:
        terminal.write_json(shown_key(key))
    else:
        terminal.console.print(f"the key of {key.name} opens nothing any more")
    return 0
