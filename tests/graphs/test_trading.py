"""The graph is the flow: its stages, their order, and where a cycle may end early."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fks_agents.contracts import AccountView
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.settings import load
from graphs.desk import Desk
from graphs.opening import open_desk
from graphs.trading import build
from tests.graphs.scripts import honest

ROOT = Path(__file__).resolve().parents[2]
AS_OF = datetime(2018, 12, 24, 21, tzinfo=UTC)
"""Volatile: up to three rounds of debate, two personas heard."""


BETWEEN = ("token", "reply", "meter")
"""Events that are no node."""


def stages(desk: Desk) -> list[str]:
    seen: list[str] = []
    desk.analyze("SPX", as_of=AS_OF, on_event=lambda node, learned: seen.append(node) if node not in BETWEEN else None)
    return seen


def test_a_cycle_reads_like_the_drawing(tmp_path: Path) -> None:
    chat = ScriptedChat(honest)
    with open_desk(load(home=tmp_path, max_rounds=1), chats={"quick": chat, "deep": chat}) as desk:
        seen = stages(desk)
    assert seen[:2] == ["admitted", "snapshot"]
    assert sorted(seen[2:8]) == [
        f"{name}_analyst" for name in ("forecast", "macro", "risk", "sentiment", "structure", "technical")
    ]
    assert seen[8:11] == ["bull", "bear", "manager"]
    assert sorted(seen[11:13]) == ["conservative_persona", "moderate_persona"]
    assert seen[13:] == ["selector", "risk", "gate", "approval", "execute", "reflect"]


def test_a_poor_feed_ends_before_anyone_speaks(tmp_path: Path) -> None:
    with open_desk(load(home=tmp_path)) as desk:
        stale = desk.analyze("SPX", as_of=datetime(2020, 1, 2, 21, tzinfo=UTC))
    assert (stale.action, stale.status) == ("no_decision", "no_decision")
    assert stale.reason.startswith("data quality")
    assert (stale.reports, stale.verdict.outcome) == ((), "unscored")


def test_silent_models_are_an_abstention_and_no_order(tmp_path: Path) -> None:
    mute = ScriptedChat()
    with open_desk(load(home=tmp_path), chats={"quick": mute, "deep": mute}) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
    assert all(report.abstained is not None for report in cycle.reports)
    assert (cycle.action, cycle.orders) == ("no_decision", ())


def test_a_wrong_number_that_stays_wrong_is_refused(tmp_path: Path) -> None:
    def lying(call: object) -> str:
        return honest(call).replace('"text": "', '"text": "RSI(14) is 99.9 and ')  # type: ignore[arg-type]

    liar = ScriptedChat(lying)
    with open_desk(load(home=tmp_path), chats={"quick": liar, "deep": liar}) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
    assert (cycle.status, cycle.verdict.outcome, cycle.orders) == ("refused", "fail", ())
    assert any(check.outcome == "fail" and "99.9" in check.reason for check in cycle.verdict.checks)
    assert all(report.caught for report in cycle.reports if report.claims)


def test_a_limit_that_forbids_the_trade_refuses_it(tmp_path: Path) -> None:
    class Ruined:
        def account(self, symbol: str, as_of: datetime) -> AccountView:
            del symbol, as_of
            return AccountView(equity=100_000.0, cash=100_000.0, drawdown=0.2)

        def known(self, bracket: object) -> None:
            raise AssertionError("nothing is halted")

        def place(self, bracket: object) -> tuple[()]:
            raise AssertionError("an order was sent")

    with open_desk(load(home=tmp_path), broker=lambda account, settings: Ruined()) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
    assert (cycle.action, cycle.status) == ("sell", "refused")
    assert "drawdown" in cycle.reason


def test_the_picture_in_the_readme_is_the_graph() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    drawn = readme.split("<!-- graph -->")[1].split("```mermaid\n")[1].split("```")[0]
    assert drawn.strip() == build().get_graph().draw_mermaid().strip()


@pytest.mark.parametrize("name", ["trading"])
def test_langgraph_json_names_graphs_that_build(name: str) -> None:
    import json
    from importlib import import_module

    path, _, factory = json.loads((ROOT / "langgraph.json").read_text("utf-8"))["graphs"][name].partition(":")
    module = import_module(path.removeprefix("./").removesuffix(".py").replace("/", "."))
    assert getattr(module, factory)().get_graph().nodes
