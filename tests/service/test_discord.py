"""Commands from Discord: only what its key has signed a moment ago is read, and each command is done once."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi.testclient import TestClient
from hypothesis import given, settings as how, strategies as st

from fks_agents.errors import ConfigError
from fks_agents.service.app import create_app
from fks_agents.service.discord import Command, Option, text_of
from fks_agents.service.posting import form
from fks_agents.settings import Settings, load
from memory.ledger import Ledger
from tests.service.conftest import AS_OF, signed

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
PATH = "/v1/webhook/discord"
SOLD = datetime.fromisoformat(AS_OF)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    people = ("discord:1=ana/trader", "discord:3=eve/viewer")
    made = load(home=tmp_path_factory.mktemp("discord"), service_discord_key=PUBLIC, service_chat_people=people)
    with TestClient(create_app(made, guard=signed), raise_server_exceptions=False) as opened:
        yield opened


def ledger(client: TestClient) -> Ledger:
    found: Ledger = client.app.state.service.desk.ledger  # type: ignore[attr-defined]
    return found


def send(
    client: TestClient, body: bytes | dict[str, Any], *, key: Ed25519PrivateKey = KEY, age: float = 0.0,
    tampered: bytes = b"",
) -> Any:  # fmt: skip
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int(time.time() - age))
    headers = {
        "X-Signature-Ed25519": key.sign(stamp.encode() + raw).hex(), "X-Signature-Timestamp": stamp,
        "Content-Type": "application/json",
    }  # fmt: skip
    return client.post(PATH, content=raw + tampered, headers=headers)


def asked(number: int, text: str, *, user: str = "1", name: str = "fks") -> dict[str, Any]:
    options = [{"name": "command", "type": 3, "value": text}] if text else []
    return {
        "id": str(number), "type": 2, "token": "secret-of-discord", "member": {"user": {"id": user, "username": "x"}},
        "data": {"id": "9", "name": name, "options": options},
    }  # fmt: skip


def said(answer: Any) -> str:
    assert answer.status_code == 200
    told = answer.json()
    assert told["type"] == 4
    assert told["data"]["allowed_mentions"] == {"parse": []}
    assert told["data"]["flags"] == 64
    return str(told["data"]["content"])


def test_a_ping_is_answered(client: TestClient) -> None:
    assert send(client, {"id": "1", "type": 1}).json() == {"type": 1}


def test_a_command_is_done_in_the_person_s_name(client: TestClient) -> None:
    assert said(send(client, asked(100, "pause news"))).startswith("Done: trading is halted")
    assert said(send(client, asked(101, "status", user="3"))).startswith("Trading is halted")
    assert said(send(client, asked(102, "over", name="resume"))).startswith("Done: trading goes on")
    assert [(each.by, each.reason) for each in ledger(client).halts.log()[-2:]] == [("ana", "news"), ("ana", "over")]


def test_the_same_command_again_is_not_done_again(client: TestClient) -> None:
    send(client, asked(200, "pause once"))
    send(client, asked(201, "resume"))
    assert said(send(client, asked(200, "pause once"))) == "This was answered already."
    assert ledger(client).halts.current() is None


def test_a_stranger_and_a_small_role_do_nothing(client: TestClient) -> None:
    assert said(send(client, asked(300, "status", user="2"))).startswith("You are not known here.")
    assert said(send(client, asked(301, "pause", user="3"))).startswith("pause needs the role trader")
    assert ledger(client).halts.current() is None


def test_other_kinds_of_interaction_are_told_so(client: TestClient) -> None:
    assert said(send(client, {"id": "400", "type": 3})) == "Only commands are taken here."
    assert said(send(client, {"id": "401", "type": 2, "data": {"name": "fks"}})) == "Only commands are taken here."


@pytest.mark.parametrize("age", [299.0 - 5, -290.0])
def test_what_was_signed_a_moment_ago_is_taken(age: float, client: TestClient) -> None:
    assert send(client, {"id": "1", "type": 1}, age=age).status_code == 200


@pytest.mark.parametrize("age", [302.0, -310.0, 10.0**9])
def test_what_was_signed_long_ago_is_not(age: float, client: TestClient) -> None:
    assert send(client, {"id": "1", "type": 1}, age=age).status_code == 401


def test_another_key_and_a_changed_body_are_refused(client: TestClient) -> None:
    for answer in (
        send(client, {"id": "1", "type": 1}, key=OTHER), send(client, {"id": "1", "type": 1}, tampered=b" "),
    ):  # fmt: skip
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


@pytest.mark.parametrize(
    ("signature", "stamp"),
    [("", ""), ("zz", "1"), ("00" * 64, "now"), ("00" * 63, "1"), ("é", "²"), ("00" * 64, "9" * 400)],
)
def test_what_is_no_signature_is_refused(signature: str, stamp: str, client: TestClient) -> None:
    headers = {"X-Signature-Ed25519": signature.encode(), "X-Signature-Timestamp": stamp.encode()}
    assert client.post(PATH, content=b"{}", headers=headers).status_code == 401  # type: ignore[arg-type]


def test_without_headers_it_is_refused(client: TestClient) -> None:
    assert client.post(PATH, json={"id": "1", "type": 1}).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"not json", 400), (b"\xff", 400), (b"[]", 422), (b"{}", 422), (b'{"id": "x", "type": 1}', 422),
        (b'{"id": "1", "type": 2, "data": {"name": 7}}', 422), (b"[" * 70, 400), (b"1" * 2_000_000, 413),
    ],
)  # fmt: skip
def test_garbage_that_is_signed_is_refused_with_its_code(body: bytes, status: int, client: TestClient) -> None:
    answer = send(client, body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


@how(max_examples=40, deadline=None)
@given(body=st.binary(max_size=300), signature=st.text(max_size=130), stamp=st.text(max_size=20))
def test_nothing_that_is_not_signed_comes_in(body: bytes, signature: str, stamp: str, client: TestClient) -> None:
    headers = {
        "X-Signature-Ed25519": signature.encode("utf-8", "replace").replace(b"\n", b" ").replace(b"\r", b" "),
        "X-Signature-Timestamp": stamp.encode("utf-8", "replace").replace(b"\n", b" ").replace(b"\r", b" "),
    }
    assert client.post(PATH, content=body, headers=headers).status_code == 401  # type: ignore[arg-type]


def test_where_no_application_is_set_up_there_is_nothing(settings: Settings) -> None:
    with TestClient(create_app(settings, guard=signed)) as plain:
        assert send(plain, {"id": "1", "type": 1}).status_code == 404


def test_its_codes_are_documented(client: TestClient) -> None:
    operation = client.get("/openapi.json").json()["paths"][PATH]["post"]
    assert set(operation["responses"]) >= {"200", "400", "401", "404", "413", "422", "503"}
    assert "Interaction" in json.dumps(operation["requestBody"])
    assert "security" not in operation  # the signature is the way in


def test_without_cryptography_the_extra_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(ConfigError, match=r"needs cryptography: pip install 'fks-agents\[alerts\]'"):
        create_app(settings.having(service_discord_key=PUBLIC))


@pytest.mark.parametrize(
    ("name", "values", "text"),
    [
        ("fks", ["pause news"], "pause news"), ("fks", [], "help"), ("pause", [], "pause"),
        ("pause", ["news"], "pause news"), ("emergency_stop", ["confirm", "war"], "emergency_stop confirm war"),
    ],
)  # fmt: skip
def test_a_command_and_its_options_are_one_line(name: str, values: list[str], text: str) -> None:
    assert text_of(Command(name=name, options=[Option(name="x", value=value) for value in values])) == text


def test_nothing_is_kept_of_discord_s_token(client: TestClient) -> None:
    send(client, asked(900, "status"))
    home = client.app.state.service.settings.home  # type: ignore[attr-defined]
    kept = b"".join(path.read_bytes() for path in Path(home).rglob("ledger.sqlite*"))
    assert b"secret-of-discord" not in kept


# --- answers that take long


class Webhook:
    """What Discord's API takes."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[str, str, bytes]] = []
        outer = self

        class Answer(BaseHTTPRequestHandler):
            def do_PATCH(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((self.path, self.headers["Content-Type"], body))
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *said: object) -> None: ...

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.address = f"http://127.0.0.1:{self._http.server_address[1]}/api"
        Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def webhook(socket_enabled: None) -> Iterator[Webhook]:
    made = Webhook()
    yield made
    made.close()


