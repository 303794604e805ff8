"""A service with a webhook, a clock that stands still, and an exchange that writes down what it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from fks_agents.clock import FixedClock
from fks_agents.contracts import AccountView, Cycle, OrderIntent, Receipt
from fks_agents.errors import UsageError
from fks_agents.service.app import create_app
from fks_agents.service.webhook.door import SIGNATURE, TIMESTAMP, signature
from fks_agents.settings import Settings, load
from graphs.desk import Desk
from graphs.opening import open_desk
from tests.service.conftest import signed

TOKEN = "q7Zx-93kLm_vB2nR8tYw4uIoP1aSdFgHjKz"
KEY = "c0ffee51b7e24f0a9d3b8e6f1a2c4d5e6f708192a3b4c5d6"
NOW = datetime(2026, 1, 2, 15, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
PATH = "/v1/webhook/tradingview"
FAST = "1000000/second"
TIMEOUT = 60.0


@dataclass
class Exchange:
    """Every bracket that was sent, in order; knows each client order id once."""

    sent: list[tuple[OrderIntent, ...]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def account(self, symbol: str, as_of: datetime) -> AccountView:
        return AccountView(equity=100_000.0, cash=100_000.0)

    def known(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...] | None:
        return self._answers(bracket) if tuple(bracket) in self.sent else None

    def place(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...]:
        with self.lock:
            if tuple(bracket) not in self.sent:
                self.sent.append(tuple(bracket))
        return self._answers(bracket)

    def entries(self) -> list[float]:
        """Prices of the entries that were sent."""
        return [bracket[0].price for bracket in self.sent]

    def _answers(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...]:
        return tuple(Receipt(client_order_id=one.client_order_id, status="working") for one in bracket)


@dataclass
class Sender:
    """TradingView, or a relay, in front of one service."""

    client: TestClient
    exchange: Exchange

    @property
    def desk(self) -> Desk:
        app: FastAPI = self.client.app  # type: ignore[assignment]
        desk: Desk = app.state.service.desk
        return desk

    def post(self, body: bytes | str, path: str = PATH, **headers: str) -> Any:
        sent = body.encode() if isinstance(body, str) else body
        return self.client.post(path, content=sent, headers={"Content-Type": "text/plain"} | headers)

    def send(self, **said: Any) -> Any:
        """An alert that is fine, but for what is said; `None` leaves a field out."""
        return self.post(json.dumps(alert(**said)))

    def relay(self, body: str, *, key: str = KEY, at: int = EPOCH) -> Any:
        return self.post(body, **signing(body, key=key, at=at))

    def cycle(self, decision_id: str) -> Cycle:
        """Once it is finished."""
        ends = monotonic() + TIMEOUT
        while True:
            try:
                return self.desk.ledger.decisions.cycle(decision_id)
            except UsageError:
                assert monotonic() < ends, f"decision {decision_id} does not end"
                sleep(0.02)


def alert(**said: Any) -> dict[str, Any]:
    whole = {"secret": TOKEN, "id": "a1", "symbol": "SPX", "action": "buy", "time": NOW.isoformat()} | said
    return {name: value for name, value in whole.items() if value is not None}


def signing(body: str, *, key: str = KEY, at: int = EPOCH) -> dict[str, str]:
    return {TIMESTAMP: str(at), SIGNATURE: f"sha256={signature(key, str(at), body.encode())}"}


def settings_in(home: Path, **more: Any) -> Settings:
    fast = {"service_webhook_rate": FAST, "service_webhook_sender_rate": FAST}
    light = {"bars": 250, "forecasters": ("random_walk",), "detectors": ("swings",)}
    secrets = {"service_webhook_token": TOKEN, "service_webhook_key": KEY}
    return load(home=home, **fast | light | secrets | more)


@contextmanager
def serving(
    settings: Settings, exchange: Exchange | None = None, *, now: datetime = NOW, **desk: Any
) -> Iterator[Sender]:
    book = exchange or Exchange()
    app = create_app(
        settings, guard=signed,
        open_with=lambda of: open_desk(of, broker=lambda account, own: book, clock=FixedClock(now), **desk),
    )  # fmt: skip
    with TestClient(app, raise_server_exceptions=False) as client:
        # FastAPI builds a router at its first request; services in one process share ours, and build none at once.
        assert TestClient(app, client=("10.0.0.1", 1)).post(PATH).status_code in (400, 404)
        yield Sender(client, book)


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sender]:
    """One service for a whole file: its tests use alerts with ids of their own."""
    with serving(settings_in(tmp_path_factory.mktemp("webhook"))) as found:
        yield found


Serve = Callable[..., Sender]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Services on one ledger, each started when it is asked for."""
    from contextlib import ExitStack

    with ExitStack() as opened:
        book = Exchange()
        yield lambda **more: opened.enter_context(serving(settings_in(tmp_path, **more), book))
