"""How the service is. What costs to find out (a server's answer, a market's newest bar, the size of a folder) is looked
at again only after a while, once for everybody who asks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import NamedTuple, get_args

from fks_agents import llm
from fks_agents._redaction import redact
from fks_agents.contracts import Quality, Timeframe
from fks_agents.deps import ChatRole, Market
from fks_agents.errors import FksError
from fks_agents.llm.capabilities import Capable
from fks_agents.llm.endpoints import Pooled
from fks_agents.llm.opening import Preflighted
from fks_agents.settings import Settings
from graphs.desk import Desk
from memory.calls import FailedCall
from tools.bars.quality import assess
from tools.market import is_live

FRESH = 30.0
"""Seconds for which a look is not repeated."""

_FEEDS = 12
_CALLS = 200
"""Newest model calls among which failures are looked for."""
_SHOWN = 5
_DECISIONS = 10
"""Newest decisions that are asked whether a breaker opened in them."""


class Server(NamedTuple):
    """One model at one of its servers."""

    model: str
    roles: tuple[str, ...]
    address: str
    """Empty for the usual one, and for a model without a server."""
    is_reachable: bool | None
    """None where asking would cost."""
    detail: str
    rests: float
    """Seconds for which it is left alone after failures; 0 where it is not."""


class Opening(NamedTuple):
    """A breaker that opened."""

    decision_id: str
    role: str
    reason: str


class Feed(NamedTuple):
    symbol: str
    timeframe: Timeframe
    newest: datetime | None
    """Close of the newest bar; None where it cannot be had."""
    quality: Quality | None
    problem: str


class Disk(NamedTuple):
    home: Path
    used: int
    """Bytes in the home folder."""
    free: int
    total: int


class Look(NamedTuple):
    at: datetime
    servers: tuple[Server, ...]
    failures: tuple[FailedCall, ...]
    openings: tuple[Opening, ...]
    """Of the newest decisions."""
    feeds: tuple[Feed, ...]
    more_symbols: int
    """That the source has beside those looked at."""
    disk: Disk


class Vitals:
    """Safe in several threads."""

    def __init__(self, desk: Desk, *, now: Callable[[], float] = monotonic) -> None:
        self._desk, self._now = desk, now
        self._began = now()
        self._looking = Lock()
        self._last: tuple[float, Look] | None = None

    @property
    def uptime(self) -> float:
        """Seconds since the service started."""
        return self._now() - self._began

    def look(self) -> Look | None:
        """At most `FRESH` seconds old. Who comes while another looks does not wait: they get the look before, or None.

        Raises LedgerError where the ledger does not answer.
        """
        if self._looking.acquire(blocking=False):
            try:
                if self._last is None or self._now() - self._last[0] >= FRESH:
                    self._last = self._now(), self._looked()
            finally:
                self._looking.release()
        return None if self._last is None else self._last[1]

    def _looked(self) -> Look:
        desk = self._desk
        feeds, more = _feeds(desk)
        return Look(
            desk.clock.now(), tuple(_servers(desk)), desk.ledger.calls.failed(_CALLS)[:_SHOWN],
            tuple(_openings(desk))[:_SHOWN], feeds, more, disk(desk.settings.home),
        )  # fmt: skip


def disk(home: Path) -> Disk:
    """What the folder holds now; files that go while they are counted count nothing."""
    usage = shutil.disk_usage(home)
    return Disk(home, _size(home), usage.free, usage.total)


def _size(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(place) / name).lstat().st_size
            except OSError:
                continue
    return total


# --- models


def _servers(desk: Desk) -> Iterator[Server]:
    settings = desk.settings
    roles: dict[str, list[str]] = {}
    for role in get_args(ChatRole):
        roles.setdefault(settings.named_model(role), []).append(role)
    resting = _resting(desk)
    for model, of in roles.items():
        if model == "rules":
            yield Server(model, tuple(of), "", True, "computed here; asks nobody", 0.0)
            continue
        for address in settings.endpoints(model.partition(":")[0]) or ("",):
            is_reachable, detail = reached(model, address, settings)
            rests = resting.get((model, address), 0.0)
            yield Server(model, tuple(of), redact(address), is_reachable, redact(detail), rests)


def _resting(desk: Desk) -> dict[tuple[str, str], float]:
    """By model and address, how long a server is left alone."""
    try:
        chats = desk.chats(desk.settings)
    except FksError:
        return {}
    found: dict[tuple[str, str], float] = {}
    for chat in chats.values():
        if chat is not None and isinstance(chat, Pooled):
            found |= {(chat.name, address): seconds for address, seconds in chat.endpoints.resting().items()}
    return found


def reached(model: str, address: str, settings: Settings) -> tuple[bool | None, str]:
    """Whether the model answers at that address, found out without a question that costs tokens or loads weights."""
    provider = model.partition(":")[0]
    only = settings.having(model_endpoints=(f"{provider}={address}",)) if address else settings
    try:
        chat = llm.open_chat(model, only)
        if isinstance(chat, Preflighted) and provider != "local":
            chat.preflight()
        elif not isinstance(chat, Capable):
            return None, "not asked: an answer would cost"
        return True, chat.capabilities().told() if isinstance(chat, Capable) else "answers"
    except FksError as error:
        return False, str(error)


def _openings(desk: Desk) -> Iterator[Opening]:
    for entry in desk.ledger.decisions.history(limit=_DECISIONS):
        for bite in desk.ledger.decisions.cycle(entry.id).usage.bites:
            if bite.phase == "breaker":
                yield Opening(entry.id, bite.role, bite.reason)


# --- feeds


def _feeds(desk: Desk) -> tuple[tuple[Feed, ...], int]:
    """Symbols that decisions were made on lately, then others that the source lists."""
    try:
        market = desk.feeds(desk.settings).market
        listed: Sequence[str] = market.symbols()
    except FksError as error:
        return (Feed(desk.settings.source, desk.settings.timeframe, None, None, redact(str(error))),), 0
    lately = (entry.symbol for entry in desk.ledger.decisions.history(limit=_CALLS))
    symbols = list(dict.fromkeys([*(symbol for symbol in lately if not listed or symbol in listed), *listed]))
    now = desk.clock.now() if is_live(desk.settings.source) else None
    return tuple(feed(market, symbol, desk.settings, now) for symbol in symbols[:_FEEDS]), len(symbols[_FEEDS:])


def feed(market: Market, symbol: str, settings: Settings, now: datetime | None) -> Feed:
    """Its newest bar, and how far its bars can be trusted; `now` is None where time stands still at the newest bar."""
    timeframe = settings.timeframe
    try:
        newest = market.span(symbol, timeframe)[1]
        bars = market.bars(symbol, timeframe, now or newest, settings.bars)
        return Feed(symbol, timeframe, newest, assess(bars, now or newest), "")
    except FksError as error:
        return Feed(symbol, timeframe, None, None, redact(str(error)))
