from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from fks_agents.contracts import Cycle, Plan, Report, Turn
from fks_agents.service.hub import Told
from fks_agents.service.showing.learned import Learned, learn, learn_all, of_cycle
from fks_agents.service.showing.stages import stages
from fks_agents.service.showing.statements import statement
from memory.decisions import Admission
from tests.evaluators.reports.conftest import bars, cycle, snapshot, stopped
from tests.service.showing.told import all_told, told

__all__ = ["bars", "cycle", "snapshot", "stopped"]


def test_what_was_told_comes_to_what_is_on_record(cycle: Cycle) -> None:
    live, kept = learn_all(all_told(cycle)), of_cycle(cycle)
    assert replace(live, seconds=kept.seconds, nodes=()) == replace(kept, nodes=())
    assert set(live.nodes) == {*kept.nodes}
    assert stages(live) == stages(kept)
    assert (live.is_over, live.is_waiting, kept.seconds) == (True, False, 0.42)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_restart_that_tells_steps_again_changes_nothing(cycle: Cycle, data: st.DataObject) -> None:
    once = all_told(cycle)
    broke_off = data.draw(st.integers(1, len(once) - 1))
    again_from = data.draw(st.integers(1, broke_off))
    twice = [*once[:broke_off], once[0], *once[again_from:]]
    assert replace(learn_all(twice), nodes=()) == replace(learn_all(once), nodes=())
    assert stages(learn_all(twice)) == stages(learn_all(once))


def test_who_spoke_first_does_not_matter(cycle: Cycle) -> None:
    once = all_told(cycle)
    assert [each.kind for each in once[2:4]] == ["technical_analyst", "sentiment_analyst"]
    other = [*once[:2], once[3], once[2], *once[4:]]
    assert learn_all(other).reports == learn_all(once).reports
    assert [report.analyst for report in learn_all(once).reports] == ["sentiment", "technical"]


def writing(role: str, text: str, *, is_first: bool = False, reasoning: bool = False) -> Told:
    data = {"role": role, "call": "k", "text": text, "reasoning": reasoning, "is_first": is_first}
    return told("token", data, None)


def test_words_are_shown_until_the_reply_is_whole() -> None:
    known = Learned()
    for each in (
        writing("bull", "The ", is_first=True),
        writing("bull", "close"),
        writing("bear", "No", is_first=True),
    ):
        known = learn(known, each)
    assert known.writing == {"bull": "The close", "bear": "No"}
    known = learn(known, writing("bull", "hm", reasoning=True))
    assert known.writing["bull"] == "The close"
    known = learn(known, writing("bull", "Again", is_first=True))
    assert known.writing == {"bull": "Again", "bear": "No"}
    known = learn(known, told("reply", {"role": "bull", "call": "k", "model": "m"}))
    assert known.writing == {"bear": "No"}


def test_of_a_long_reply_the_end_is_shown() -> None:
    known = learn(learn(Learned(), writing("bull", "a" * 3_999, is_first=True)), writing("bull", "bc"))
    assert (len(known.writing["bull"]), known.writing["bull"][-2:]) == (4_000, "bc")


def test_what_broke_off_is_made_again(cycle: Cycle) -> None:
    begun = learn_all(all_told(cycle)[:3])
    failed = learn(begun, told("failed", {"reason": "the model does not answer", "status": 503}))
    assert (failed.failure, failed.is_over) == ("the model does not answer", False)
    assert learn(failed, all_told(cycle)[3]).failure is None


def test_a_trade_that_waits_is_not_over(cycle: Cycle) -> None:
    waits = told("waits", {"action": "sell", "status": "needs_approval", "reason": "a person is asked"})
    known = learn(learn_all(all_told(cycle)[:-4]), waits)
    assert (known.is_waiting, known.is_over) == (True, False)
    assert learn(known, all_told(cycle)[-1]).is_over


def test_a_decision_nobody_was_asked_about_says_why(stopped: Cycle) -> None:
    known = of_cycle(stopped)
    assert (known.stopped, known.reports, known.plan) == ("data quality 41 is below 60", (), None)


@pytest.mark.parametrize("count", range(19))
def test_claims_can_be_linked_at_every_moment(cycle: Cycle, count: int) -> None:
    admission = Admission(
        id=cycle.id, sequence=1, symbol="SPX", timeframe="1d", as_of=cycle.as_of, account="a", settings={},
        settings_digest="0", models={"quick": "rules", "deep": "rules"},
    )  # fmt: skip
    known = learn_all(all_told(cycle)[:count])
    links = known.links(admission)
    spoken: list[Report | Turn | Plan] = [*known.reports, *known.debate, *links.plans]
    shown = [statement(said, links) for said in spoken]
    outcomes = {claim.outcome for said in shown for claim in said.claims}
    assert outcomes <= ({"pass", "unchecked"} if known.verdict is not None else {"unchecked"})
