"""People: signed in by password, held to their role, out for good when they sign out or are changed."""

from __future__ import annotations

from fastapi.testclient import TestClient

from tests.service.auth.conftest import PASSWORD, bearer


def test_a_token_opens_what_its_role_allows(client: TestClient) -> None:
    for name, code in (("eve", 403), ("ana", 200), ("root", 200)):
        answer = client.post("/v1/halt", json={"reason": "test"}, headers=bearer(client, name))
        assert answer.status_code == code, name
    assert client.post("/v1/resume", json={"reason": "test"}, headers=bearer(client, "ana")).status_code == 200
    assert client.get("/v1/auth/people", headers=bearer(client, "ana")).status_code == 403


def test_nobody_is_told_whether_the_name_or_the_password_was_wrong(client: TestClient) -> None:
    wrong = client.post("/v1/auth/login", json={"name": "ana", "password": "wrong"})
    nobody = client.post("/v1/auth/login", json={"name": "nobody", "password": PASSWORD})
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.json()["detail"] == nobody.json()["detail"]


def test_a_session_that_was_ended_stays_ended(client: TestClient) -> None:
    signed = bearer(client, "ana")
    assert client.get("/v1/auth/me", headers=signed).json()["name"] == "ana"
    assert client.post("/v1/auth/logout", headers=signed).status_code == 204
    assert client.get("/v1/auth/me", headers=signed).status_code == 401
    assert client.get("/v1/auth/me", headers=bearer(client, "ana")).status_code == 200


def test_a_change_ends_every_session_of_that_person(client: TestClient) -> None:
    root, mallory = bearer(client, "root"), bearer(client, "mallory")
    changed = client.patch("/v1/auth/people/mallory", json={"is_disabled": True}, headers=root)
    assert changed.json() == {"name": "mallory", "role": "trader", "is_disabled": True}
    assert client.get("/v1/runs", headers=mallory).status_code == 401
    assert client.post("/v1/auth/login", json={"name": "mallory", "password": PASSWORD}).status_code == 401


def test_a_browser_must_prove_that_our_page_sent_a_change(client: TestClient) -> None:
    signed = client.post("/v1/auth/login", json={"name": "ana", "password": PASSWORD}).json()
    csrf = {"X-CSRF-Token": signed["csrf"]}
    why = {"reason": "test"}
    try:
        assert client.get("/v1/halt").status_code == 200
        assert client.post("/v1/resume", json=why).status_code == 403
        assert client.post("/v1/resume", json=why, headers={"X-CSRF-Token": "guess"}).status_code == 403
        other = csrf | {"Origin": "https://evil.example"}
        assert client.post("/v1/resume", json=why, headers=other).status_code == 403
        assert client.post("/v1/resume", json=why, headers=csrf).status_code == 200
        assert client.post("/v1/resume", json=why, headers=csrf | {"Origin": "http://testserver"}).status_code == 200
    finally:
        client.cookies.clear()


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: TestClient) -> None:
    answer = client.post("/v1/auth/login", json={"name": "ana", "password": PASSWORD})
    client.cookies.clear()
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}
    assert answer.headers["cache-control"] == "no-store"


def test_people_are_added_with_a_password_worth_the_name(client: TestClient) -> None:
    root = bearer(client, "root")
    weak = client.post("/v1/auth/people", json={"name": "bob", "role": "viewer", "password": "short"}, headers=root)
    assert (weak.status_code, weak.json()["detail"]) == (422, "password: expected 12 to 256 characters, was 5")
    new = {"name": "bob", "role": "viewer", "password": "another long one"}
    assert client.post("/v1/auth/people", json=new, headers=root).status_code == 201
    assert client.post("/v1/auth/people", json=new, headers=root).status_code == 422
    assert client.post("/v1/auth/people", json=new | {"name": "Bad Name"}, headers=root).status_code == 422


def test_a_key_is_shown_once_and_opens_until_it_is_revoked(client: TestClient) -> None:
    root = bearer(client, "root")
    made = client.post("/v1/auth/keys", json={"name": "bot", "role": "trader"}, headers=root).json()
    opened = {"Authorization": f"Bearer {made['key']}"}
    assert client.get("/v1/auth/me", headers=opened).json()["name"] == "bot"
    listed = client.get("/v1/auth/keys", headers=root).json()
    assert [key["key"] for key in listed if key["id"] == made["id"]] == [None]
    assert made["key"] not in str(listed)
    tampered = {"Authorization": f"Bearer {made['key'][:-1]}x"}
    assert client.get("/v1/auth/me", headers=tampered).status_code == 401
    assert client.delete(f"/v1/auth/keys/{made['id']}", headers=root).status_code == 204
    assert client.get("/v1/auth/me", headers=opened).status_code == 401


def test_a_key_ends_with_its_time(client: TestClient) -> None:
    old = {"name": "bot", "expires_at": "2020-01-01T00:00:00Z"}
    made = client.post("/v1/auth/keys", json=old, headers=bearer(client, "root")).json()
    assert client.get("/v1/auth/me", headers={"Authorization": f"Bearer {made['key']}"}).status_code == 401
