"""A desk spends what it was allowed, says what it spent and what gave way, and never pays twice for one question."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from fks_agents.clock import FixedClock
from fks_agents.contracts import Cycle, Usage
from fks_agents.deps import Call, Reply
from fks_agents.errors import ConfigError
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.settings import load
from fks_agents.usage import Amount, Limits
from graphs.desk import Desk
from graphs.opening import open_desk
from tests.graphs.scripts import honest

AS_OF = datetime(2018, 12, 24, 21, tzinfo=UTC)
"""Volatile: up to three rounds of debate, two personas heard."""
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
DAY = date(2026, 1, 5)


class Distinct(ScriptedChat):
    """Honest, with a claim of its own in each turn of the debate: somebody always says something new."""

    def __init__(self) -> None:
        super().__init__(self._say)
        self._turns = 0

    def _say(self, call: Call) -> str:
        said = honest(call)
        if call.role in ("bull", "bear"):
            self._turns += 1
            said = said.replace('"text": "', f'"text": "{"again and " * self._turns}')
        return said

    def ask(self, call: Call) -> Reply:
        return super().ask(call).model_copy(update={"seconds": 0.5})


def desk_of(home: Path, chat: ScriptedChat, **settings: Any) -> Desk:
    settings = {"memory": False, "call_cache": False, **settings}
    return open_desk(load(home=home, **settings), chats={"quick": chat, "deep": chat}, clock=FixedClock(NOW))


def effects(cycle: Cycle) -> set[tuple[str, str, str]]:
    return {(bite.role, bite.phase, bite.effect) for bite in cycle.usage.bites if bite.phase != "context"}


def test_a_cycle_says_what_each_role_used(tmp_path: Path) -> None:
    chat = ScriptedChat(honest)
    with desk_of(tmp_path, chat) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
        recorded = desk.ledger.calls.calls(cycle.id)
    usage = cycle.usage
    assert usage.calls == len(chat.asked) == len(recorded)
    assert usage.tokens == sum(kept.reply.input_tokens + kept.reply.output_tokens for kept in recorded)
    assert [role.role for role in usage.spent] == sorted({kept.call.role for kept in recorded})
    assert usage.money is None  # nobody sells "scripted"
    told = cycle.explain()
    assert f"{usage.calls} calls, {usage.tokens:,} tokens" in told
    assert "price not known" in told


def test_rules_spend_nothing_and_say_nothing_of_it(tmp_path: Path) -> None:
    with open_desk(load(home=tmp_path)) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
    assert cycle.usage == Usage()
    assert "SPENT" not in cycle.explain()


def test_the_meter_runs_while_the_decision_is_made(tmp_path: Path) -> None:
    seen: list[Usage] = []

    def hear(node: str, learned: Mapping[str, Any]) -> None:
        if node == "meter":
            seen.append(learned["usage"])

    with desk_of(tmp_path, ScriptedChat(honest)) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF, on_event=hear)
    assert [usage.tokens for usage in seen] == sorted({usage.tokens for usage in seen})
    assert len(seen) > 5
    assert seen[-1].spent == cycle.usage.spent


def test_what_was_spent_is_no_part_of_the_decision_but_what_gave_way_is(tmp_path: Path) -> None:
    with desk_of(tmp_path, ScriptedChat(honest)) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
    free = cycle.model_copy(update={"usage": Usage(bites=cycle.usage.bites)})
    assert free.digest == cycle.digest
    assert cycle.usage.bites  # an analyst without its facts is not asked
    assert cycle.model_copy(update={"usage": Usage()}).digest != cycle.digest


def test_an_unchanged_snapshot_pays_once(tmp_path: Path) -> None:
    chat = ScriptedChat(honest)
    with desk_of(tmp_path, chat, call_cache=True) as desk:
        first = desk.analyze("SPX", as_of=AS_OF)
        asked = len(chat.asked)
        again = desk.analyze("SPX", as_of=AS_OF)
        assert desk.replay(again.id).differences == ()
    assert len(chat.asked) == asked
    assert again.digest == first.digest
    assert (again.usage.cached, again.usage.calls, again.usage.tokens) == (asked, asked, 0)
    assert again.usage.money == 0.0
    assert first.usage.cached == 0


def test_with_the_cache_off_it_pays_again(tmp_path: Path) -> None:
    chat = ScriptedChat(honest)
    with desk_of(tmp_path, chat) as desk:
        desk.analyze("SPX", as_of=AS_OF)
        asked = len(chat.asked)
        assert desk.analyze("SPX", as_of=AS_OF).usage.cached == 0
    assert len(chat.asked) == 2 * asked


@pytest.mark.parametrize("limit", [3_000, 8_000, 12_000, 16_000])
def test_no_more_is_spent_than_allowed_and_a_replay_meets_the_same(limit: int, tmp_path: Path) -> None:
    with desk_of(tmp_path, Distinct(), max_tokens_per_decision=limit, max_answer_tokens=256) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
        assert cycle.usage.tokens <= limit
        assert desk.replay(cycle.id).differences == ()


def test_a_budget_gives_way_in_its_order(tmp_path: Path) -> None:
    given: dict[int, tuple[int, set[str]]] = {}
    for limit in (3_000, 12_000, 200_000):
        with desk_of(tmp_path / str(limit), Distinct(), max_tokens_per_decision=limit, max_answer_tokens=256) as desk:
            cycle = desk.analyze("SPX", as_of=AS_OF)
        given[limit] = max(turn.round for turn in cycle.debate), {effect for _, _, effect in effects(cycle)}
    assert given[200_000] == (3, set())
    assert given[12_000][0] < 3
    assert given[12_000][1] == {"fewer_rounds"}
    assert "rules" in given[3_000][1]


def test_who_gives_way_is_the_same_in_every_run(tmp_path: Path) -> None:
    told = []
    for run in range(3):
        settings = {"max_tokens_per_decision": 8_000, "max_answer_tokens": 256}
        with desk_of(tmp_path / str(run), Distinct(), **settings) as desk:
            cycle = desk.analyze("SPX", as_of=AS_OF)
        told.append((cycle.digest, effects(cycle)))
    assert told[0] == told[1] == told[2]
    assert told[0][1]


def test_seconds_of_model_time_are_limited(tmp_path: Path) -> None:
    with desk_of(tmp_path, Distinct(), max_seconds_per_decision=3.0) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
    # Half a second a call: five analysts are within their shares; each call that was begun in time was let end.
    assert cycle.usage.seconds <= 3.0 + 0.5
    assert {effect for _, phase, effect in effects(cycle) if phase == "budget"} >= {"rules"}


def test_a_day_allows_what_it_has_left(tmp_path: Path) -> None:
    settings = {"max_tokens_per_day": 24_000, "max_tokens_per_decision": 16_000, "max_answer_tokens": 256}
    with desk_of(tmp_path, Distinct(), **settings) as desk:
        first = desk.analyze("SPX", as_of=AS_OF)
        assert desk.ledger.allowances.spent(DAY).tokens == first.usage.tokens
        second = desk.analyze("SPX", as_of=AS_OF)
        third = desk.analyze("SPX", as_of=AS_OF)
        assert desk.replay(second.id).differences == ()
        assert desk.replay(third.id).differences == ()
        assert desk.ledger.allowances.spent(DAY).tokens <= 24_000
    assert first.usage.tokens + second.usage.tokens + third.usage.tokens <= 24_000
    assert ("bear", "budget", "rules") in effects(third)


def test_decisions_beside_one_another_together_stay_within_the_day(tmp_path: Path) -> None:
    settings = {"max_tokens_per_day": 30_000, "max_tokens_per_decision": 20_000, "max_answer_tokens": 256}

    def one(_: int) -> Cycle:
        with desk_of(tmp_path, Distinct(), **settings) as desk:
            return desk.analyze("SPX", as_of=AS_OF)

    one(0)  # the ledger is there before they race for it
    with ThreadPoolExecutor(3) as pool:
        cycles = list(pool.map(one, range(3)))
    with desk_of(tmp_path, Distinct(), **settings) as desk:
        assert desk.ledger.allowances.spent(DAY).tokens <= 30_000
    assert all(cycle.usage.tokens <= 20_000 for cycle in cycles)


def test_an_interrupted_decision_keeps_its_allowance_and_counts_what_it_had_used(tmp_path: Path) -> None:
    chat, fresh = Distinct(), Distinct()
    settings = {"max_tokens_per_day": 50_000, "max_tokens_per_decision": 12_000, "max_answer_tokens": 256}

    def stops(node: str, learned: Mapping[str, Any]) -> None:
        if node == "bear":
            raise KeyboardInterrupt

    with desk_of(tmp_path / "old", chat, **settings) as desk:
        with pytest.raises(KeyboardInterrupt):
            desk.analyze("SPX", as_of=AS_OF, on_event=stops)
        [unfinished] = desk.ledger.decisions.unfinished()
        assert desk.ledger.allowances.spent(DAY) == Amount(12_000)
    with desk_of(tmp_path / "old", chat, **settings) as desk:
        resumed = desk.resume(unfinished.id)
        assert desk.ledger.allowances.spent(DAY).tokens == resumed.usage.tokens
    with desk_of(tmp_path / "new", fresh, **settings) as desk:
        whole = desk.analyze("SPX", as_of=AS_OF)
    assert resumed.digest == whole.digest
    assert resumed.usage.tokens == whole.usage.tokens
    assert effects(resumed) == {("manager", "budget", "fewer_rounds")}


def test_a_limit_on_money_needs_a_price(tmp_path: Path) -> None:
    with desk_of(tmp_path, Distinct(), max_money_per_day=1.0) as desk:
        with pytest.raises(ConfigError, match="the price of 'scripted' is not known"):
            desk.analyze("SPX", as_of=AS_OF)
        assert desk.ledger.decisions.unfinished() == ()


def test_what_a_day_has_is_not_taken_twice(tmp_path: Path) -> None:
    with desk_of(tmp_path, Distinct()) as desk:
        allowances, admit = desk.ledger.allowances, desk.ledger.decisions.admit
        ids = [admit("SPX", "1d", AS_OF, desk.settings).id for _ in range(3)]
        of_day, own = Limits(tokens=100, money=1.0), Limits(tokens=70)
        first = allowances.take(ids[0], DAY, own, of_day)
        assert first.limits == Limits(70, None, 1.0)
        again = allowances.take(ids[0], DAY, own, of_day)  # the same decision, resumed
        assert again == first._replace(is_new=False)
        assert allowances.take(ids[1], DAY, own, of_day).limits == Limits(30, None, 0.0)
        allowances.settle(first, Amount(10, 2.5, 0.25))
        allowances.settle(first, Amount(99, 0.0, 0.0))
        assert allowances.spent(DAY) == Amount(40, 2.5, 0.25)
        assert allowances.take(ids[2], DAY, own, of_day).limits == Limits(60, None, 0.75)
        assert allowances.spent(date(2026, 1, 6)) == Amount()


def test_decisions_side_by_side_leave_one_another_a_part_of_the_day(tmp_path: Path) -> None:
    """Of 100 tokens the first takes half, the second half of the other 50; the first gives 5 back. Of money each may
    spend 0.25, which is no share."""
    with desk_of(tmp_path, Distinct()) as desk:
        take, admit = desk.ledger.allowances.take, desk.ledger.decisions.admit
        ids = [admit("SPX", "1d", AS_OF, desk.settings).id for _ in range(4)]
        of_day, own = Limits(tokens=100, money=0.375), Limits(money=0.25)
        first = take(ids[0], DAY, own, of_day, side_by_side=2)
        assert first.limits == Limits(50, None, 0.25)
        assert take(ids[1], DAY, own, of_day, side_by_side=2).limits == Limits(25, None, 0.125)
        desk.ledger.allowances.settle(first, Amount(45, 0.0, 0.0))
        assert take(ids[2], DAY, own, of_day, side_by_side=2).limits.tokens == (100 - 45 - 25) // 2
        # The control: alone, as on the command line, a decision takes all that is left.
        assert take(ids[3], DAY, own, of_day).limits.tokens == 100 - 45 - 25 - 15
