from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from fks_agents.policy import Unattended, shipped
from fks_agents.service.app import create_app
from fks_agents.service.people import Person, Role
from fks_agents.service.problems import Problem
from fks_agents.settings import Settings, load

AS_OF = "2018-04-20T20:00:00Z"
"""The rules sell on this day."""


def signed(request: Request) -> Person:
    """A guard that believes what it is told: `X-Person: ana/trader`."""
    name, _, role = request.headers.get("X-Person", "").partition("/")
    if not name:
        raise Problem(401, "nobody signed in")
    return Person(name, cast(Role, role))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(home=tmp_path / "home")


@pytest.fixture
def asking(settings: Settings) -> Settings:
    """Every trade waits for a person."""
    return settings.having(policy=shipped().model_copy(update={"unattended": Unattended(below_risk=0.0)}))


@pytest.fixture
def serve() -> Iterator[Callable[[Settings], TestClient]]:
    """A running service, asked by the trader ana."""
    opened: list[TestClient] = []

    def start(settings: Settings) -> TestClient:
        app: FastAPI = create_app(settings, guard=signed)
        client = TestClient(app, headers={"X-Person": "ana/trader"}, raise_server_exceptions=False)
        client.__enter__()
        opened.append(client)
        return client

    yield start
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def client(settings: Settings, serve: Callable[[Settings], TestClient]) -> TestClient:
    return serve(settings)
