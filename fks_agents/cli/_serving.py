"""What `fks serve` does before and while it listens."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from fks_agents.cli._terminal import Terminal
from fks_agents.errors import ConfigError

if TYPE_CHECKING:
    from fks_agents.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def first_admin(terminal: Terminal, settings: Settings) -> None:
    """Make `admin` where nobody can sign in, and show the password once.

    Raises ConfigError where others than this machine would be listened to and nobody can sign in: the password would be
    shown to whoever reads the log there.
    """
    from fks_agents.service.auth import passwords
    from graphs.opening import open_desk
    from memory.people import Account

    with open_desk(settings) as desk:
        if not desk.ledger.people.is_empty():
            return
        if settings.service_host not in LOOPBACK:
            raise ConfigError(
                f"service_host {settings.service_host!r} lets other machines in, and nobody can sign in yet; "
                "run `fks serve` on 127.0.0.1 once to make the first admin"
            )
        password = secrets.token_urlsafe(15)
        desk.ledger.people.add(Account(name="admin", role="admin", password_hash=passwords.hashed(password)))
    terminal.console.print("sign in as admin with this password; it is not shown again:")
    terminal.console.print(f"  {password}", style="bold", soft_wrap=True)


def listen(settings: Settings) -> None:
    """Serve until Ctrl-C; raises ConfigError naming the extra where the server is not installed."""
    try:
        import uvicorn

        from fks_agents.service.app import create_app
    except ModuleNotFoundError as error:
        raise ConfigError(f"`fks serve` needs {error.name}: pip install 'fks-agents[serve]'") from error
    uvicorn.run(
        create_app(settings, dashboard=True), host=settings.service_host, port=settings.service_port,
        log_level="warning", log_config=None,  # what it says goes the way of our own lines
        server_header=False, timeout_graceful_shutdown=10,
    )  # fmt: skip
