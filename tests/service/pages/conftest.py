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
PEOPLE: dict[str, Role] = {"eve": "viewer", "ana": "trader", "root": "admin"}
ORIGIN = {"Origin": "http://testserver", "Connection": "upgrade", "Upgrade": "websocket"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A running dashboard with its own door; nobody is signed in."""
    home: Path = tmp_path_factory.mktemp("home")
    settings = load(home=home).having(service_rate="100000/minute", service_stranger_rate="100000/minute")
    app = create_app(settings, dashboard=True)
    with TestClient(app, base_url="http://testserver", follow_redirects=False) as opened:
        people = opened.app.state.service.desk.ledger.people  # type: ignore[attr-defined]
        kept = passwords.hashed(PASSWORD)
        for name, role in PEOPLE.items():
            people.add(Account(name=name, role=role, password_hash=kept))
        yield opened


@pytest.fixture(autouse=True)
def _signed_out(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "client" in request.fixturenames:
        request.getfixturevalue("client").cookies.clear()


def sign_in(client: TestClient, name: str) -> str:
    """From here on the client is theirs; gives what proves that a change comes from our page."""
    answer = client.post("/v1/auth/login", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["csrf"])
