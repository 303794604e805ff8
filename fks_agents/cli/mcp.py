from __future__ import annotations

from typing import Annotated

import typer

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal


@verb
def command(
    terminal: Terminal,
    *,
    http: Annotated[bool, typer.Option("--http", help="Listen on service_host:service_port instead of stdio.")] = False,
) -> int:
    """Serve the desk's tools to an assistant that speaks the Model Context Protocol.

    Whoever connects acts in your name. Over HTTP nobody signs in: it listens to this machine only.
    """
    from fks_agents.cli._answers import me
    from fks_agents.cli._serving import LOOPBACK
    from fks_agents.errors import ConfigError
    from fks_agents.service.mcp import server
    from graphs.opening import open_desk

    settings = terminal.settings
    if http and settings.service_host not in LOOPBACK:
        raise ConfigError(
            f"service_host: expected this machine's own address for --http, was {settings.service_host!r}"
        )
    with open_desk(settings) as desk:
        found = server(desk, me())
        found.settings.host, found.settings.port = settings.service_host, settings.service_port
        found.run("streamable-http" if http else "stdio")
    return 0
