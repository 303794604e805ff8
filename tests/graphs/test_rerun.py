"""Another model over a finished decision's snapshot: nothing is sent or kept as a decision, nothing is paid twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fks_agents.cli._app import run
from fks_agents.clock import FixedClock
from fks_agents.deps import Call, ChatModel
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.settings import Settings, load
from graphs.comparing import Difference, compared
from graphs.desk import Desk
from graphs.opening import open_desk
from tests.graphs.scripts import honest

AS_OF = datetime(2018, 4, 20, 20, tzinfo=UTC)


@pytest.fixture
def bears() -> ScriptedChat:
    """Sells where the rules and the honest one buy."""

    def say(call: Call) -> str:
        return honest(call, action="sell").replace('"bullish"', '"bearish"').replace('"stance": 0.5', '"stance": -0.5')

    return ScriptedChat(say, name="scripted:bears")


@pytest.fixture
def desk(tmp_path: Path, bears: ScriptedChat) -> Iterator[Desk]:
    def chats(settings: Settings) -> dict[str, ChatModel | None]:
        chosen = bears if settings.model == bears.name else None
        return {"quick": chosen, "deep": chosen}

    opened = open_desk(load(home=tmp_path), clock=FixedClock(datetime(2026, 1, 5, tzinfo=UTC)))
    with replace(opened, chats=chats) as changed:  # type: ignore[arg-type]
        yield changed


def test_another_model_decides_on_the_same_snapshot(desk: Desk, bears: ScriptedChat) -> None:
    original = desk.analyze("SPX", as_of=AS_OF)
    comparison = desk.rerun(original.id, bears.name)
    assert comparison.other.snapshot == original.snapshot
    assert comparison.other.models["deep"] == bears.name
    assert bears.asked != []
    changed = {row.subject: (row.was, row.now) for row in comparison.decision}
    assert changed["technical"][1] == "bearish -0.50, conviction 0.80"
    assert any(row.subject == "technical" and row.was == "" for row in comparison.claims)
    assert any(row.subject == "technical" and row.now == "" for row in comparison.claims)
    told = "\n".join(comparison.lines())
    assert f"rules (decision {original.id}) -> {bears.name}" in told
    assert "technical: bullish" in told


def test_it_leaves_no_decision_no_order_and_no_change_of_the_first(desk: Desk, bears: ScriptedChat) -> None:
    original = desk.analyze("SPX", as_of=AS_OF)
    account = desk.ledger.decisions.admission(original.id).account
    before = (desk.ledger.paper.load(account), desk.ledger.orders.intents(original.id))
    other = desk.rerun(original.id, bears.name).other
    assert other.id == f"{original.id}~{bears.name}"
    assert [entry.id for entry in desk.ledger.decisions.history()] == [original.id]
    assert desk.ledger.decisions.unfinished() == ()
    assert (desk.ledger.paper.load(account), desk.ledger.orders.intents(original.id)) == before
    assert {receipt.reason for receipt in other.receipts} <= {"nothing was sent"}
    assert desk.ledger.decisions.cycle(original.id) == original
    assert desk.replay(original.id).is_identical


def test_the_same_question_is_paid_once(desk: Desk, bears: ScriptedChat) -> None:
    original = desk.analyze("SPX", as_of=AS_OF)
    first = desk.rerun(original.id, bears.name)
    asked = len(bears.asked)
    again = desk.rerun(original.id, bears.name)
    assert len(bears.asked) == asked
    assert again.other.digest == first.other.digest
    assert (again.other.usage.cached, again.other.usage.tokens) == (asked, 0)


def test_the_model_of_the_original_gives_no_difference(desk: Desk) -> None:
    original = desk.analyze("SPX", as_of=AS_OF)
    comparison = desk.rerun(original.id, "rules")
    assert (comparison.decision, comparison.claims, comparison.checks) == ((), (), ())
    assert "no difference in decision, claims or checks" in comparison.lines()


def test_what_the_gate_finds_wrong_in_one_is_told(desk: Desk) -> None:
    original = desk.analyze("SPX", as_of=AS_OF)
    first, *rest = original.verdict.checks
    wrong = first.model_copy(update={"outcome": "fail", "reason": "expected 1, was 2"})
    verdict = original.verdict.model_copy(update={"outcome": "fail", "checks": (wrong, *rest)})
    comparison = compared(original, original.model_copy(update={"verdict": verdict}))
    assert comparison.decision == (Difference("gate", "pass", "fail"),)
    assert comparison.checks == (Difference(f"{wrong.rule} on {wrong.subject}", "", "fail: expected 1, was 2"),)


def test_the_command_prints_both_ways(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_desk(load(home=tmp_path)) as opened:
        original = opened.analyze("SPX", as_of=AS_OF)
    assert run(["replay", original.id, "--model", "rules", "--home", str(tmp_path)]) == 0
    assert "no difference in decision, claims or checks" in capsys.readouterr().out
    assert run(["replay", original.id, "--model", "rules", "--home", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["original"]["id"] == original.id
    assert (told["decision"], told["claims"], told["checks"]) == ([], [], [])
