from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from fastapi import Request
from fastapi.testclient import TestClient

from fks_agents.errors import ConfigError
from fks_agents.service.app import create_app
from fks_agents.service.people import Person
from fks_agents.settings import load
from tests.service.conftest import signed


def test_without_the_dashboard_its_library_is_not_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nicegui", None)
    app = create_app(load(home=tmp_path), guard=signed)
    assert not [route for route in app.routes if getattr(route, "path", "") in ("/", "/desk")]


def test_a_missing_library_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("fks_agents.service.pages._")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "nicegui", None)
    with pytest.raises(ConfigError, match=r"nicegui: pip install 'fks-agents\[serve\]'"):
        create_app(load(home=tmp_path), guard=signed, dashboard=True)


def test_one_dashboard_runs_at_a_time_each_on_its_own_service(tmp_path: Path) -> None:
    first, second = (create_app(load(home=tmp_path / name), guard=signed, dashboard=True) for name in "ab")
    who = {"X-Person": "ana/trader"}
    with TestClient(first, headers=who) as client:
        with pytest.raises(ConfigError, match="runs in this process already"), TestClient(second):
            pass
        assert client.get("/desk/ideas").status_code == 200
    third = create_app(load(home=tmp_path / "b"), guard=signed, dashboard=True)
    with TestClient(third, headers=who) as client:
        assert client.get("/desk/ideas").status_code == 200


def test_nothing_of_a_stopped_dashboard_stays(tmp_path: Path) -> None:
    from nicegui import Client

    with TestClient(create_app(load(home=tmp_path), guard=signed, dashboard=True)) as client:
        client.get("/desk/ideas", headers={"X-Person": "ana/trader"})
        assert Client.instances
    assert not Client.instances


def test_who_opens_a_page_is_never_asked_for_where_it_would_hold_up_every_other_request(tmp_path: Path) -> None:
    """The ledger may take its time to answer."""
    asked: list[bool] = []

    def guard(request: Request) -> Person:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            asked.append(True)
        else:
            asked.append(False)
        return signed(request)

    with TestClient(create_app(load(home=tmp_path), guard=guard, dashboard=True)) as client:
        assert client.get("/desk/risk", headers={"X-Person": "ana/trader"}).status_code == 200
    assert asked
    assert all(asked)
