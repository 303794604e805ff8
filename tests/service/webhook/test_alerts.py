"""An alert is a decision like any other, made once: repeated, raced, restarted, replayed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from fks_agents.clock import FixedClock
from fks_agents.errors import RefusedError
from fks_agents.policy import Unattended, shipped
from fks_agents.service.webhook.alert import Alert, proposal_of
from graphs.opening import open_desk
from memory.requests import Asked
from tests.service.webhook.conftest import (
    EPOCH,
    NOW,
    PATH,
    TOKEN,
    Exchange,
    Sender,
    Serve,
    alert,
    serving,
    settings_in,
    signing,
)

CLOSE = 2506.85
"""Of the sample's last day."""


def test_an_alert_becomes_a_trade_that_was_sized_gated_and_sent(sender: Sender) -> None:
    said = {"id": "whole", "price": str(CLOSE), "stop": 2430, "targets": ["2600.5", 2650.25], "interval": "D"}
    accepted = sender.send(**said, comment="breakout\nover 2500")
    assert (accepted.status_code, accepted.json()["alert"]) == (202, "whole")
    decision_id = accepted.json()["id"]
    cycle = sender.cycle(decision_id)
    assert (cycle.action, cycle.status, cycle.verdict.outcome) == ("buy", "working", "pass")
    assert cycle.choice is not None
    assert (cycle.choice.persona, cycle.choice.plan.author, cycle.reports) == ("tradingview", "tradingview", ())
    # Within half a thousandth of an average true range (60) and a tick of what the alert said.
    assert [order.price for order in cycle.orders] == pytest.approx([CLOSE, 2430.0, 2600.5], abs=0.05)
    assert cycle.sized is not None
    assert cycle.sized.risk <= 0.01
    assert sender.desk.replay(decision_id).is_identical
    [entry_of_history] = [each for each in sender.desk.ledger.decisions.history() if each.id == decision_id]
    assert entry_of_history.asked_by == "TradingView"
    shown = sender.client.get("/v1/ai/history", headers={"X-Person": "ana/viewer"}).json()["decisions"]
    assert "TradingView" in {each["decision"]["asked_by"] for each in shown}


def test_the_same_alert_again_is_the_same_answer(sender: Sender) -> None:
    first = sender.send(id="again", price=2500)
    sender.cycle(first.json()["id"])
    sent = len(sender.exchange.sent)
    for form in ({"price": "2500"}, {"price": 2.5e3, "time": EPOCH}, {"price": "2500.00", "time": f"{EPOCH}000"}):
        repeated = sender.send(id="again", **form)
        assert (repeated.status_code, repeated.json()) == (200, first.json())
    assert len(sender.exchange.sent) == sent


def test_a_known_alert_is_answered_however_late_it_comes_again(tmp_path: Path) -> None:
    with serving(settings_in(tmp_path)) as sender:
        first = sender.send(id="late").json()
    with serving(settings_in(tmp_path), now=NOW + timedelta(hours=2)) as sender:
        assert (sender.send(id="late").status_code, sender.send(id="late").json()) == (200, first)
        assert sender.send(id="later").status_code == 422


def test_the_same_id_with_other_content_is_refused(sender: Sender) -> None:
    first = sender.send(id="twice")
    for other in ({"action": "sell"}, {"price": 2500}, {"comment": "x"}, {"time": EPOCH - 1}, {"interval": "1d"}):
        refused = sender.send(id="twice", **other)
        assert (refused.status_code, "other content" in refused.json()["detail"]) == (409, True), other
    assert sender.send(id="twice").json() == first.json()


def test_without_an_id_one_is_made_from_what_it_says(sender: Sender) -> None:
    first = sender.send(id=None, price=2490)
    assert first.json()["alert"].startswith("made-")
    assert sender.send(id=None, price="2490.0").json() == first.json()
    later = sender.send(id=None, price=2490, time=EPOCH - 1)
    assert later.json()["id"] != first.json()["id"]


