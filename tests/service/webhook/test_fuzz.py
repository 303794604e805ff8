"""Thousands of alerts, right and wrong in every way: each is answered as it should be, and each id is traded once.

FKS_TEST_CASES says how many; the default is what a quick run has time for. The book of the exchange is the witness:
every id has a price of its own, so that an entry says whose it is.
"""

from __future__ import annotations

import json
import logging
import os
from collections import Counter
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings, strategies as st

from fks_agents.errors import UsageError
from tests.service.webhook.conftest import (
    EPOCH,
    FAST,
    NOW,
    PATH,
    TOKEN,
    Sender,
    Serve,
    alert,
    signing,
)
from tests.service.webhook.test_alerts import Forgetful
from tests.service.webhook.test_reading import NO_NUMBERS, NOT_JSON

_LOG = logging.getLogger(__name__)
CASES = int(os.environ.get("FKS_TEST_CASES", "200"))

NAMES = 24
"""Ids that alerts are given; what the desk decides is decided at most so often."""

FIRST = 2_480.0


def price_of(name: int) -> float:
    """Its own, four apart: farther than what is rounded off."""
    return FIRST + 4 * name


class Case(NamedTuple):
    body: bytes
    path: str
    headers: dict[str, str]
    is_right: bool
    what: str


right_times = st.sampled_from([NOW.isoformat(), EPOCH, str(EPOCH), f"{EPOCH}000", EPOCH * 1000])
"""The same moment, written differently."""


def is_known(text: str) -> bool:
    """Whether some rule may find a symbol of the source in it."""
    letters = "".join(filter(str.isalnum, text)).upper()
    return "SPX" in letters or "IXIC" in letters


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


WRONG: dict[str, st.SearchStrategy[Any]] = {
    "symbol": st.sampled_from(["", "NOPE", "NYSE:NOPE", "S P X", "x" * 65, 7, True, [], {}])
    | st.text(max_size=20).filter(lambda text: not is_known(text)),
    "action": st.sampled_from(["close", "", "BUY!", 1, None])
    | st.text(max_size=8).filter(lambda text: text.lower() not in ("buy", "sell")),
    "price": st.sampled_from(NO_NUMBERS) | st.text(max_size=12).filter(lambda text: not is_number(text)),
    "stop": st.sampled_from(NO_NUMBERS),
    "targets": st.sampled_from([[], [1, 2, 3, 4], "NaN", [None], [[]], [2_900, "x"], None]),
    "time": st.sampled_from(
        [None, "", "now", EPOCH - 301, EPOCH + 61, 0, -1, 1e30, "2026-01-02T15:00:00", "x" * 500, []]
    ),
    "interval": st.sampled_from(["1M", "2", "", None, 7, "1D ", []]),
    "comment": st.sampled_from([None, 5_000 * "x", ["a"], {"a": 1}, True]),
    "id": st.sampled_from([None, "", " ", "a\nb", "\x00", "x" * 129, True, []]),
    "secret": st.sampled_from([None, "", TOKEN[:-1], TOKEN + " ", 5, True, [TOKEN]]),
}  # fmt: skip
"""For each field, values that no alert may have."""


LARGE = (
    json.dumps(alert(comment="x" * 20_000)).encode(), json.dumps(alert(comment="x" * 2_000_000)).encode(),
    *(b"[" * depth + b"]" * depth for depth in (65, 5_000, 100_000)),
)  # fmt: skip


@st.composite
def cases(draw: st.DrawFn) -> Case:
    name = draw(st.integers(0, NAMES - 1))
    price = price_of(name)
    body: dict[str, Any] = alert(
        id=f"fuzz {name}", symbol=("SPX", "SP:SPX", "spx")[name % 3], time=draw(right_times),
        price=draw(st.sampled_from([price, str(price), f"{price:.4f}", f"{price / 1000:.6f}e3"])),
        action=draw(st.sampled_from(["buy", "BUY"])), comment="the same words",
    )  # fmt: skip
    kind = draw(st.sampled_from(["right", "right", "field", "stray", "json", "nan", "noise", "large", "signature"]))
    match kind:
        case "right":
            return _proven(draw, body)
        case "field":
            field = draw(st.sampled_from(sorted(WRONG)))
            return Case(json.dumps(body | {field: draw(WRONG[field])}).encode(), PATH, {}, False, f"{kind} {field}")
        case "stray":
            stray = draw(st.text(min_size=1, max_size=12).filter(lambda text: text not in body))
            stray = stray if stray not in ("stop", "targets", "interval") else "quantity"
            return Case(json.dumps(body | {stray: 1}).encode(), PATH, {}, False, kind)
        case "json":
            return Case(draw(st.sampled_from(NOT_JSON)), PATH, {}, False, kind)
        case "nan":
            field = draw(st.sampled_from([name for name in body if name != "secret"]))
            token = draw(st.sampled_from(["NaN", "Infinity", "-Infinity"]))
            rest = {key: value for key, value in body.items() if key != field}
            return Case(json.dumps(rest)[:-1].encode() + f', "{field}": {token}}}'.encode(), PATH, {}, False, kind)
        case "noise":
            whole = bytearray(json.dumps(body).encode())
            at = draw(st.integers(0, len(whole) - 1))
            noise = draw(st.sampled_from([b"\x00", b"\xff", b"{", b"]", b'"', b",", b"\\"]))
            return Case(bytes(whole[:at] + noise), PATH, {}, False, kind)
        case "large":
            return Case(draw(st.sampled_from(LARGE)), PATH, {}, False, kind)
        case _:
            text = json.dumps({key: value for key, value in body.items() if key != "secret"})
            headers = signing(text + " ") if draw(st.booleans()) else signing(text, at=EPOCH - 301)
            return Case(text.encode(), PATH, headers, False, kind)


