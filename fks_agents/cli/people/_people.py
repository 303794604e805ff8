"""What the verbs about people share: the ledger, a password that is never an argument, and what is shown."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from fks_agents.cli._answers import me
from fks_agents.cli._serving import needing_the_extra
from fks_agents.cli._terminal import Terminal
from fks_agents.errors import UsageError

if TYPE_CHECKING:
    from memory.people import Account, Key, People

RoleName = Literal["viewer", "trader", "admin"]

WhoName = Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits and . _ @ -")]
Role = Annotated[RoleName, typer.Option("--role", help="A viewer reads, a trader decides, an admin may do all.")]
Stdin = Annotated[
    bool, typer.Option("--stdin", help="Read the password from stdin (one line); else one is made and shown once.")
]


@contextmanager
def people_of(terminal: Terminal) -> Iterator[People]:
    """Those of the ledger that the settings name; nothing else is opened."""
    from memory.ledger import Ledger

    settings = terminal.settings
    where = settings.database_url.get_secret_value() or settings.home / "ledger.sqlite"
    with needing_the_extra("people"), Ledger.open(where) as ledger:
        yield ledger.people


def operator() -> str:
    """Who makes keys from here; no name of a person of the service looks like it."""
    return f"cli/{me()}"


def password_of(*, from_stdin: bool) -> tuple[str, bool]:
    """The password, and whether it was made here and must be shown."""
    from fks_agents.service.auth import passwords

    if not from_stdin:
        return passwords.generated(), True
    if sys.stdin.isatty():
        return getpass.getpass("password: "), False
    line = sys.stdin.readline()
    if not line.strip():
        raise UsageError("--stdin: expected a password in one line, was nothing")
    return line.rstrip("\r\n"), False


def shown(account: Account) -> dict[str, object]:
    return {"name": account.name, "role": account.role, "is_disabled": account.is_disabled}


def shown_key(key: Key) -> dict[str, object]:
    return key.model_dump(mode="json", exclude={"secret_hash"})


def tell_once(terminal: Terminal, what: str, secret: str) -> None:
    terminal.console.print(f"{what}; it is not shown again:")
    terminal.console.print(f"  {secret}", style="bold", soft_wrap=True)
