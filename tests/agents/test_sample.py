"""The rules on real prices: everything they say holds, and they neither always nor never trade."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from langgraph.runtime import Runtime

from evaluators.gate import judge
from fks_agents.agents import analyst, analysts, persona
from fks_agents.agents.debater import debate_goes_on, debater
from fks_agents.agents.manager import manager
from fks_agents.agents.risk import risk
from fks_agents.agents.selector import heard, selector
from fks_agents.agents.snapshot import snapshot
from fks_agents.bars import Bars, Series
from fks_agents.contracts import AccountView
from fks_agents.deps import Deps
from fks_agents.settings import Settings
from fks_agents.state import CycleState
from tests.agents.conftest import Desk, NoClock
from tools.macro import open_macro
from tools.market import open_market

DATES = 24
MARKET, MACRO = open_market("sample"), open_macro("sample")


class Digests:
    """A store that keeps nothing."""

    def put(self, columns: Bars | Series) -> str:
        return columns.digest

    def bars(self, digest: str) -> Bars:
        raise AssertionError(digest)

    def series(self, digest: str) -> Series:
        raise AssertionError(digest)


class Fresh(Desk):
    """A desk with a new account."""

    def account(self, symbol: str, as_of: datetime) -> AccountView:
        return AccountView(equity=100_000.0, cash=100_000.0)

    def recall(self, *unused: object) -> tuple[()]:
        return ()


@cache
def decided(seed: int) -> CycleState:
    """A whole decision in rules mode at a random date, node by node."""
    dice = random.Random(seed)
    as_of = datetime(2003, 1, 1, 22, tzinfo=UTC) + timedelta(days=dice.randrange(5_800))
    symbol = dice.choice(MARKET.symbols())
    desk = Fresh()
    deps = Deps(
        settings=Settings(), clock=NoClock(), market=MARKET, store=Digests(), broker=desk, intents=desk, memory=desk,
        chats={}, macro=MACRO,
    )  # fmt: skip
    runtime = Runtime(context=deps)
    state = CycleState(id=f"d{seed}", symbol=symbol, timeframe="1d", as_of=as_of)
    state.update(snapshot(state, runtime))
    state["reports"] = [report for name in analysts() for report in analyst(name)(state, runtime)["reports"]]
    state["debate"] = []
    while True:
        for side in ("bull", "bear"):
            state["debate"] = [*state["debate"], *debater(side)(state, runtime)["debate"]]
        if not debate_goes_on(state, deps.settings):
            break
    state.update(manager(state, runtime))
    names = heard(state["snapshot"].regime)
    state["proposals"] = [plan for name in names for plan in persona(name)(state, runtime)["proposals"]]
    state.update(selector(state, runtime))
    state.update(risk(state, runtime))
    return state


@pytest.mark.parametrize("seed", range(DATES))
def test_everything_said_is_recomputed_and_holds(seed: int) -> None:
    state = decided(seed)
    verdict = judge(state["snapshot"], state["reports"], state["debate"], state["choice"].plan, state["sized"])
    assert verdict.outcome == "pass", verdict.reason
    # what was not chosen holds as well
    for plan in (state["draft"], *state["proposals"]):
        assert judge(state["snapshot"], state["reports"], [], plan, None).outcome != "fail"


def test_the_rules_neither_always_nor_never_trade() -> None:
    """Over 60 dates of both symbols 43 drafts bought or sold and 17 held; half of that is enough to notice a break."""
    actions = Counter(decided(seed)["choice"].plan.action for seed in range(DATES))
    assert actions["buy"] + actions["sell"] >= DATES // 4
    assert actions["hold"] >= DATES // 8
    assert actions["sell"] >= 1


def test_size_is_never_above_what_plan_and_limits_allow() -> None:
    for seed in range(DATES):
        sized, plan = decided(seed)["sized"], decided(seed)["choice"].plan
        assert sized.risk <= plan.risk * (1 + 1e-9)
        assert sized.notional <= 25_000.0 * (1 + 1e-9)


def test_two_runs_are_equal() -> None:
    again = decided.__wrapped__(3)
    assert again == decided(3)
    assert again["snapshot"].digest == decided(3)["snapshot"].digest
