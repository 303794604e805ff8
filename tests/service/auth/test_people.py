"""People over HTTP: what an admin's change ends, and what is refused."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.service.auth.conftest import PASSWORD, bearer


def test_the_keys_that_a_disabled_person_made_end_with_them(client: TestClient) -> None:
    root = bearer(client, "root")
    new = {"name": "zoe", "role": "admin", "password": PASSWORD}
    assert client.post("/v1/auth/people", json=new, headers=root).status_code == 201
    key = client.post("/v1/auth/keys", json={"name": "bot"}, headers=bearer(client, "zoe")).json()["key"]
    program = {"Authorization": f"Bearer {key}"}
    assert client.get("/v1/auth/me", headers=program).status_code == 200
    assert client.patch("/v1/auth/people/zoe", json={"is_disabled": True}, headers=root).status_code == 200
    assert client.get("/v1/auth/me", headers=program).status_code == 401


def test_who_may_do_less_keeps_no_key_that_may_do_more(client: TestClient) -> None:
    root = bearer(client, "root")
    new = {"name": "yann", "role": "admin", "password": PASSWORD}
    assert client.post("/v1/auth/people", json=new, headers=root).status_code == 201
    signed, programs = bearer(client, "yann"), {}
    for role in ("admin", "trader"):
        made = client.post("/v1/auth/keys", json={"name": f"bot-{role}", "role": role}, headers=signed).json()
        programs[role] = {"Authorization": f"Bearer {made['key']}"}
    assert client.patch("/v1/auth/people/yann", json={"role": "trader"}, headers=root).status_code == 200
    assert client.get("/v1/auth/me", headers=programs["admin"]).status_code == 401
    assert client.get("/v1/auth/me", headers=programs["trader"]).status_code == 200


@pytest.mark.parametrize("name", ["policy", "scanner", "time"])
def test_nobody_has_a_name_that_stands_for_nobody(name: str, client: TestClient) -> None:
    """An approval of theirs would read like one that nobody gave."""
    root = bearer(client, "root")
    person = {"name": name, "role": "trader", "password": PASSWORD}
    for path, wanted in (("people", person), ("keys", {"name": name})):
        answer = client.post(f"/v1/auth/{path}", json=wanted, headers=root)
        assert (answer.status_code, "nobody asked for" in answer.json()["detail"]) == (422, True)


def test_the_last_admin_cannot_be_taken_away(client: TestClient) -> None:
    root = bearer(client, "root")
    for change in ({"role": "viewer"}, {"is_disabled": True}):
        answer = client.patch("/v1/auth/people/root", json=change, headers=root)
        assert (answer.status_code, "an admin to be left" in answer.json()["detail"]) == (422, True)
    assert client.get("/v1/auth/people", headers=root).status_code == 200
