"""Sources of closed bars: a public file here is the source of that name; its `open_source` takes what follows `:`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from fks_agents import _discovery

if TYPE_CHECKING:
    from fks_agents.deps import Market
    from tools.calendar.closes import Sessions


def sources() -> tuple[str, ...]:
    """Names of all sources, sorted."""
    return _discovery.names(__path__)


def is_live(spec: str) -> bool:
    """Whether time goes on in that source; in a file it stands still at the newest bar."""
    name = spec.partition(":")[0]
    module = _discovery.load(__name__, __path__, "market source", name)
    return bool(getattr(module, "IS_LIVE", False))


def sessions(spec: str) -> Sessions:
    """When bars of that source close; a file says so by its option `venue`."""
    name, _, argument = spec.partition(":")
    venue = dict(parse_qsl(argument.rpartition("?")[2])).get("venue")
    return "new_york" if name == "sample" or venue in ("XNYS", "XNAS") else "always"


def open_market(spec: str) -> Market:
    """Open `sample`, `csv:PATH`, `parquet:PATH` or `ccxt:EXCHANGE`; raises UsageError listing the known sources.

    A path may carry options, `csv:prices.csv?time=close&zone=America/New_York`; see `tools.market._file`.
    """
    name, _, argument = spec.partition(":")
    market: Market = _discovery.part(__name__, __path__, "market source", name, "open_source")(argument)
    return market
