"""Commands from Telegram, against a Bot API on loopback that fails in every way the real one may."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Event, Lock, Thread
from typing import Any, NamedTuple

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from fks_agents.service.app import create_app
from fks_agents.service.chats import Chats
from fks_agents.service.posting import CallError
from fks_agents.service.state import Service
from fks_agents.service.telegram import OLDEST, Telegram
from fks_agents.service.telegram_api import TelegramApi
from fks_agents.settings import Settings, load
from tests.service.conftest import signed

SECRET = "AAHfakeFAKEfake_fakeFAKEfakeFAKEfakeF"
BOTS = count(123456789)
PEOPLE = ("telegram:1=ana/trader", "telegram:3=eve/viewer")


class Fault(NamedTuple):
    status: int
    body: bytes
    headers: dict[str, str] = {}  # noqa: RUF012  never changed


class BotApi:
    """Keeps updates until they are confirmed, as Telegram does; answers the next calls of a method with its faults."""

    def __init__(self) -> None:
        self.token = f"{next(BOTS)}:{SECRET}"
        self.updates: list[dict[str, Any]] = []
        self.calls: list[tuple[str, bytes]] = []
        self.faults: dict[str, list[Fault]] = {}
        self.hangs = Event()
        self.hangs.set()
        self._lock = Lock()
        outer = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.hangs.wait(20)
                fault = outer.answer(self.path, body)
                try:
                    self.send_response(fault.status)
                    for name, value in fault.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(fault.body)
                except OSError:  # who asked has gone
                    return

            def log_message(self, *said: object) -> None: ...

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.address = f"http://127.0.0.1:{self._http.server_address[1]}"
        Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def answer(self, path: str, body: bytes) -> Fault:
        _, bot, method = path.split("/")
        with self._lock:
            self.calls.append((method, body))
            if self.faults.get(method):
                return self.faults[method].pop(0)
            if bot != f"bot{self.token}":
                return Fault(401, b'{"ok": false, "error_code": 401, "description": "Unauthorized"}')
            if method != "getUpdates":
                return Fault(200, b'{"ok": true, "result": {}}')
            offset = json.loads(body)["offset"]
            self.updates = [each for each in self.updates if each["update_id"] >= offset]
            found = list(self.updates)
        time.sleep(0 if found else 0.02)
        return Fault(200, json.dumps({"ok": True, "result": found}).encode())

    def send(self, number: int, text: str, *, sender: int = 1, at: float | None = None, kind: str = "private") -> None:
        message = {
            "message_id": number, "date": int(time.time() if at is None else at), "text": text,
            "from": {"id": sender, "is_bot": False, "first_name": "A"}, "chat": {"id": 1000 + sender, "type": kind},
        }  # fmt: skip
        with self._lock:
            self.updates.append({"update_id": number, "message": message})

    @property
    def said(self) -> list[tuple[int, str]]:
        sent = [json.loads(body) for method, body in self.calls if method == "sendMessage"]
        return [(each["chat_id"], each["text"]) for each in sent]

    def close(self) -> None:
        self.hangs.set()
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def api(socket_enabled: None) -> Iterator[BotApi]:
    made = BotApi()
    yield made
    made.close()


@pytest.fixture
def known(settings: Settings, api: BotApi) -> Settings:
    return settings.having(service_telegram_url=api.address, service_chat_people=PEOPLE)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """For tests after which nothing is halted."""
    app = create_app(load(home=tmp_path_factory.mktemp("calm"), service_chat_people=PEOPLE), guard=signed)
    with TestClient(app):
        yield app.state.service


@pytest.fixture
def service(known: Settings, serve: Callable[[Settings], TestClient]) -> Service:
    found: Service = serve(known).app.state.service  # type: ignore[attr-defined]
    return found


def bot(service: Service, api: BotApi, token: str = "") -> Telegram:
    return Telegram(service, Chats(service), TelegramApi(api.address, SecretStr(token or api.token)), poll=0)


def test_a_command_is_answered_and_a_restart_answers_it_no_second_time(calm: Service, api: BotApi) -> None:
    api.send(501, "/status")
    assert bot(calm, api).step() == 0.0
    bot(calm, api).step()
    assert [(chat, text.splitlines()[0]) for chat, text in api.said] == [(1001, "Trading is not halted")]
    assert json.loads(api.calls[-1][1])["offset"] == 502


def test_who_halts_is_who_sent_it(service: Service, api: BotApi) -> None:
    api.send(1, "pause news")
    api.send(2, "pause", sender=3)
    bot(service, api).step()
    halt = service.desk.ledger.halts.current()
    assert halt is not None
    assert (halt.by, halt.reason) == ("ana", "news")
    assert api.said[1] == (1003, "pause needs the role trader, yours is viewer; nothing was done.")


def test_strangers_groups_bots_and_edits_learn_nothing(calm: Service, api: BotApi) -> None:
    api.send(1, "status", sender=2)
    api.send(2, "status", kind="group")
    api.updates.append({"update_id": 3, "edited_message": {"text": "pause"}})
    api.updates.append({"update_id": 4, "message": {"text": 7, "from": "x"}})
    api.send(5, "pause")
    api.updates[-1]["message"]["from"]["is_bot"] = True
    bot(calm, api).step()
    assert api.said == [
        (1002, "You are not known here. Whoever runs this service can add telegram:2 to service_chat_people.")
    ]
    assert calm.desk.ledger.halts.log() == ()
    bot(calm, api).step()
    assert json.loads(api.calls[-1][1])["offset"] == 6


def test_what_was_sent_long_ago_is_not_acted_on(calm: Service, api: BotApi) -> None:
    api.send(1, "pause", at=time.time() - OLDEST.total_seconds() - 5)
    api.send(2, "pause", at=time.time() - OLDEST.total_seconds() - 5, sender=2)
    bot(calm, api).step()
    [(chat, said)] = api.said
    assert chat == 1001
    assert "came too late; nothing was done" in said
    assert calm.desk.ledger.halts.log() == ()


def test_a_picture_follows_the_words(calm: Service, api: BotApi) -> None:
    TelegramApi(api.address, SecretStr(api.token)).show(7, b"\x89PNG\r\n--")
    [(method, body)] = api.calls
    assert method == "sendPhoto"
    assert b'name="chat_id"\r\n\r\n7\r\n' in body
    assert b"\x89PNG\r\n--\r\n--" in body


FAULTS = {
    "server error": (Fault(500, b"oops"), 1.0),
    "bad gateway": (Fault(502, b"<html>"), 1.0),
    "garbage": (Fault(200, b"\xff\xfe not json"), 1.0),
    "json that is no object": (Fault(200, b"[1, 2]"), 1.0),
    "deep json": (Fault(200, b"[" * 100_000), 1.0),
    "no list": (Fault(200, b'{"ok": true, "result": {"a": 1}}'), 1.0),
    "not ok": (Fault(200, b'{"ok": false, "description": "no"}'), 1.0),
    "empty": (Fault(200, b""), 1.0),
    "too many requests": (
        Fault(429, b'{"ok": false, "error_code": 429, "parameters": {"retry_after": 17}}'), 17.0,
    ),
    "a wait without end": (Fault(429, b'{"ok": false, "parameters": {"retry_after": 1e9}}'), 300.0),
    "a wait that is no number": (Fault(429, b'{"ok": false, "parameters": {"retry_after": "x"}}'), 1.0),
    "another process": (Fault(409, b'{"ok": false, "description": "Conflict: terminated by other getUpdates"}'), 1.0),
    "a redirect": (Fault(302, b"", {"Location": "http://127.0.0.1:9/elsewhere"}), 1.0),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_after_a_fault_it_rests_and_goes_on(
    name: str, calm: Service, api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fault, rest = FAULTS[name]
    api.faults["getUpdates"] = [fault]
    api.send(1, "status")
    asking = bot(calm, api)
    assert asking.step() == rest
    assert api.said == []
    assert asking.step() == 0.0
    assert len(api.said) == 1
    assert SECRET not in caplog.text


def test_pauses_grow_to_a_minute(calm: Service, api: BotApi) -> None:
    api.faults["getUpdates"] = [Fault(500, b"")] * 9
    asking = bot(calm, api)
    assert [asking.step() for _ in range(9)] == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]


def test_a_wrong_token_waits_for_somebody_and_is_not_shown(
    calm: Service, api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "987654321:BBwrongWRONGwrong_wrongWRONGwrongWRONG"
    assert bot(calm, api, wrong).step() == 300.0
    assert "HTTP 401 Unauthorized" in caplog.text
    assert wrong.partition(":")[2] not in caplog.text


def test_nobody_there_is_a_fault_like_any_other(calm: Service, api: BotApi, caplog: pytest.LogCaptureFixture) -> None:
    api.close()
    assert bot(calm, api).step() == 1.0
    assert "Connection refused" in caplog.text
    assert SECRET not in caplog.text


def test_an_error_carries_nothing_of_the_address(api: BotApi) -> None:
    api.faults["sendMessage"] = [Fault(400, json.dumps({"ok": False, "description": f"bad {api.token}"}).encode())]
    with pytest.raises(CallError) as caught:
        TelegramApi(api.address, SecretStr(api.token)).say(1, "x")
    assert str(caught.value) == "sendMessage: HTTP 400 bad [redacted]"
    assert caught.value.__cause__ is None
    assert SECRET not in repr(caught.value)


def test_an_answer_is_sent_again_after_the_wait_that_is_asked_for(service: Service, api: BotApi) -> None:
    api.faults["sendMessage"] = [Fault(429, b'{"ok": false, "parameters": {"retry_after": 0.05}}')]
    api.send(1, "pause news")
    bot(service, api).step()
    assert [text.partition(":")[0] for _, text in api.said] == ["Done", "Done"]  # the same answer, sent twice
    assert len(service.desk.ledger.halts.log()) == 1


def test_it_runs_beside_the_service_and_stops_at_once_though_telegram_hangs(known: Settings, api: BotApi) -> None:
    app = create_app(known.having(service_telegram_token=SecretStr(api.token)), guard=signed)
    with TestClient(app, headers={"X-Person": "eve/viewer"}) as client:
        api.send(1, "pause news")
        ends = time.monotonic() + 15
        while not api.said:
            assert time.monotonic() < ends
            time.sleep(0.02)
        assert client.get("/v1/halt").json()["halt"]["by"] == "ana"
        api.hangs.clear()
        time.sleep(0.1)
        began = time.monotonic()
    assert time.monotonic() - began < 8.0
