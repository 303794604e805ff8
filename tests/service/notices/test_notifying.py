"""The whole way in a service: what is wanted is sent, nothing is held up, no secret goes out."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Event

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from fks_agents.contracts import Bite, Cycle, Usage
from fks_agents.errors import ConfigError
from fks_agents.service.app import create_app
from fks_agents.service.notices import wording
from fks_agents.service.notices.notifying import Notifier, open_channels
from fks_agents.service.notices.sending import Tallies
from fks_agents.settings import Settings
from graphs.desk import Desk
from memory.ledger import Ledger
from tests.service.conftest import AS_OF
from tests.service.notices.conftest import NOON, SOLD, Hands, Post, halt, notice, sender
from tools.alerts import Message, NotSentError


def wait_for(there: Callable[[], bool], seconds: float = 15.0) -> None:
    ends = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.02)


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def test_the_service_tells_of_a_halt(
    settings: Settings, serve: Callable[[Settings], TestClient], tmp_path: Path
) -> None:
    file = tmp_path / "told.jsonl"
    client = serve(settings.having(service_alerts=(SecretStr(f"file://{file}"),)))
    client.post("/v1/halt", json={"reason": "news"})
    wait_for(lambda: len(lines(file)) == 1)
    assert lines(file)[0]["title"] == "Trading is halted: ana"
    assert 'fks_notices_sent_total{channel="1-file"} 1.0' in client.get("/metrics").text


def test_only_the_kinds_that_are_wanted_are_sent(
    settings: Settings, serve: Callable[[Settings], TestClient], tmp_path: Path
) -> None:
    file = tmp_path / "told.jsonl"
    client = serve(settings.having(service_alerts=(SecretStr(f"file://{file}"),), service_alerts_for=("halt",)))
    assert client.post("/v1/ai/analyze", json={"symbol": "SPX", "as_of": AS_OF, "wait": True}).status_code == 200
    client.post("/v1/halt", json={"reason": "news"})
    wait_for(lambda: len(lines(file)) == 1)
    assert [(line["kind"], line["title"]) for line in lines(file)] == [("halt", "Trading is halted: ana")]
    assert datetime.fromisoformat(lines(file)[0]["at"]).tzinfo is not None


def test_an_address_that_hangs_holds_up_no_decision(desk: Desk, settings: Settings) -> None:
    hangs = Event()

    class Hanging:
        def send(self, message: Message) -> None:
            hangs.wait(30)

    notifier = Notifier(desk, settings, {"1-hangs": Hanging()}, Tallies(CollectorRegistry()))
    notifier.start()
    desk.ledger.notices.add(notice(1))
    wait_for(lambda: ("1-hangs", "sending") in desk.ledger.notices.states())
    assert desk.analyze("SPX", as_of=SOLD).status == "working"
    hangs.set()
    notifier.stop()


def test_an_address_that_cannot_be_one_keeps_the_service_from_starting(settings: Settings) -> None:
    with pytest.raises(ConfigError, match=r"discord://\.\.\.: expected an address") as caught:
        create_app(settings.having(service_alerts=(SecretStr("discord://hunter2"),)))
    assert "hunter2" not in str(caught.value)


SECRETS = ("sk-live0123456789abcdef", "hunter2hunter2", "123456789:AAFakeTokenOfABotWithEnoughLetters00")
PLANTED = f"key {SECRETS[0]} postgresql://me:{SECRETS[1]}@db/x https://api.telegram.org/bot{SECRETS[2]}/getMe"


def test_no_secret_reaches_a_row_a_line_or_an_address(
    sold: Cycle, ledger: Ledger, clock: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    spilled = sold.model_copy(update={"reason": PLANTED, "symbol": PLANTED})
    failed = spilled.model_copy(update={"choice": None, "status": "no_decision", "action": "no_decision"})
    bite = Bite(phase="breaker", role="bull", effect="rules", reason=PLANTED)
    broken = spilled.model_copy(update={"usage": Usage(bites=(bite,))})
    told = [
        *wording.decided(spilled, NOON), *wording.decided(failed, NOON), *wording.opened(broken, None, NOON),
        wording.turned(halt(reason=PLANTED), NOON), wording.undelivered("1-post", PLANTED, 1, PLANTED, 12, NOON),
    ]  # fmt: skip
    post = Post([NotSentError(PLANTED, is_unclear=True)])
    sending = sender(ledger, clock, post)
    ledger.notices.add(*told)
    for _ in range(3):
        sending.step()
        clock.move(minutes=1)
    assert len(post.got) == len(told) == 5
    with ledger._database.read() as connection:
        rows = str(connection.exec_driver_sql("SELECT * FROM notices").all())
        rows += str(connection.exec_driver_sql("SELECT * FROM deliveries").all())
    for secret in SECRETS:
        assert secret not in str(post.got)
        assert secret not in rows
        assert secret not in caplog.text


def test_addresses_are_named_without_their_secrets(settings: Settings) -> None:
    urls = (SecretStr("log://"), SecretStr("json://me:hunter2@127.0.0.1/hunter2"))
    assert list(open_channels(settings.having(service_alerts=urls))) == ["1-log", "2-json"]
