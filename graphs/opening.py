"""Open a desk from settings; decide with one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from fks_agents import llm, settings as settings_of
from fks_agents.clock import SystemClock
from fks_agents.contracts import Cycle, Timeframe
from fks_agents.deps import Broker, ChatModel, ChatRole, Clock
from fks_agents.errors import LedgerError, UsageError
from fks_agents.metrics import Metrics
from fks_agents.settings import Settings
from graphs.desk import Desk, Feeds, open_feeds
from graphs.judging import Libraries
from memory.ledger import Ledger
from memory.recall import open_recall
from tools.bars.store import ParquetStore
from tools.brokers.paper import PaperBroker

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver

MOST_SETTINGS = 16
"""Of which a desk remembers the models; one that is asked with more forgets the oldest servers' health."""


def open_desk(
    settings: Settings,
    *,
    feeds: Feeds | None = None,
    chats: Mapping[ChatRole, ChatModel | None] | None = None,
    broker: Callable[[str, Settings], Broker] | None = None,
    checkpoints: Callable[[], BaseCheckpointSaver[str]] | None = None,
    clock: Clock | None = None,
    metrics: Metrics | None = None,
) -> Desk:
    """Open ledger, store, memory, feeds and models; what is handed in replaces what the settings name.

    Raises ConfigError or LedgerError where the home folder or the database cannot be written: nothing has run then.
    """
    home = settings.home
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerError(
            f"cannot write to the home folder {home}: {error.strerror}; set FKS_HOME to another"
        ) from error
    ledger = Ledger.open(settings.database_url.get_secret_value() or home / "ledger.sqlite")
    memory = open_recall(ledger, home, settings)
    given = None if chats is None else dict(chats)
    return Desk(
        settings=settings,
        ledger=ledger,
        store=ParquetStore(home / "bars"),
        memory=memory,
        feeds=(lambda _: feeds) if feeds is not None else _once_for_each_source(),
        chats=(lambda _: given) if given is not None else _opened_once(),
        broker=broker or (lambda account, of: PaperBroker(ledger.paper, account, of)),
        checkpoints=checkpoints or (lambda: _saver(settings)),
        clock=clock or SystemClock(),
        metrics=metrics,
        library=Libraries(ledger, memory, settings),
    )


def analyze(
    symbol: str,
    *,
    timeframe: Timeframe | None = None,
    as_of: datetime | str | None = None,
    desk: Desk | None = None,
    **flags: object,
) -> Cycle:
    """One gated decision. `flags` are settings by name (`source`, `model`, `home`, ...); a desk brings its own.

    `as_of` is an aware datetime or its ISO text; by default the close of the newest bar.
    """
    moment = moment_of(as_of) if isinstance(as_of, str) else as_of
    if desk is not None:
        if flags:
            raise UsageError(f"a desk has its settings already; {', '.join(sorted(flags))} cannot be given beside it")
        return desk.analyze(symbol, timeframe=timeframe, as_of=moment)
    with open_desk(settings_of.load(timeframe=timeframe, **flags)) as opened:
        return opened.analyze(symbol, as_of=moment)


def moment_of(text: str) -> datetime:
    """An aware datetime from ISO text; raises UsageError where it is none or has no zone."""
    try:
        # Not pydantic's reading: it takes a bare number for seconds since 1970, and `2019` for half past midnight then.
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"expected a time like 2018-12-24T21:00:00Z, was {text!r}") from None
    if moment.tzinfo is None:
        raise UsageError(f"expected a time with a zone, like 2018-12-24T21:00:00Z, was {text!r}")
    return moment


def _saver(settings: Settings) -> BaseCheckpointSaver[str]:
    """Steps are kept where the decisions are: any machine that sees the ledger can go on."""
    from graphs.checkpoints import postgres_saver, sqlite_saver

    url = settings.database_url.get_secret_value()
    return postgres_saver(url) if url.startswith("postgresql") else sqlite_saver(settings.home / "checkpoints.sqlite")


def _once_for_each_source() -> Callable[[Settings], Feeds]:
    @cache
    def opened(source: str, headlines: Path | None, documents: Path | None) -> Feeds:
        return open_feeds(source, headlines, documents)

    return lambda settings: opened(settings.source, settings.headlines, settings.documents)


def _opened_once() -> Callable[[Settings], Mapping[ChatRole, ChatModel | None]]:
    """What a model's servers are known to do outlives a decision, and a server's turns are counted over all of them."""
    return lru_cache(MOST_SETTINGS)(partial(llm.open_chats, servers=llm.Servers()))