@pytest.mark.parametrize(
    ("seconds", "status"), [(-300, 202), (-301, 422), (60, 202), (61, 422), (-(10**9), 422), (10**9, 422)]
)
def test_a_new_alert_is_taken_within_its_window_only(sender: Sender, seconds: int, status: int) -> None:
    answer = sender.send(id=f"window {seconds}", time=EPOCH + seconds)
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["errors"][0]["field"] == "time"


@pytest.mark.parametrize(
    ("ticker", "symbol"), [("SPX", "SPX"), ("SP:SPX", "SPX"), ("TVC:US500", "SPX"), ("NASDAQ:IXIC", "IXIC")]
)
def test_tickers_are_named_as_the_source_does(serve: Serve, ticker: str, symbol: str) -> None:
    sender = serve(service_webhook_symbols=("TVC:US500=SPX",))
    decision_id = sender.send(symbol=ticker).json()["id"]
    assert sender.desk.ledger.decisions.admission(decision_id).symbol == symbol


def admitted(sender: Sender) -> set[str]:
    """Finished or not: one that finishes between the two looks is seen in both."""
    decisions = sender.desk.ledger.decisions
    unfinished = decisions.unfinished_ids()
    return {*unfinished, *(each.id for each in decisions.history(limit=200))}


def test_what_the_desk_cannot_study_is_refused_before_it_is_on_record(sender: Sender) -> None:
    before = admitted(sender)
    unknown = sender.send(id="unknown", symbol="NYSE:NOPE")
    assert unknown.status_code == 422
    assert unknown.json()["errors"] == [
        {"field": "symbol", "expected": "expected one of IXIC, SPX", "was": "'NYSE:NOPE'"}
    ]
    assert sender.send(id="unknown", interval="5").status_code == 422
    assert sender.send(id="unknown", interval="W").status_code == 422
    assert admitted(sender) == before
    assert sender.send(id="unknown").status_code == 202  # nothing half-written: the id is free


def test_a_price_far_from_the_real_one_sends_nothing(sender: Sender) -> None:
    far = sender.cycle(sender.send(id="far", price=1250.0).json()["id"])
    assert (far.status, far.orders) == ("no_decision", ())
    near_stop = sender.cycle(sender.send(id="near stop", price=CLOSE, stop=CLOSE - 0.5).json()["id"])
    assert (near_stop.status, near_stop.orders) == ("refused", ())
    assert "average true ranges from the entry" in near_stop.reason


def test_a_person_is_asked_where_the_policy_says_so(serve: Serve) -> None:
    asking = shipped().model_copy(update={"unattended": Unattended(above_conviction=0.8)})
    sender = serve(policy=asking)
    decision_id = sender.send().json()["id"]
    ana = {"X-Person": "ana/trader"}
    for _ in range(500):
        if active := sender.client.get("/v1/ai/ideas/active", headers=ana).json():
            break
    [idea] = active
    assert (idea["cycle"]["id"], idea["cycle"]["orders"]) == (decision_id, [])
    assert sender.exchange.sent == []
    done = sender.client.post(f"/v1/ai/ideas/{decision_id}/approve", json={}, headers=ana).json()
    assert (done["status"], done["approval"]["by"], len(sender.exchange.sent)) == ("working", "ana", 1)


def test_a_halt_stops_it(serve: Serve) -> None:
    sender = serve()
    assert (
        sender.client.post("/v1/halt", json={"reason": "news"}, headers={"X-Person": "ana/trader"}).status_code == 200
    )
    cycle = sender.cycle(sender.send().json()["id"])
    assert (cycle.status, sender.exchange.sent) == ("halted", [])


def test_a_full_queue_says_when_to_come_back_and_keeps_nothing(serve: Serve) -> None:
    sender = serve(service_workers=1, service_queue=0)
    answers = [sender.send(id=f"many {n}") for n in range(6)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert "Retry-After" in refused[0].headers
    for answer in answers:
        if answer.status_code == 202:
            sender.cycle(answer.json()["id"])
    assert len(sender.exchange.sent) == 6 - len(refused)


# --- once ---


@dataclass
class Forgetful:
    """A runner that keeps no key: the same service without its memory for alerts."""

    runner: Any

    def ask(self, person: Any, admit: Any, question: str, key: str | None, at: Any) -> Any:
        del key
        return self.runner.ask(person, admit, question, None, at)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.runner, name)


