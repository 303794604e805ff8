"""Brokers: they take a bracket whole, or raise.

A public module here with a function `open_account` is the broker of the module's name.
"""

from __future__ import annotations

from typing import cast

from fks_agents import _discovery
from fks_agents.deps import Broker, PaperBook
from fks_agents.settings import Settings


def names() -> tuple[str, ...]:
    """Every broker there is, sorted."""
    return _discovery.names(__path__)


def open_broker(name: str, book: PaperBook, account: str, settings: Settings) -> Broker:
    """The account called `account` at the broker called `name`; raises UsageError listing the known brokers."""
    module = _discovery.load(__name__, __path__, "broker", name)
    return cast("Broker", module.open_account(book, account, settings))
