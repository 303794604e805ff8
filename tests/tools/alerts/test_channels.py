"""Addresses: all of them keep their promises, and none shows a secret."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from pydantic import SecretStr

from fks_agents import _discovery
from fks_agents.errors import ConfigError
from tools import alerts
from tools.alerts import Message, NotSentError, open_channel

SECRET = "hunter2secret"


class Server:
    """An HTTP server on loopback that answers with the codes it is given, and keeps what it was sent."""

    def __init__(self) -> None:
        self.codes: list[int] = []
        self.bodies: list[bytes] = []
        self.hangs = False
        self._over = Event()
        outer = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                if outer.hangs:
                    outer._over.wait(10)
                    return
                self.send_response(outer.codes.pop(0) if outer.codes else 200)
                self.end_headers()

            def log_message(self, *said: object) -> None: ...

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.port = self._http.server_address[1]
        Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._over.set()
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server(socket_enabled: None) -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def url_of(kind: str, folder: Path, port: int) -> SecretStr:
    return SecretStr(
        {
            "apprise": f"json://me:{SECRET}@127.0.0.1:{port}/{SECRET}/", "log": "log://",
            "file": f"file://{folder}/notices.jsonl",
        }[kind]
    )  # fmt: skip


@pytest.mark.parametrize("kind", _discovery.names(alerts.__path__))
def test_every_kind_takes_a_message_with_a_picture(kind: str, tmp_path: Path, server: Server) -> None:
    open_channel(url_of(kind, tmp_path, server.port)).send(Message("title", "text", b"\x89PNG"))


@pytest.mark.parametrize("kind", _discovery.names(alerts.__path__))
def test_every_kind_takes_a_title_alone(kind: str, tmp_path: Path, server: Server) -> None:
    open_channel(url_of(kind, tmp_path, server.port)).send(Message("title", ""))


def test_a_file_has_a_line_for_each_message_and_the_picture_beside(tmp_path: Path) -> None:
    channel = open_channel(SecretStr(f"file://{tmp_path}/deep/n.jsonl"))
    channel.send(Message("one", "größer"))
    channel.send(Message("two", "", b"\x89PNG", "daily", datetime(2026, 3, 2, 22, tzinfo=UTC)))
    one, two = map(json.loads, (tmp_path / "deep" / "n.jsonl").read_text("utf-8").splitlines())
    assert one == {"at": None, "kind": None, "title": "one", "text": "größer"}
    assert (two["at"], two["kind"]) == ("2026-03-02T22:00:00+00:00", "daily")
    assert (tmp_path / "deep" / two["picture"]).read_bytes() == b"\x89PNG"


def test_a_file_that_cannot_be_written_is_a_message_not_sent(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(NotSentError, match="cannot be written") as caught:
        open_channel(SecretStr(f"file://{tmp_path}/taken/n.jsonl")).send(Message("one", ""))
    assert not caught.value.is_unclear


def test_the_log_has_the_message(caplog: pytest.LogCaptureFixture) -> None:
    open_channel(SecretStr("log://")).send(Message("title", "text", b"12345"))
    assert caplog.messages == ["title (a picture of 5 bytes)\ntext"]


def test_an_address_elsewhere_gets_title_text_and_picture(server: Server, tmp_path: Path) -> None:
    open_channel(url_of("apprise", tmp_path, server.port)).send(Message("title", "text", b"\x89PNG"))
    sent = json.loads(server.bodies[0])
    assert (sent["title"], sent["message"], sent["attachments"][0]["filename"]) == ("title", "text", "chart.png")


def test_nobody_is_called_together_by_words_from_outside(server: Server, tmp_path: Path) -> None:
    channel = open_channel(url_of("apprise", tmp_path, server.port))
    channel.send(Message("@everyone", "buy now @here <@123> and write to ana@example.org"))
    sent = json.loads(server.bodies[0])
    assert "@everyone" not in sent["title"]
    assert "@here" not in sent["message"]
    assert "<@" not in sent["message"]
    assert "ana@example.org" in sent["message"]


@pytest.mark.parametrize(("code", "is_unclear"), [(401, False), (404, False), (429, False), (500, True), (503, True)])
def test_a_refusal_is_told_from_an_unclear_end_and_shows_nothing_of_the_address(
    code: int, is_unclear: bool, server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.codes = [code]
    with pytest.raises(NotSentError, match=f"error={code}") as caught:
        open_channel(url_of("apprise", tmp_path, server.port)).send(Message("title", "text"))
    assert caught.value.is_unclear is is_unclear
    assert caught.value.__cause__ is None
    assert SECRET not in str(caught.value)
    assert SECRET not in caplog.text


def test_an_address_that_hangs_is_unclear_after_its_timeout(server: Server) -> None:
    server.hangs = True
    url = SecretStr(f"json://me:{SECRET}@127.0.0.1:{server.port}/?rto=0.2")
    with pytest.raises(NotSentError) as caught:
        open_channel(url).send(Message("title", "text"))
    assert caught.value.is_unclear
    assert SECRET not in str(caught.value)


def test_nobody_there_is_unclear(server: Server, tmp_path: Path) -> None:
    server.close()
    with pytest.raises(NotSentError) as caught:
        open_channel(url_of("apprise", tmp_path, server.port)).send(Message("title", "text"))
    assert caught.value.is_unclear


@pytest.mark.parametrize(
    "url",
    [
        f"nonsense://{SECRET}", f"discord://{SECRET}", SECRET, f"tgram://{SECRET}", "", f"file://{SECRET}",
        f"mailto://{SECRET}", "file:///", f"{SECRET}://x",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_showing_it(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ConfigError, match="expected an address") as caught:
        open_channel(SecretStr(url))
    told = str(caught.value).replace(f"{SECRET}://...", "")  # a scheme is no secret
    assert SECRET not in told + caplog.text


def test_without_apprise_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ConfigError, match=r"^discord://\.\.\. needs apprise: pip install 'fks-agents\[alerts\]'$"):
        open_channel(SecretStr(f"discord://1/{SECRET}"))


@pytest.mark.parametrize("make", [lambda: open_channel(SecretStr("log://"))])
def test_opening_asks_nobody(make: Callable[[], object]) -> None:
    assert make() is not None  # sockets are refused here
