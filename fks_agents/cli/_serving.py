"""What `fks serve` does before and while it listens."""

from __future__ import annotations

import ctypes
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from fks_agents.cli._terminal import Terminal
from fks_agents.errors import ConfigError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from fks_agents.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@contextmanager
def needing_the_extra(verb: str) -> Iterator[None]:
    """Raises ConfigError naming the extra where a part of the service is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigError(f"`fks {verb}` needs {error.name}: pip install 'fks-agents[serve]'") from error


_M_ARENA_MAX = -8
"""Of malloc.h."""


_KEPT = 30
"""Seconds a connection stays open between two requests: longer than who finds a queue full is told to wait, or they
would ask again on one that is just being closed."""


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


def prepared(settings: Settings) -> FastAPI:
    """The application, not started; raises ConfigError where a setting keeps it from starting."""
    with needing_the_extra("serve"):
        from fks_agents.service.app import create_app
    return create_app(settings, dashboard=True)


def bound(settings: Settings) -> socket.socket:
    """Takes the port, so that nobody is told of a service that cannot be reached; raises ConfigError."""
    host, port = settings.service_host, settings.service_port
    try:
        family, kind, _, _, address = min(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except OSError:
        raise ConfigError(f"service_host: expected an address of this machine, was {host!r}") from None
    door = socket.socket(family, kind)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # not to wait a minute after a stop
        door.bind(address)
        door.listen()
    except OSError as error:
        door.close()
        why = (error.strerror or str(error)).lower()
        raise ConfigError(
            f"cannot listen on {host}, port {port}: {why}; another port: --set service_port=NUMBER"
        ) from None
    return door


def listen(terminal: Terminal, app: FastAPI, door: socket.socket) -> None:
    """Serve until Ctrl-C; raises ConfigError where it does not start."""
    import uvicorn

    server = uvicorn.Server(
        uvicorn.Config(
            app, log_level="warning", log_config=None,  # what it says goes the way of our own lines
            server_header=False, timeout_graceful_shutdown=10, timeout_keep_alive=_KEPT,
        )
    )  # fmt: skip
    host, port = terminal.settings.service_host, terminal.settings.service_port
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    terminal.console.print(f"listening on {address}, pages at {address}/desk/; Ctrl-C stops it", soft_wrap=True)
    _share_freed_memory()
    with suppress(KeyboardInterrupt):
        server.run(sockets=[door])
    if not server.started:
        raise ConfigError("the service did not start; the lines before this one say why")


def _share_freed_memory() -> None:
    """Let all threads take memory from two pools: in one for each of dozens of threads, what a decision of a megabyte
    leaves behind is kept for that thread alone, and a service grows for hours. Only the C library of GNU knows it."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)
