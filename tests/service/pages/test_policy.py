"""What a page may load: its policy, and every address it names."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import pytest
from fastapi.testclient import TestClient

from tests.service.pages.conftest import sign_in

ADDRESS = re.compile(r"""(?:src|href)="([^"]+)"|url\(["']?([^"')]+)["']?\)""")


def policy(client: TestClient, path: str) -> dict[str, set[str]]:
    parts = client.get(path).headers["content-security-policy"].split(";")
    return {words[0]: set(words[1:]) for words in (part.split() for part in parts)}


def test_a_page_runs_our_scripts_and_no_others(client: TestClient) -> None:
    sign_in(client, "ana")
    found = policy(client, "/desk/ideas")
    nonce = next(word for word in found["script-src"] if word.startswith("'nonce-"))
    assert found == {
        "default-src": {"'none'"}, "base-uri": {"'none'"}, "form-action": {"'none'"}, "frame-ancestors": {"'none'"},
        "connect-src": {"'self'"}, "script-src": {"'self'", nonce, "'unsafe-eval'"},
        "style-src": {"'self'", "'unsafe-inline'"}, "img-src": {"'self'", "data:", "blob:"}, "font-src": {"'self'"},
    }  # fmt: skip


def test_the_page_to_sign_in_needs_no_exception(client: TestClient) -> None:
    found = policy(client, "/desk/sign-in")
    assert found["default-src"] == {"'none'"}
    assert found["script-src"] == found["style-src"] == found["connect-src"] == {"'self'"}
    assert not re.search(r"<script(?! src=)|<style|\son\w+=|style=", client.get("/desk/sign-in").text)


def test_every_answer_has_a_nonce_of_its_own_and_every_script_has_it(client: TestClient) -> None:
    sign_in(client, "ana")
    nonces = set()
    for _ in range(3):
        answer = client.get("/desk/ideas")
        found = re.search(r"'nonce-([\w-]{22})'", answer.headers["content-security-policy"])
        assert found is not None
        tags = re.findall(r"<script\b[^>]*>", answer.text)
        assert len(tags) >= 8
        assert all(f'nonce="{found[1]}"' in tag for tag in tags)
        assert not re.search(r"<[a-z][^>]*\son\w+\s*=", answer.text)  # handlers in attributes carry no nonce
        nonces.add(found[1])
    assert len(nonces) == 3


@pytest.mark.parametrize("page", ["/desk/ideas", "/desk/", "/desk/sign-in"])
def test_whatever_a_page_names_is_ours_and_is_there(client: TestClient, page: str) -> None:
    sign_in(client, "ana")
    todo, seen = [page], set[str]()
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code == 200, path
        kind = answer.headers["content-type"].partition(";")[0]
        if kind not in ("text/html", "text/css"):
            continue
        for groups in ADDRESS.findall(answer.text):
            named = next(filter(None, groups))
            if named.startswith(("data:", "#")):
                continue
            to = urlsplit(urljoin(f"http://testserver{path}", named))
            assert to.netloc == "testserver", named
            if not (kind == "text/html" and to.path.startswith("/desk/") and "." not in to.path):
                todo.append(f"{to.path}?{to.query}" if to.query else to.path)
    assert len(seen) > (3 if page == "/desk/sign-in" else 15)


def test_the_import_map_names_our_own_files(client: TestClient) -> None:
    import json

    sign_in(client, "ana")
    found = re.search(r'type="importmap">\s*(\{.*?\})\s*</script>', client.get("/desk/ideas").text, re.DOTALL)
    assert found is not None
    assert all(path.startswith("/desk/_nicegui/") for path in json.loads(found[1])["imports"].values())


def test_files_of_the_library_are_packed_and_pages_are_not(client: TestClient) -> None:
    # Packing an answer that holds a secret beside what others chose would tell its length.
    sign_in(client, "ana")
    page = client.get("/desk/ideas", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in page.headers
    script = next(iter(re.findall(r'src="([^"]+quasar[^"]+)"', page.text)))
    assert client.get(script, headers={"Accept-Encoding": "gzip"}).headers["content-encoding"] == "gzip"


def test_a_page_is_kept_by_nobody_and_its_files_for_long(client: TestClient) -> None:
    sign_in(client, "ana")
    page = client.get("/desk/ideas")
    assert page.headers["cache-control"] == "no-store"
    style = next(iter(re.findall(r'href="(assets/desk\.css[^"]+)"', page.text)))
    assert "immutable" in client.get(f"/desk/{style}").headers["cache-control"]
    assert client.get("/desk/assets/desk.css").headers["cache-control"] == "no-cache"
