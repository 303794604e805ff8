"""A ledger, a desk, a clock whose hands are moved, and an address that fails as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import CollectorRegistry

from fks_agents.contracts import Cycle
from fks_agents.service.notices.sending import Sender, Tallies
from fks_agents.settings import Settings, load
from graphs.desk import Desk
from graphs.opening import open_desk
from memory.halts import Halt
from memory.ledger import Ledger
from memory.notices import Notice
from tests.service.conftest import AS_OF
from tools.alerts import Channel, Message

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOLD = datetime.fromisoformat(AS_OF)
UTC_ZONE = ZoneInfo("UTC")


@dataclass
class Hands:
    """A clock whose hands are moved."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Post:
    """An address that takes what it is given, or fails as it is told."""

    failures: list[Exception] = field(default_factory=list)
    got: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.got.append(message)

    @property
    def titles(self) -> list[str]:
        return [message.title for message in self.got]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.got]


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "l.sqlite") as opened:
        yield opened


def halt(*, on: bool = True, reason: str = "news", at: datetime = NOON) -> Halt:
    return Halt(is_halted=on, by="ana", at=at, reason=reason)


def keys(ledger: Ledger) -> list[str]:
    return [notice.key for notice in reversed(ledger.notices.all())]


@pytest.fixture
def desk(settings: Settings, clock: Hands) -> Iterator[Desk]:
    with open_desk(settings, clock=clock) as opened:
        yield opened


def notice(number: int, kind: str = "fill") -> Notice:
    return Notice(kind=kind, key=f"n/{number}", title=f"title {number}", text=f"text {number}", at=NOON)


def sender(ledger: Ledger, clock: Hands, channel: Channel, rate: int = 100, name: str = "1-post") -> Sender:
    made = Sender(name, channel, ledger.notices, clock, Tallies(CollectorRegistry()), rate)
    made.begin()
    return made


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Cycle:
    with open_desk(load(home=tmp_path_factory.mktemp("sold"))) as desk:
        return desk.analyze("SPX", as_of=SOLD)
