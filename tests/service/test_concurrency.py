"""A model server is never given more calls at once than it may be, whoever's decisions they are of."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from fastapi.testclient import TestClient

from fks_agents.llm.endpoints import Endpoints, Servers
from fks_agents.settings import Settings, load
from tests.llm.conftest import Sent, listening, streamed

pytestmark = [pytest.mark.real, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

DAYS = ("2018-04-20", "2018-05-18", "2018-06-15", "2018-07-20")


@dataclass
class Counting:
    """How many answers are being thought about, and the most there were."""

    now: int = 0
    most: int = 0
    models: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, asked: dict[str, Any]) -> Sent:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.models.add(asked["model"])
        threading.Event().wait(0.03)
        with self._lock:
            self.now -= 1
        return streamed('{"view": "none that fits"}')


def most_at_once(serve: Callable[[Settings], TestClient], home: Path, limit: int) -> int:
    """Four decisions side by side, of two models on one server; a limit that is set meanwhile gives the later ones
    other settings."""
    counting = Counting()
    with listening() as (fake, address):
        fake.pulled, fake.answer = ("quick", "deep"), counting
        settings = load(
            home=home, model_quick="ollama:quick", model_deep="ollama:deep", model_judge="rules", model_attempts=1,
            model_endpoints=(address,), model_concurrency=limit, call_cache=False, service_workers=4,
            on_model_failure="rules",
        )  # fmt: skip
        client = serve(settings)
        for n, day in enumerate(DAYS):
            if n == 2:
                change = {"max_position": 0.2, "reason": "a quiet week"}
                assert client.put("/v1/risk", json=change).status_code == 200
            asked = client.post("/v1/ai/analyze", json={"symbol": "SPX", "as_of": f"{day}T20:00:00Z"})
            assert asked.status_code == 202, asked.text
        ends = monotonic() + 60
        while client.get("/v1/runs").json()["unfinished"] and monotonic() < ends:
            threading.Event().wait(0.05)
        assert len(client.get("/v1/ai/history").json()["decisions"]) == len(DAYS)
    assert counting.models == {"quick", "deep"}
    return counting.most


def test_no_server_is_given_more_calls_than_it_may_have(
    serve: Callable[[Settings], TestClient], tmp_path: Path
) -> None:
    assert most_at_once(serve, tmp_path / "home", 2) == 2


def test_a_higher_limit_is_used(serve: Callable[[Settings], TestClient], tmp_path: Path) -> None:
    assert 4 < most_at_once(serve, tmp_path / "home", 16) <= 16


def test_where_each_model_and_each_setting_counted_for_itself_there_would_be_more(
    serve: Callable[[Settings], TestClient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def alone(self: Servers, name: str, settings: Settings) -> Endpoints:
        return Endpoints(settings.endpoints("ollama"), settings.model_concurrency)

    monkeypatch.setattr(Servers, "of", alone)
    assert most_at_once(serve, tmp_path / "home", 2) > 2