def daily(settings: Settings, webhook: Webhook, token: str = "secret-of-discord") -> Any:
    """What is answered at once; what follows has come when this returns."""
    people = ("discord:1=ana/trader",)
    chosen = settings.having(
        service_discord_key=PUBLIC, service_chat_people=people, service_discord_url=webhook.address, account="main"
    )
    with TestClient(create_app(chosen, guard=signed)) as opened:
        opened.app.state.service.desk.analyze("SPX", as_of=SOLD)  # type: ignore[attr-defined]
        return send(opened, asked(1, "daily") | {"application_id": "42", "token": token}).json()


def test_an_answer_that_takes_long_follows(settings: Settings, webhook: Webhook) -> None:
    assert daily(settings, webhook) == {"type": 5, "data": {"flags": 64}}
    [(path, kind, body)] = webhook.got
    assert path == "/api/webhooks/42/secret-of-discord/messages/@original"
    assert kind.startswith("multipart/form-data")
    assert b'"allowed_mentions": {"parse": []}' in body
    assert b"No decision is about this time" in body


def test_a_token_leads_to_no_other_path(settings: Settings, webhook: Webhook) -> None:
    daily(settings, webhook, "../../../users/@me?x=")
    assert webhook.got[0][0] == "/api/webhooks/42/..%2F..%2F..%2Fusers%2F%40me%3Fx%3D/messages/@original"


@pytest.mark.parametrize("status", [404, 500])
def test_an_answer_that_discord_does_not_take_is_a_line_in_the_log(
    status: int, settings: Settings, webhook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    webhook.status = status
    daily(settings, webhook)
    assert f"an answer was not taken by Discord: HTTP {status}" in caplog.text
    assert "secret-of-discord" not in caplog.text


def test_discord_s_api_out_of_reach_is_a_line_in_the_log_too(
    settings: Settings, webhook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    webhook.close()
    daily(settings, webhook)
    assert "an answer was not sent to Discord" in caplog.text
    assert "secret-of-discord" not in caplog.text


def test_a_chart_goes_with_the_words() -> None:
    body, kind = form({"payload_json": "{}"}, {"files[0]": b"\x89PNG\r\n"})
    boundary = kind.partition("boundary=")[2].encode()
    assert body.count(b"--" + boundary) == 3
    assert b'name="files[0]"; filename="chart.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\r\n--' in body
