from __future__ import annotations

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal


@verb
def command(terminal: Terminal) -> int:
    """Run the service: its API and pages, on this machine's own address unless `service_host` says otherwise.

    Where nobody can sign in yet, `admin` is made with a password that is shown once.
    """
    from fks_agents.cli._serving import first_admin, listen

    settings = terminal.settings
    first_admin(terminal, settings)
    listen(settings)
    return 0
