"""A memory index whose server is away: decisions are the same, and whoever asks is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from fks_agents.settings import load
from memory.ledger import Ledger
from tests.memory.conftest import lessons
from tests.service.conftest import AS_OF

AWAY = "http://127.0.0.1:9"
"""The port discard, where nobody listens."""


def decided(client: TestClient) -> dict[str, Any]:
    answer = client.post("/v1/ai/analyze", json={"symbol": "SPX", "as_of": AS_OF, "wait": True})
    assert answer.status_code == 200, answer.text
    cycle: dict[str, Any] = answer.json()
    return {name: value for name, value in cycle.items() if name not in ("id", "seconds", "usage", "orders")}


def told(client: TestClient) -> str:
    parts = client.get("/v1/ready").json()["parts"]
    [reason] = [part["reason"] for part in parts if part["name"] == "memory"]
    return str(reason)


@pytest.mark.real
@pytest.mark.enable_socket
def test_without_its_index_a_desk_decides_the_same_and_says_what_it_lacks(
    tmp_path: Path, serve: Callable[..., TestClient]
) -> None:
    homes = tmp_path / "here", tmp_path / "away"
    for home in homes:
        with Ledger.open(home / "ledger.sqlite") as ledger:
            ledger.lessons.learn(lessons(0, 250, "technical"))
    here, away = serve(load(home=homes[0])), serve(load(home=homes[1], memory_server=AWAY))
    assert decided(away) == decided(here)
    for _ in range(100):
        if "not available" in told(away):
            break
        threading.Event().wait(0.05)
    assert told(away).startswith(f"250 lessons; index: not available: no Chroma server answers at {AWAY}: ")
    assert away.get("/v1/ready").status_code == 200
