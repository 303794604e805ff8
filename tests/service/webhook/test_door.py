"""Nobody raises an alert without the token or the key; neither is ever told to anybody; and not too often."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from fks_agents.errors import ConfigError
from fks_agents.service.app import create_app
from fks_agents.service.webhook.door import SIGNATURE, TIMESTAMP, signature
from fks_agents.service.webhook.naming import symbol_of
from tests.service.conftest import signed
from tests.service.webhook.conftest import (
    EPOCH,
    KEY,
    PATH,
    TOKEN,
    Sender,
    Serve,
    alert,
    serving,
    settings_in,
    signing,
)

BODY = json.dumps(alert(id="door", secret=None))
GOOD = signing(BODY)
OTHER = "Z" + TOKEN[1:]


def with_signature(value: str, **also: str) -> dict[str, str]:
    return GOOD | {SIGNATURE: value} | also


RIGHT = GOOD[SIGNATURE]
FORGED = {
    "none": {},
    "no timestamp": {SIGNATURE: RIGHT},
    "no signature": {TIMESTAMP: str(EPOCH)},
    "empty": with_signature(""),
    "no scheme": with_signature(RIGHT.removeprefix("sha256=")),
    "another scheme": with_signature(RIGHT.replace("sha256", "sha1")),
    "capital hex": with_signature("sha256=" + RIGHT[7:].upper() if RIGHT[7:].upper() != RIGHT[7:] else "sha256=A"),
    "cut": with_signature(RIGHT[:-1]),
    "longer": with_signature(RIGHT + "0"),
    "blank behind": with_signature(RIGHT + " 0"),
    "one digit off": with_signature(RIGHT[:-1] + ("0" if RIGHT[-1] != "0" else "1")),
    "two in one": with_signature(f"{RIGHT}, {RIGHT}"),
    "not hex": with_signature("sha256=" + "g" * 64),
    "by another key": signing(BODY, key=KEY[::-1]),
    "by the token": signing(BODY, key=TOKEN),
    "by no key": with_signature("sha256=" + signature("", str(EPOCH), BODY.encode())),
    "of another body": signing(BODY + " "),
    "of another time": signing(BODY, at=EPOCH - 1) | {TIMESTAMP: str(EPOCH)},
    "of the body alone": with_signature("sha256=" + signature(KEY, "", BODY.encode())),
    "time moved into the body": with_signature("sha256=" + signature(KEY, str(EPOCH)[:-1], b"5" + BODY.encode())),
    "stale": signing(BODY, at=EPOCH - 301),
    "from the future": signing(BODY, at=EPOCH + 61),
    "time with a sign": with_signature(RIGHT, **{TIMESTAMP: f"+{EPOCH}"}),
    "time with a fraction": with_signature(RIGHT, **{TIMESTAMP: f"{EPOCH}.0"}),
    "time as ISO": with_signature(RIGHT, **{TIMESTAMP: "2026-01-02T15:00:00Z"}),
    "time in milliseconds": with_signature(RIGHT, **{TIMESTAMP: f"{EPOCH}000"}),
    "no time": with_signature(RIGHT, **{TIMESTAMP: ""}),
    "a session's header": {"Authorization": f"Bearer {TOKEN}"},
    "a person": {"X-Person": "ana/admin"},
}


@pytest.mark.parametrize("name", FORGED)
def test_what_is_not_signed_with_the_key_now_is_refused(sender: Sender, name: str) -> None:
    refused = sender.post(BODY, **FORGED[name])
    assert (refused.status_code, refused.json()["status"]) == (403, 403)


def test_signatures_that_come_twice_are_refused(sender: Sender) -> None:
    headers = [(SIGNATURE, RIGHT), (SIGNATURE, RIGHT), (TIMESTAMP, str(EPOCH))]
    assert sender.client.post(PATH, content=BODY, headers=headers).status_code == 403
    headers = [(SIGNATURE, RIGHT), (TIMESTAMP, str(EPOCH)), (TIMESTAMP, str(EPOCH))]
    assert sender.client.post(PATH, content=BODY, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "token",
    [
        "", " ", TOKEN[:-1], TOKEN + "x", OTHER, TOKEN.upper(), TOKEN + " ", KEY, "\ud800", "é" * 20, None, 1, True,
        [TOKEN], {"a": TOKEN}, "x" * 10_000,
    ],
    ids=lambda token: repr(token)[:20],
)  # fmt: skip
def test_another_token_in_the_body_is_refused(sender: Sender, token: Any) -> None:
    assert sender.post(json.dumps(alert(id="door") | {"secret": token})).status_code == 403


@pytest.mark.parametrize(
    "token", [TOKEN[:-1], OTHER, TOKEN.upper(), f"{TOKEN}%20", "%00", "a%2Fb", "é", "x" * 5_000, "%ff"]
)
def test_another_token_in_the_path_is_refused(sender: Sender, token: str) -> None:
    assert sender.post(BODY, f"{PATH}/{token}").status_code in (403, 404)


def test_what_is_right_is_taken(sender: Sender) -> None:
    """The control."""
    assert sender.post(BODY, **GOOD).status_code in (200, 202)


def test_no_secret_is_told_by_an_answer_a_log_a_metric_or_the_ledger(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    paths = (PATH, f"{PATH}/{TOKEN}", f"/webhook/tradingview/{TOKEN}", f"{PATH}/{TOKEN}/{TOKEN}")
    bodies = (
        json.dumps(alert(price="NaN")), json.dumps(alert(id=TOKEN + TOKEN)), "{", json.dumps(alert(token=TOKEN)),
        json.dumps(alert(symbol=TOKEN)), json.dumps(alert(action=f"buy {TOKEN}")), json.dumps(alert()),
        json.dumps(alert(comment=f"x {TOKEN}")), json.dumps({TOKEN: 1}),
    )  # fmt: skip
    with serving(settings_in(tmp_path)) as sender:
        told = [sender.post(body, path).text for path in paths for body in bodies]
        told.append(sender.client.get("/metrics", headers={"X-Person": "ana/viewer"}).text)
        sender.cycle(sender.send(id="last").json()["id"])
    told += [record.getMessage() for record in caplog.records if record.name.startswith("fks")]
    assert not [text for text in told if TOKEN in text or KEY in text]
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert KEY.encode() not in kept
    assert TOKEN.encode() not in kept


def test_without_secrets_there_is_no_webhook(serve: Serve) -> None:
    sender = serve(service_webhook_token="", service_webhook_key="")
    for path in (PATH, f"{PATH}/{TOKEN}"):
        refused = sender.post(BODY, path, **GOOD)
        assert refused.status_code == 404
        assert "service_webhook_token" in refused.json()["detail"]


def test_a_token_alone_takes_no_signature_and_a_key_alone_no_token(tmp_path: Path) -> None:
    with serving(settings_in(tmp_path / "a", service_webhook_key="")) as sender:
        assert sender.post(BODY, **GOOD).status_code == 403
        unkeyed = {TIMESTAMP: str(EPOCH), SIGNATURE: f"sha256={signature('', str(EPOCH), BODY.encode())}"}
        assert sender.post(BODY, **unkeyed).status_code == 403
        assert sender.send().status_code == 202
    with serving(settings_in(tmp_path / "b", service_webhook_token="")) as sender:
        assert sender.send().status_code == 403
        assert sender.send(secret="").status_code == 403
        assert sender.post(BODY, f"{PATH}/x").status_code == 403
        assert sender.post(BODY, **GOOD).status_code == 202


@pytest.mark.parametrize("setting", ["service_webhook_token", "service_webhook_key"])
@pytest.mark.parametrize(
    "weak", ["short", "a" * 40, "changeme" * 5, "0123456789" * 4, "password-password-password-password"]
)
def test_a_weak_secret_stops_the_service_from_starting(tmp_path: Path, setting: str, weak: str) -> None:
    with pytest.raises(ConfigError, match=setting) as told:
        create_app(settings_in(tmp_path, **{setting: weak}), guard=signed)
    assert weak not in str(told.value) or weak == "short"


def test_a_token_that_fits_in_no_path_or_is_the_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="may stand in a path"):
        create_app(settings_in(tmp_path, service_webhook_token=TOKEN + "/x"), guard=signed)
    with pytest.raises(ConfigError, match="another secret"):
        create_app(settings_in(tmp_path, service_webhook_key=TOKEN), guard=signed)


def test_one_address_may_send_so_many_proven_or_not(serve: Serve) -> None:
    sender = serve(service_webhook_sender_rate="3/minute")
    codes = [sender.post(BODY).status_code for _ in range(4)]
    assert codes == [403, 403, 403, 429]
    assert int(sender.send().headers["Retry-After"]) >= 1
    elsewhere = TestClient(sender.client.app, client=("10.0.0.9", 1))
    assert elsewhere.post(PATH, content=json.dumps(alert())).status_code == 202


def test_strangers_do_not_use_up_what_proven_alerts_may(serve: Serve) -> None:
    sender = serve(service_webhook_rate="2/minute")
    assert {sender.post(BODY).status_code for _ in range(5)} == {403}
    assert [sender.send(id=f"rate {n}").status_code for n in range(3)] == [202, 202, 429]


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "text/plain; charset=utf-8", "application/xml", ""])
def test_the_limits_hold_whatever_the_body_is_called(sender: Sender, kind: str) -> None:
    typed = {"Content-Type": kind}
    for size in (16_385, 1_048_576, 1_048_577, 10_485_760):
        body = b'{"comment": "' + b"x" * (size - 15) + b'"}'
        assert sender.post(body, **typed).status_code == 413, size
    for depth in (65, 5_000, 100_000, 1_000_000):
        assert sender.post(b"[" * depth + b"]" * depth, **typed).status_code in (400, 413), depth
        assert sender.post(b'{"a":' * depth, **typed).status_code in (400, 413), depth
    assert sender.post(b"", **typed).status_code == 400


def test_a_body_in_pieces_is_counted_too(sender: Sender) -> None:
    pieces = sender.client.post(
        PATH, content=(b"x" * 1_024 for _ in range(2_048)), headers={"Content-Type": "text/plain"}
    )
    assert pieces.status_code == 413


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_none(sender: Sender, method: str) -> None:
    assert sender.client.request(method, PATH).status_code == 405


def test_the_document_says_what_may_come_back_and_asks_for_no_person(sender: Sender) -> None:
    paths = sender.client.get("/openapi.json").json()["paths"]
    for path in (PATH, PATH + "/{token}"):
        told = paths[path]["post"]
        assert {"200", "202", "400", "403", "404", "409", "413", "422", "429", "503"} <= set(told["responses"])
        assert "security" not in told
        assert {*told["requestBody"]["content"]} == {"application/json", "text/plain"}


# --- names ---


@pytest.mark.parametrize(
    ("ticker", "known", "named", "symbol"),
    [
        ("SPX", ("SPX", "NDX"), {}, "SPX"),
        ("SP:SPX", ("SPX",), {}, "SPX"),
        ("BINANCE:BTCUSDT", ("BTC/USDT", "ETH/USDT"), {}, "BTC/USDT"),
        ("BTC/USDT:USDT", ("BTC/USDT:USDT", "BTC/USDT"), {}, "BTC/USDT:USDT"),
        ("BINANCE:BTCUSDT.P", ("BTC/USDT",), {}, None),
        ("BINANCE:BTCUSDT.P", ("BTC/USDT", "BTC/USDT:USDT"), {"BINANCE:BTCUSDT.P": "BTC/USDT:USDT"}, "BTC/USDT:USDT"),
        ("BYBIT:BTCUSDT", ("BTC/USDT",), {"BTCUSDT": "XBT/USD"}, "XBT/USD"),
        ("X:AB", ("A/B", "A-B"), {}, None),  # two are alike: nobody guesses
        ("FX:EURUSD", (), {}, "EURUSD"),
        (":EURUSD", (), {}, ":EURUSD"),
        ("FX:", (), {}, "FX:"),
        ("...", ("!!!",), {}, None),
        ("NYSE:NOPE", ("SPX",), {}, None),
    ],
)
def test_a_ticker_is_named_by_the_first_rule_that_fits(
    ticker: str, known: tuple[str, ...], named: dict[str, str], symbol: str | None
) -> None:
    assert symbol_of(ticker, known, named) == symbol