def raced(senders: list[Sender], times: int) -> list[Any]:
    body = json.dumps(alert(id="raced", price=2500))
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(lambda n: senders[n % len(senders)].post(body), range(times)))


def test_alerts_that_come_at_the_same_moment_are_one_decision(serve: Serve) -> None:
    """On two replicas with one ledger."""
    senders = [serve(), serve()]
    answers = raced(senders, 12)
    assert {answer.status_code for answer in answers} <= {200, 202}
    assert [answer.status_code for answer in answers].count(202) == 1
    [decision_id] = {answer.json()["id"] for answer in answers}
    senders[0].cycle(decision_id)
    assert len(senders[0].exchange.sent) == 1


def test_without_the_kept_id_the_same_race_sends_twice(serve: Serve) -> None:
    """The naive control."""
    sender = serve()
    app: FastAPI = sender.client.app  # type: ignore[assignment]
    app.state.service = replace(app.state.service, runner=Forgetful(app.state.service.runner))
    answers = raced([sender], 4)
    assert [answer.status_code for answer in answers] == [202] * 4
    for answer in answers:
        sender.cycle(answer.json()["id"])
    assert len(sender.exchange.sent) > 1


def asked(name: str) -> Asked:
    """As the route asks for `alert(id=name)`."""
    said = Alert.model_validate(alert(id=name, secret=None))
    return Asked("TradingView", NOW, f"TradingView/{name}", said.digest, proposal_of(said, NOW))


def test_an_alert_and_its_decision_are_one_commit(tmp_path: Path) -> None:
    """Who comes second leaves neither; a process that dies after the commit leaves both, and the next one goes on."""
    book = Exchange()
    with open_desk(settings_in(tmp_path), broker=lambda account, of: book, clock=FixedClock(NOW)) as desk:
        admitted = desk.admit("SPX", asked=asked("crash"))
        with pytest.raises(RefusedError, match="asked meanwhile"):
            desk.admit("SPX", asked=asked("crash"))
        assert [each.id for each in desk.ledger.decisions.unfinished()] == [admitted.id]
    with serving(settings_in(tmp_path), book) as sender:
        assert sender.cycle(admitted.id).status == "working"
        repeated = sender.send(id="crash")
        assert (repeated.status_code, repeated.json()["id"]) == (200, admitted.id)
    assert len(book.sent) == 1


class Died(BaseException):
    """The process, between two steps."""


@pytest.mark.parametrize("node", ["snapshot", "proposal", "risk", "gate", "approval", "execute"])
def test_a_decision_that_broke_off_goes_on_from_there(tmp_path: Path, node: str) -> None:
    def decided(home: Path, *, dies_after: str | None) -> str:
        book = Exchange()

        def heard(kind: str, told: object) -> None:
            if kind == dies_after:
                raise Died

        with open_desk(settings_in(home), broker=lambda account, of: book, clock=FixedClock(NOW)) as desk:
            decision_id = desk.admit("SPX", asked=asked("a")).id
            if dies_after is not None:
                with pytest.raises(Died):
                    desk.resume(decision_id, heard)
        with open_desk(settings_in(home), broker=lambda account, of: book, clock=FixedClock(NOW)) as desk:
            cycle = desk.resume(decision_id)
        assert len(book.sent) == 1
        return cycle.digest

    assert decided(tmp_path / "killed", dies_after=node) == decided(tmp_path / "whole", dies_after=None)


def test_signed_alerts_need_no_token(sender: Sender) -> None:
    body = json.dumps(alert(id="signed", secret=None))
    assert sender.relay(body).status_code == 202
    assert sender.relay(body).status_code == 200


def test_a_token_in_the_path_is_enough(sender: Sender) -> None:
    body = json.dumps(alert(id="path", secret=None))
    for path in (f"{PATH}/{TOKEN}", f"/webhook/tradingview/{TOKEN}"):
        assert sender.post(body, path).status_code in (200, 202)
    both = json.dumps(alert(id="path", secret="wrong"))
    assert sender.post(both, f"{PATH}/{TOKEN}").status_code == 403
    assert sender.post(both, **signing(both)).status_code == 403
