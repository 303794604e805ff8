"""Indexes in each kind of place, and what to ask of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fks_agents.settings import Settings
from memory.index import Index
from memory.ledger import Ledger
from memory.places import Folder, Place, Server
from memory.recall import Recall
from tests.chroma import ChromaServer, served
from tests.memory.conftest import EMBEDDER, NOON


@pytest.fixture(scope="session")
def running() -> Iterator[ChromaServer]:
    with served() as server:
        yield server


@pytest.fixture
def chroma(socket_enabled: None, request: pytest.FixtureRequest) -> ChromaServer:
    server: ChromaServer = request.getfixturevalue("running")  # only now: it needs sockets
    return server


@pytest.fixture
def folder(path: Path) -> Path:
    return path.parent / "index"


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    chosen: str = getattr(request, "param", "folder")
    return chosen


@pytest.fixture
def place(kind: str, folder: Path, request: pytest.FixtureRequest) -> Callable[[Ledger], Place]:
    """The place of a ledger's lessons, as another process would come to it."""
    if kind == "folder":
        return lambda ledger: Folder(folder)
    server: ChromaServer = request.getfixturevalue("chroma")
    return lambda ledger: Server(server.url, f"fks-{ledger.identity}-lessons")


@pytest.fixture
def opened(ledger: Ledger, place: Callable[[Ledger], Place]) -> Iterator[Callable[..., Recall]]:
    recalls: list[Recall] = []

    def one(**options: float) -> Recall:
        index = Index(place(ledger), ledger.lessons, EMBEDDER, **options)
        recalls.append(Recall(ledger, index, EMBEDDER, Settings(), exact_up_to=0))
        return recalls[-1]

    yield one
    for recall in recalls:
        recall.close()


def index_of(recall: Recall) -> Index:
    assert recall._index is not None
    return recall._index


def ready(recall: Recall) -> Index:
    index = index_of(recall)
    assert index.wait(60), index.status
    return index


def pid_of(index: Index) -> int:
    assert index._process is not None
    return index._process.pid


def same_as_exact(recall: Recall, ledger: Ledger, question: str, minutes: int = 10**6) -> None:
    as_of = NOON + timedelta(minutes=minutes)
    exact = Recall(ledger, None, EMBEDDER, Settings())
    assert recall.query("technical", question, as_of, 5, "calm") == exact.query("technical", question, as_of, 5, "calm")
