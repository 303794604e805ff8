"""The service itself, for who runs it: models, queue, feeds, disk, ledger, versions."""

from __future__ import annotations

import platform
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from fks_agents import _wording as say
from fks_agents._redaction import redact
from fks_agents.service.runner import Runner
from fks_agents.service.state import Service
from fks_agents.service.vitals import Disk, Feed, Look, Server
from fks_agents.settings import Settings
from memory.recall import Recall
from memory.schema import REVISION
from tools.market import is_live

LEAST_FREE = 200 * 1024 * 1024
"""Bytes below which a disk is told to be nearly full."""

_PACKAGES = ("fks-agents", "langgraph", "langchain-core", "fastapi", "nicegui", "pydantic", "SQLAlchemy", "numpy")

Health = tuple[str, str]
"""A word, and its tone: `good`, `warn`, `bad` or empty."""


class Queue(NamedTuple):
    running: int
    waiting: int
    room: int
    """Decisions that may be under way: running and waiting."""
    workers: int
    unfinished: int
    """In the ledger, on any replica."""
    ideas: int
    """Trades that wait for a person."""

    @property
    def health(self) -> Health:
        return ("full", "bad") if self.running + self.waiting >= self.room else ("takes more", "good")


class Present(NamedTuple):
    """What is cheap to know, as of now."""

    at: str
    uptime: str
    queue: Queue
    halt: str
    """Why trading is halted; empty where it goes on."""
    memory: str


class ServerRow(NamedTuple):
    model: str
    roles: str
    address: str
    health: Health
    detail: str


class FeedRow(NamedTuple):
    symbol: str
    timeframe: str
    newest: str
    health: Health
    detail: str


class System(NamedTuple):
    """What is looked at from time to time."""

    at: str
    servers: tuple[ServerRow, ...]
    failures: tuple[tuple[str, str, str, str], ...]
    """Decision, model, agent and what failed, of the newest failed calls."""
    breakers: tuple[tuple[str, str, str], ...]
    """Decision, agent and reason, where a breaker opened lately."""
    source: str
    feeds: tuple[FeedRow, ...]
    more_symbols: int
    stands_still: bool
    """Whether the source is a file, to which no newer bar comes."""
    disk: tuple[tuple[str, str], ...]
    disk_health: Health
    ledger: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]


def present(service: Service) -> Present:
    """Raises LedgerError where the ledger does not answer."""
    desk = service.desk
    halt = desk.ledger.halts.current()
    return Present(
        f"{desk.clock.now():%Y-%m-%d %H:%M:%S} UTC", lasted(service.vitals.uptime),
        queue(service.runner, service.settings.service_workers, len(desk.ledger.decisions.unfinished_ids()),
              len(desk.ledger.ideas.waiting())),
        "" if halt is None else redact(str(halt)),
        desk.memory.status if isinstance(desk.memory, Recall) else "memory is switched off",
    )  # fmt: skip


def queue(runner: Runner, workers: int, unfinished: int, ideas: int) -> Queue:
    running, waiting = runner.load
    return Queue(running, waiting, runner.room, workers, unfinished, ideas)


def told(service: Service) -> System | None:
    """What was looked at last; None while the first look is under way. Raises LedgerError where the ledger does not
    answer."""
    look, desk = service.vitals.look(), service.desk
    return None if look is None else shown(look, desk.settings, is_on_server=desk.ledger.is_on_server)


def shown(look: Look, settings: Settings, *, is_on_server: bool) -> System:
    return System(
        at=f"{look.at:%H:%M:%S} UTC", servers=tuple(server(each) for each in look.servers),
        failures=tuple((one.decision_id, one.model, one.role, redact(one.failure)) for one in look.failures),
        breakers=tuple((one.decision_id, one.role, redact(one.reason)) for one in look.openings),
        source=redact(settings.source),
        feeds=tuple(feed(each, look.at, settings.min_quality) for each in look.feeds), more_symbols=look.more_symbols,
        stands_still=not is_live(settings.source),
        disk=room(look.disk), disk_health=_room_health(look.disk),
        ledger=(("Kind", "PostgreSQL" if is_on_server else "SQLite"), ("Schema", f"migration {REVISION}")),
        versions=versions(),
    )  # fmt: skip


def server(each: Server) -> ServerRow:
    health: Health = ("not asked", "")
    if each.rests:
        health = (f"rests {each.rests:.0f} s", "warn")
    elif each.is_reachable is not None:
        health = ("reachable", "good") if each.is_reachable else ("not reachable", "bad")
    return ServerRow(each.model, ", ".join(map(say.spaced, each.roles)), each.address or "-", health, each.detail)


def feed(each: Feed, at: datetime, least: float) -> FeedRow:
    """With a quality below `least` nobody is asked for a decision."""
    if each.newest is None or each.quality is None:
        return FeedRow(each.symbol, each.timeframe, "-", ("no bars", "bad"), each.problem)
    score = each.quality.score
    tone = "good" if score >= 90.0 else "warn" if score >= least else "bad"
    age = f"{lasted((at - each.newest).total_seconds())} old"
    return FeedRow(
        each.symbol, each.timeframe, say.day(each.newest), (f"{say.number(score)} of 100", tone),
        "; ".join((age, *each.quality.reasons)),
    )  # fmt: skip


def room(disk: Disk) -> tuple[tuple[str, str], ...]:
    return (
        ("Home", str(disk.home)),
        ("Used by it", size(disk.used)),
        ("Free", f"{size(disk.free)} of {size(disk.total)}"),
    )


def _room_health(disk: Disk) -> Health:
    return ("nearly full", "bad") if disk.free < LEAST_FREE else ("enough room", "good")


def versions() -> tuple[tuple[str, str], ...]:
    """Of Python and of what the service is made of; what is not installed is left out."""
    found = [("Python", platform.python_version())]
    for name in _PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return tuple(found)


def size(count: int) -> str:
    """Bytes for people: `812 B`, `3.4 MB`."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000.0:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000.0
    return f"{value:.1f} TB"


def lasted(seconds: float) -> str:
    """The two largest units: `3 d 4 h`, `12 min 5 s`."""
    left = max(0, round(seconds))
    parts = []
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, left = divmod(left, length)
        parts.append((count, unit))
    first = next((at for at, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2])
