from __future__ import annotations

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal


@verb
def command(terminal: Terminal) -> int:
    """Run the service: its API and pages, on this machine's own address unless `service_host` says otherwise.

    The settings service_host and service_port say where: fks serve --set service_port=8080. Where nobody can sign in
    yet, admin is made with a password that is shown once.
    """
    from fks_agents.cli._serving import bound, first_admin, listen, prepared

    settings = terminal.settings
    app = prepared(settings)
    with bound(settings) as door:
        first_admin(terminal, settings)
        listen(terminal, app, door)
    return 0
