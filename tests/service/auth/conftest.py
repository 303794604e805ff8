from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from fks_agents.service.app import create_app
from fks_agents.service.auth import passwords
from fks_agents.settings import load
from memory.people import Account, Role

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service with its own door; eve may read, ana trades, root runs it."""
    home: Path = tmp_path_factory.mktemp("home")
    settings = load(home=home).having(service_rate="100000/minute", service_stranger_rate="100000/minute")
    with TestClient(create_app(settings), base_url="http://testserver", raise_server_exceptions=False) as opened:
        people = opened.app.state.service.desk.ledger.people  # type: ignore[attr-defined]
        kept = passwords.hashed(PASSWORD)
        roles: dict[str, Role] = {"eve": "viewer", "ana": "trader", "root": "admin", "mallory": "trader"}
        for name, role in roles.items():
            people.add(Account(name=name, role=role, password_hash=kept))
        yield opened


def bearer(client: TestClient, name: str) -> dict[str, str]:
    answer = client.post("/v1/auth/login", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    client.cookies.clear()
    return {"Authorization": f"Bearer {answer.json()['token']}"}