def _proven(draw: st.DrawFn, body: dict[str, Any]) -> Case:
    bare = json.dumps({key: value for key, value in body.items() if key != "secret"})
    way = draw(st.sampled_from(["body", "path", "signature"]))
    if way == "body":
        return Case(json.dumps(body).encode(), PATH, {}, True, way)
    if way == "path":
        return Case(bare.encode(), f"{PATH}/{TOKEN}", {}, True, way)
    return Case(bare.encode(), PATH, signing(bare), True, way)


def gathered() -> list[Case]:
    """Drawn before any is sent: decisions that run meanwhile use chance of their own."""
    found: list[Case] = []

    @seed(7)
    @settings(
        max_examples=CASES, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(cases())
    def gather(case: Case) -> None:
        found.append(case)

    gather()
    return found


@pytest.fixture
def fuzzed(serve: Serve) -> Sender:
    return serve(service_queue=1_000, service_rate=FAST)


def test_what_must_be_refused_is_what_must_be_taken_is_and_each_id_is_traded_once(fuzzed: Sender) -> None:
    answered, seen, wrong = Counter[int](), dict[str, str](), list[str]()

    def send(case: Case) -> None:
        typed = {"Content-Type": "application/json" if len(case.body) % 2 else "text/plain"}
        answer = fuzzed.post(case.body, case.path, **case.headers | typed)
        answered[answer.status_code] += 1
        # 409: of a known id, with a symbol or time that only the desk finds wrong.
        expected = (200, 202) if case.is_right else (400, 403, 409, 413, 422)
        if answer.status_code not in expected:
            wrong.append(f"{case.what}: {answer.status_code} for {case.body[:200]!r}: {answer.text[:200]}")
        elif case.is_right:
            told = answer.json()
            assert seen.setdefault(told["alert"], told["id"]) == told["id"]
        else:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["detail"]

    for case in gathered():
        send(case)
    assert wrong == [], answered
    assert answered[202] == len(seen)
    assert answered.total() >= CASES
    statuses = {name: fuzzed.cycle(decision_id).status for name, decision_id in seen.items()}
    assert set(statuses.values()) <= {"working", "refused"}, statuses
    ordered = traded(fuzzed)
    assert max(ordered.values(), default=0) <= 1
    assert {f"fuzz {name}" for name in ordered} == {name for name, status in statuses.items() if status == "working"}
    assert fuzzed.desk.ledger.decisions.unfinished() == ()
    _LOG.info("%s, %d ids, %d entries", sorted(answered.items()), len(seen), ordered.total())


def traded(sender: Sender) -> Counter[int]:
    """Name -> entries that were sent with its price."""
    return Counter(round((price - FIRST) / 4) for price in sender.exchange.entries())


def test_without_the_kept_id_an_id_is_traded_more_than_once(fuzzed: Sender) -> None:
    """The naive control: the same witness sees it."""
    app: FastAPI = fuzzed.client.app  # type: ignore[assignment]
    app.state.service = replace(app.state.service, runner=Forgetful(app.state.service.runner))
    for form in (NOW.isoformat(), EPOCH, f"{EPOCH}000"):
        answer = fuzzed.send(id="fuzz 3", price=price_of(3), time=form)
        fuzzed.cycle(answer.json()["id"])
    assert max(traded(fuzzed).values()) == 3
    with pytest.raises(UsageError, match="unknown decision"):
        fuzzed.desk.ledger.decisions.cycle("ffffffffffff")
