"""Whatever is done in whatever order: no order passes a limit, none is sent while trading is halted, all are on paper.

FKS_TEST_CASES says how many stories are told, FKS_TEST_SEED which; the default is what a quick run has time for.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings as how, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from fks_agents.bars import Bars
from fks_agents.clock import FixedClock
from fks_agents.contracts import AccountView, OrderIntent, Receipt, Timeframe
from fks_agents.errors import ConfigError, FksError
from fks_agents.policy import Unattended, shipped
from fks_agents.settings import Settings, load
from graphs.desk import Desk, open_feeds
from graphs.limiting import LIMITS, Limit, is_looser
from graphs.opening import open_desk
from memory.halts import Halt
from memory.ledger import Ledger
from memory.limits import LimitChange
from tools.brokers import names
from tools.brokers.paper import PaperBroker
from tools.market import open_market

CASES = int(os.environ.get("FKS_TEST_CASES", "0")) or 4
SEED = int(os.environ.get("FKS_TEST_SEED", "1"))
WALL = datetime(2026, 1, 5, 12, tzinfo=UTC)
BEGIN = datetime(2013, 1, 15, 21, tzinfo=UTC)
"""In a year in which the rules trade on most days."""
NODES = ("snapshot", "manager", "selector", "risk", "gate", "approval", "execute", "reflect")

Limits = dict[Limit, float]


class Unfolding:
    """The sample as it was on a day that goes on."""

    def __init__(self) -> None:
        self._sample, self.now = open_market("sample"), BEGIN

    name = "sample"

    def symbols(self) -> tuple[str, ...]:
        return self._sample.symbols()

    def bars(self, symbol: str, timeframe: Timeframe, as_of: datetime, count: int) -> Bars:
        return self._sample.bars(symbol, timeframe, min(as_of, self.now), count)

    def span(self, symbol: str, timeframe: Timeframe) -> tuple[datetime, datetime]:
        closed = self.bars(symbol, timeframe, self.now, 1).closed[-1]
        return self._sample.span(symbol, timeframe)[0], datetime.fromtimestamp(int(closed) / 1e9, UTC)


class Watched:
    """The paper broker, and what was sent to it, each bracket with the account as it was just before."""

    def __init__(self, ledger: Ledger, account: str, of: Settings, sent: Callable[..., None]) -> None:
        self._broker, self._sent = PaperBroker(ledger.paper, account, of), sent

    def account(self, symbol: str, as_of: datetime) -> AccountView:
        return self._broker.account(symbol, as_of)

    def known(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...] | None:
        return self._broker.known(bracket)

    def place(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...]:
        is_new = self._broker.known(bracket) is None
        before = self._broker.account(bracket[0].symbol, bracket[0].placed_at)
        answers = self._broker.place(bracket)
        if is_new:
            self._sent(bracket, before)
        return answers

    def __getattr__(self, name: str) -> Any:
        return getattr(self._broker, name)


def stricter(name: Limit, one: float, other: float) -> float:
    return one if is_looser(name, one, other) else other


class Stories(RuleBasedStateMachine):
    """Days pass; people set limits, halt, answer; decisions break off and go on; `sent` looks at each order."""

    has_switch = True
    """Without it what the switch says is not heard: a control."""
    has_last_look = True
    """Without it the broker looks at nothing but the size that it is sent: a control."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="fks-story-"))
        self.market = Unfolding()
        self.feeds = open_feeds("sample", None)._replace(market=self.market)
        self.people: Limits = {}
        self.admitted: dict[str, Limits] = {}
        self.broken: list[str] = []
        self.is_halted = False
        self.orders = 0

    @initialize(asks_above=st.sampled_from([0.0, 0.002, 1.0, 1.0]))
    def opened(self, asks_above: float) -> None:
        policy = shipped().model_copy(update={"unattended": Unattended(below_risk=asks_above)})
        self.settings = load(home=self.home, memory=False, detectors=(), forecasters=()).having(
            policy=policy, account="main", bars=250, horizon=3, min_conviction=0.5
        )
        self.own = {name: float(getattr(self.settings, name)) for name in LIMITS}
        self.desk = self.open()

    def open(self) -> Desk:
        ledger: list[Ledger] = []
        desk = open_desk(
            self.settings,
            feeds=self.feeds,
            broker=lambda account, of: Watched(ledger[0], account, self.seen_by_broker(of), self.sent),
            clock=FixedClock(WALL),
        )
        ledger.append(desk.ledger)
        return desk

    def seen_by_broker(self, of: Settings) -> Settings:
        if self.has_last_look:
            return of
        return of.having(max_daily_loss=1.0, max_drawdown=1.0, max_losing_streak=1_000, min_seconds_between_trades=0.0)

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.desk.close()
        shutil.rmtree(self.home, ignore_errors=True)

    # --- what must hold

    def sent(self, bracket: Sequence[OrderIntent], before: AccountView) -> None:
        self.orders += 1
        assert not self.is_halted, "an order was sent while trading was halted"
        entry, stop, _ = bracket
        assert (entry.leg, stop.leg, stop.quantity, stop.reduce_only) == ("entry", "stop", entry.quantity, True)
        limits = self.admitted.get(entry.decision_id, self.in_force())
        if self.desk.ledger.ideas.marks(
            entry.decision_id
        ):  # a person let it go, under what had become stricter by then
            limits = {name: stricter(name, value, self.people.get(name, value)) for name, value in limits.items()}
        price = float(self.market.bars(entry.symbol, "1d", entry.placed_at, 1).close[-1])
        held = before.position.quantity * price if before.position is not None else 0.0
        wanted = held + before.ordered + entry.quantity * entry.price
        assert wanted <= limits["max_position"] * before.equity * (1 + 1e-9), "the position is too large"
        assert -before.day_return < limits["max_daily_loss"], "the day has lost too much"
        assert before.drawdown < limits["max_drawdown"], "the account has fallen too far"
        assert before.losing_streak < limits["max_losing_streak"], "too many losses in a row"
        if before.last_trade_at is not None:
            since = (entry.placed_at - before.last_trade_at).total_seconds()
            assert since >= limits["min_seconds_between_trades"], "too soon after the last trade"

    def in_force(self) -> Limits:
        return self.own | self.people

    # --- what happens

    @rule(days=st.integers(1, 10))
    def days_pass(self, days: int) -> None:
        self.market.now += timedelta(days=days)
        self.desk.advance()

    @rule(symbol=st.sampled_from(["SPX", "IXIC"]), days=st.integers(0, 3))
    def decides_some_days_later(self, symbol: str, days: int) -> None:
        self.days_pass(days)
        self.decides(symbol)

    @rule(symbol=st.sampled_from(["SPX", "IXIC"]))
    def decides(self, symbol: str) -> None:
        limits = self.in_force()
        try:
            cycle = self.desk.analyze(symbol)
        except FksError:
            return
        self.admitted[cycle.id] = limits

    @rule(symbol=st.sampled_from(["SPX", "IXIC"]), most=st.floats(0.0, 1.0), least=st.floats(0.0, 0.8))
    def decides_with_limits_of_its_own(self, symbol: str, most: float, least: float) -> None:
        own: Limits = {"max_position": most, "min_conviction": least}
        try:
            admission = self.desk.admit(symbol, max_position=most, min_conviction=least)
        except FksError:
            return
        asked = {name: stricter(name, self.people.get(name, value), value) for name, value in own.items()}
        self.admitted[admission.id] = self.in_force() | asked
        self.goes_on(admission.id)

    @rule(symbol=st.sampled_from(["SPX", "IXIC"]), node=st.sampled_from(NODES))
    def breaks_off(self, symbol: str, node: str) -> None:
        def stop(name: str, learned: object) -> None:
            if name == node:
                raise KeyboardInterrupt

        try:
            admission = self.desk.admit(symbol)
        except FksError:
            return
        self.admitted[admission.id] = self.in_force()
        try:
            self.desk.resume(admission.id, on_event=stop)
        except KeyboardInterrupt:
            self.broken.append(admission.id)
        except FksError:
            return

    @precondition(lambda self: self.broken)
    @rule(data=st.data())
    def is_resumed(self, data: st.DataObject) -> None:
        self.goes_on(self.broken.pop(data.draw(st.integers(0, len(self.broken) - 1))))

    def goes_on(self, decision_id: str) -> None:
        try:
            self.desk.resume(decision_id)
        except FksError:
            return

    @rule(name=st.sampled_from(LIMITS), share=st.sampled_from([0.1, 0.5, 0.8, 1.0, 1.2]))
    def people_set_a_limit(self, name: Limit, share: float) -> None:
        value = max(1.0, round(self.own[name] * share)) if name == "max_losing_streak" else self.own[name] * share
        value = min(value, 1.0) if name.startswith("max_") and name != "max_losing_streak" else value
        value = min(value, 1.0) if name == "min_conviction" else value
        change = LimitChange(limits={name: value}, by="ana", at=WALL, reason="so")
        self.desk.ledger.limits.change(change, after=len(self.desk.ledger.limits.log()))
        self.people[name] = value

    @rule(is_halted=st.sampled_from([True, False, False]))
    def the_switch_is_turned(self, is_halted: bool) -> None:
        if self.has_switch:
            self.desk.ledger.halts.turn(Halt(is_halted=is_halted, by="ana", at=WALL, reason="so"))
        self.is_halted = is_halted

    @precondition(lambda self: self.desk.ledger.ideas.waiting())
    @rule(data=st.data(), answer=st.sampled_from(["approve", "approve", "modify", "reject"]))
    def a_person_answers(self, data: st.DataObject, answer: str) -> None:
        waiting = data.draw(st.sampled_from(sorted(self.desk.ledger.ideas.waiting())))
        approvals = self.desk.approvals
        try:
            if answer == "approve":
                approvals.approve(waiting, by="ana")
            elif answer == "reject":
                approvals.reject(waiting, by="ana", reason="no")
            else:
                approvals.modify(waiting, by="ana", quantity=data.draw(st.floats(0.001, 50.0)))
        except FksError:
            return

    @rule()
    def time_runs_out(self) -> None:
        self.desk.approvals.expire()

    @rule()
    def the_process_ends(self) -> None:
        self.desk.close()
        self.desk = self.open()


