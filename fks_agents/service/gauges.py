"""What Prometheus is told of how things stand, read when it asks: queue, halt, accounts, model servers, connections.

Labels are few: accounts that several decisions share, and no more than twenty of them; models of the settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from prometheus_client.core import GaugeMetricFamily

from fks_agents.contracts import AccountView
from fks_agents.errors import FksError
from fks_agents.llm.endpoints import Endpoints, Pooled
from memory.recall import Recall

if TYPE_CHECKING:
    from fks_agents.service.state import Service

MOST_ACCOUNTS = 20


class Gauges:
    """A ledger that does not answer leaves its gauges out."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def describe(self) -> Iterator[GaugeMetricFamily]:
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        running, waiting = self._service.runner.load
        yield _gauge("fks_decisions_running", "Decisions being made here", running)
        yield _gauge("fks_decisions_waiting", "Decisions that wait for their turn here", waiting)
        yield _gauge("fks_decisions_room", "Decisions that may be under way here", self._service.runner.room)
        yield from self._connections()
        yield from self._model_servers()
        try:
            recorded = [*self._recorded(), *self._accounts()]
        except FksError:
            recorded = [_gauge("fks_ledger_up", "Whether the ledger answers", 0)]
        yield from recorded

    def _connections(self) -> Iterator[GaugeMetricFamily]:
        pool = self._service.desk.ledger.connections
        yield _gauge("fks_ledger_connections_in_use", "Connections to the ledger that are used now", pool.in_use)
        yield _gauge("fks_ledger_connections_room", "Connections to the ledger that may be open", pool.room)

    def _recorded(self) -> Iterator[GaugeMetricFamily]:
        desk = self._service.desk
        ledger = desk.ledger
        backtests = ledger.backtests.count()
        halted = ledger.halts.current() is not None
        unfinished = len(ledger.decisions.unfinished_ids())
        yield _gauge("fks_ledger_up", "Whether the ledger answers", 1)
        yield _gauge("fks_trading_halted", "Whether every new order is stopped", int(halted))
        yield _gauge("fks_ideas_waiting", "Trades that wait for a person", len(ledger.ideas.waiting()))
        yield _gauge("fks_decisions_unfinished", "Admitted and not finished, on any replica", unfinished)
        yield _gauge("fks_backtests_running", "Backtests being played, on any replica", backtests.get("running", 0))
        yield _gauge("fks_backtests_waiting", "Backtests that wait, on any replica", backtests.get("waiting", 0))
        yield _gauge("fks_lessons", "Lessons that are remembered", ledger.lessons.count())
        if isinstance(desk.memory, Recall):
            lacks = int(desk.memory.lacks_its_index)
            yield _gauge("fks_memory_index_missing", "Whether lessons are searched without their index", lacks)

    def _accounts(self) -> Iterator[GaugeMetricFamily]:
        equity = GaugeMetricFamily("fks_account_equity", "Equity, in the account's currency", labels=["account"])
        drawdown = GaugeMetricFamily(
            "fks_account_drawdown_ratio", "From the highest equity, 0 to 1", labels=["account"]
        )
        for name, view in self._views():
            equity.add_metric([name], view.equity)
            drawdown.add_metric([name], view.drawdown)
        yield from (equity, drawdown)

    def _views(self) -> Iterator[tuple[str, AccountView]]:
        desk = self._service.desk
        for name in desk.ledger.paper.standing(MOST_ACCOUNTS):
            yield name, desk.broker(name, desk.settings).account("", desk.clock.now())

    def _model_servers(self) -> Iterator[GaugeMetricFamily]:
        pools = self._pools()
        both = ["model", "server"]
        is_open = GaugeMetricFamily("fks_model_server_breaker_open", "Whether it is left alone for now", labels=both)
        rests = GaugeMetricFamily("fks_model_server_rests_seconds", "For how much longer", labels=both)
        calls = GaugeMetricFamily("fks_model_server_calls", "Calls it is given now", labels=["provider", "server"])
        room = GaugeMetricFamily("fks_model_server_room", "Calls it may be given", labels=["provider", "server"])
        servers = {(pool.provider, address): pool for _, pool in pools for address in pool.addresses}
        for model, pool in pools:
            resting = pool.resting()
            for address in pool.addresses:
                is_open.add_metric([model, _told(address)], int(address in resting))
                rests.add_metric([model, _told(address)], resting.get(address, 0.0))
        for (provider, address), pool in servers.items():
            calls.add_metric([provider, _told(address)], pool.under_way()[address])
            room.add_metric([provider, _told(address)], pool.limit)
        yield from (is_open, rests, calls, room)

    def _pools(self) -> Sequence[tuple[str, Endpoints]]:
        """Of the models that the service's own settings name, each once."""
        desk = self._service.desk
        try:
            chats = desk.chats(desk.settings).values()
        except FksError:
            return ()  # a model that cannot be opened has no server
        found = {chat.name: chat.endpoints for chat in chats if chat is not None and isinstance(chat, Pooled)}
        return tuple(sorted(found.items(), key=lambda one: one[0]))


def _told(address: str) -> str:
    return address or "usual"


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)
