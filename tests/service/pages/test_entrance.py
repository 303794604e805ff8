from __future__ import annotations

from html import escape

import pytest
from fastapi.testclient import TestClient

from fks_agents import _discovery
from fks_agents.service import pages
from fks_agents.service.pages._visit import Page
from fks_agents.service.people import RANK
from tests.service.pages.conftest import sign_in

NAMES = _discovery.names(pages.__path__)


def test_the_root_leads_to_the_desk(client: TestClient) -> None:
    for path in ("/", "/desk"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (307, "/desk/")


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(client: TestClient) -> None:
    answer = client.get("/desk/ideas?state=waiting")
    assert (answer.status_code, answer.headers["location"]) == (303, "sign-in?to=ideas%3Fstate%3Dwaiting")


@pytest.mark.parametrize("query", ["to=//evil.example", "x=%22%3E%3Cscript%3E", "run=a b"])
def test_the_way_back_is_a_page_of_ours(client: TestClient, query: str) -> None:
    place = client.get(f"/desk/ideas?{query}").headers["location"]
    assert place.startswith("sign-in")
    assert "//" not in place
    assert "<" not in place


def test_a_stranger_gets_nothing_that_is_kept_in_memory(client: TestClient) -> None:
    from nicegui import Client

    before = len(Client.instances)
    assert client.get("/desk/sign-in").status_code == 200
    assert client.get("/desk/assets/sign_in.js").status_code == 200
    assert client.get("/desk/_nicegui/no/such/file").status_code == 401
    assert client.get("/desk/ideas").status_code == 303
    assert len(Client.instances) == before


def test_a_page_that_does_not_exist_is_refused_to_everyone(client: TestClient) -> None:
    assert client.get("/desk/nonsense").status_code == 404
    sign_in(client, "ana")
    assert client.get("/desk/nonsense").status_code == 404
    assert client.get("/desk/nonsense.php").json()["detail"] == "no such page"
    assert client.get("/desk/assets/..%2f_theme.py").status_code == 404
    assert client.get("/desk/assets/sign_in.html").status_code == 404


def test_who_is_signed_in_is_told_so_among_the_ways_to_the_pages_there_are(client: TestClient) -> None:
    sign_in(client, "ana")
    page = client.get("/desk/nonsense")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no page at this address." in page.text
    assert "Risk & halt" in page.text or escape("Risk & halt") in page.text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_pages_are_only_read_over_http(client: TestClient, method: str) -> None:
    sign_in(client, "ana")
    assert client.request(method, "/desk/ideas").status_code == 405
    assert client.request(method, "/desk/_nicegui_ws/socket.io/").status_code == 405


def test_the_polling_connection_is_not_there(client: TestClient) -> None:
    # A POST without a token is what another site could send in our person's name.
    sign_in(client, "ana")
    assert client.get("/desk/_nicegui_ws/socket.io/?EIO=4&transport=polling").status_code == 404


def test_an_ended_session_opens_no_page(client: TestClient) -> None:
    csrf = sign_in(client, "ana")
    assert client.get("/desk/ideas").status_code == 200
    kept = dict(client.cookies)
    assert client.post("/v1/auth/logout", headers={"X-CSRF-Token": csrf}).status_code == 204
    client.cookies.update(kept)
    assert client.get("/desk/ideas").status_code == 303


def test_signing_in_too_often_is_answered_as_everywhere(client: TestClient) -> None:
    # The page posts to the same route as everybody: its limits hold, and its answer says what is wrong.
    assert b'fetch("../v1/auth/login"' in client.get("/desk/assets/sign_in.js").content


@pytest.mark.parametrize(("person", "rank"), [("eve", 0), ("ana", 1), ("root", 2)])
def test_every_page_opens_for_whom_it_is_meant(client: TestClient, person: str, rank: int) -> None:
    sign_in(client, person)
    for name in NAMES:
        page: Page = _discovery.part(pages.__name__, pages.__path__, "page", name, "PAGE")
        answer = client.get(f"/desk/{page.path}")
        assert answer.status_code == 200, name
        assert ("cannot be shown" in answer.text) == (rank < RANK[page.role]), name
        assert f"<title>{escape(page.title)} · fks-agents</title>" in answer.text
