"""What `fks serve` does before and while it listens."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fks_agents.cli._terminal import Terminal
from fks_agents.errors import ConfigError

if TYPE_CHECKING:
    from fks_agents.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@contextmanager
def needing_the_extra(verb: str) -> Iterator[None]:
    """Raises ConfigError naming the extra where a part of the service is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigError(f"`fks {verb}` needs {error.name}: pip install 'fks-agents[serve]'") from error


def first_admin(terminal: Terminal, settings: Settings) -> None:
    """Make `admin` where nobody can sign in, and show the password once.

    Where other machines are listened to nobody is made, and nobody is let in: the password would be shown to whoever
    reads the log there.
    """
    from graphs.opening import open_desk

    with needing_the_extra("serve"), open_desk(settings) as desk:
        from fks_agents.service.auth import accounts, passwords

        if not desk.ledger.people.is_empty():
            return
        if settings.service_host not in LOOPBACK:
            logging.getLogger("fks.service").warning("nobody can sign in yet: fks people add admin --role admin")
            return
        password = passwords.generated()
        accounts.add(desk.ledger.people, "admin", "admin", password)
    terminal.console.print("sign in as admin with this password; it is not shown again:")
    terminal.console.print(f"  {password}", style="bold", soft_wrap=True)


def listen(settings: Settings) -> None:
    """Serve until Ctrl-C."""
    with needing_the_extra("serve"):
        import uvicorn

        from fks_agents.service.app import create_app
    uvicorn.run(
        create_app(settings, dashboard=True), host=settings.service_host, port=settings.service_port,
        log_level="warning", log_config=None,  # what it says goes the way of our own lines
        server_header=False, timeout_graceful_shutdown=10,
    )  # fmt: skip