def told(stories: type[Stories], count: int) -> None:
    """Raises AssertionError where a story ends with an order that should not be."""
    settings = how(
        max_examples=count, stateful_step_count=25, deadline=None, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(seed(SEED)(stories), settings=settings)


def test_no_order_passes_a_limit_or_the_switch_whatever_happens() -> None:
    class Counted(Stories):
        sent_orders = 0

        def teardown(self) -> None:
            Counted.sent_orders += self.orders
            super().teardown()

    told(Counted, CASES)
    assert Counted.sent_orders >= CASES // 4


def begun(**safeties: bool) -> Iterator[Stories]:
    story = type("Control", (Stories,), safeties)()
    story.opened(asks_above=1.0)
    yield story
    story.teardown()


def test_without_the_switch_an_order_is_found_that_it_should_have_stopped() -> None:
    with contextmanager(begun)(has_switch=False) as story:
        story.the_switch_is_turned(is_halted=True)
        with pytest.raises(AssertionError, match="while trading was halted"):
            story.decides("SPX")


@pytest.mark.parametrize("has_last_look", [True, False])
def test_a_decision_that_was_sized_before_another_ordered_is_too_soon_after_it(has_last_look: bool) -> None:
    """The control without the broker's last look at the account: the size was allowed when it was computed."""
    with contextmanager(begun)(has_last_look=has_last_look) as story:
        story.breaks_off("IXIC", "gate")
        story.decides("SPX")
        assert story.orders == 1
        if has_last_look:
            story.goes_on(story.broken[0])
            assert story.orders == 1
        else:
            with pytest.raises(AssertionError, match="too soon after the last trade"):
                story.goes_on(story.broken[0])


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_no_single_setting_trades_with_real_money(name: str, paper: Desk) -> None:
    """There is one kind of broker; whichever setting is changed, whatever it then says, an account is opened there."""
    for value in ("live", "ccxt:binance", "real", "main", True, 1, 1.0, ("ccxt:kraken",)):
        try:
            changed = paper.settings.having(**{name: value})
        except ConfigError:
            continue
        assert isinstance(paper.broker("main", changed), PaperBroker)
    assert names() == ("paper",)


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(load(home=tmp_path_factory.mktemp("paper"), memory=False)) as desk:
        yield desk
