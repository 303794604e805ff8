from __future__ import annotations

import json

from fks_agents.contracts import Cycle
from fks_agents.service.showing.learned import Learned, learn, learn_all, of_cycle
from fks_agents.service.showing.stages import Part, Stage, stages
from tests.evaluators.reports.conftest import bars, cycle, refused, snapshot, stopped
from tests.service.showing.told import all_told, told

__all__ = ["bars", "cycle", "refused", "snapshot", "stopped"]

ORDER = ("snapshot", "analysts", "debate", "manager", "persona", "risk", "gate", "approval", "execute", "reflect")
SIX = ("forecast", "macro", "risk", "sentiment", "structure", "technical")


def states(known: Learned) -> dict[str, str]:
    return {stage.name: stage.state for stage in stages(known)}


def stage(known: Learned, name: str) -> Stage:
    return next(each for each in stages(known) if each.name == name)


def with_everyone(cycle: Cycle) -> Cycle:
    """The same, with a word of each of the six analysts."""
    said = {report.analyst: report for report in cycle.reports}
    quiet = said["sentiment"]
    everyone = tuple(said.get(name, quiet.model_copy(update={"analyst": name})) for name in SIX)
    return cycle.model_copy(update={"reports": everyone})


def test_a_trade_that_somebody_outside_proposed_asks_nobody_here(cycle: Cycle) -> None:
    proposed = cycle.model_copy(update={"reports": (), "debate": (), "draft": None})
    shown = {each.name: each for each in stages(of_cycle(proposed), is_proposed=True)}
    assert tuple(shown) == ("snapshot", "proposal", *ORDER[5:])
    assert (shown["proposal"].state, shown["proposal"].said) == ("done", "sell, conviction 0.68")
    begun = stages(learn_all([told("admitted", {}), told("snapshot", {"snapshot": cycle.snapshot})]), is_proposed=True)
    assert [each.state for each in begun[:3]] == ["done", "running", "waiting"]


def test_before_its_turn_everything_waits() -> None:
    assert tuple(states(Learned())) == ORDER
    assert set(states(Learned()).values()) == {"waiting"}


def test_one_stage_after_the_other_runs_and_is_done(cycle: Cycle) -> None:
    events = all_told(with_everyone(cycle))
    running = []
    for count in range(1, len(events) + 1):
        now = states(learn_all(events[:count]))
        turning = [name for name in ORDER if now[name] == "running"]
        assert len(turning) <= 1
        running += [name for name in turning if name not in running]
        at = ORDER.index(turning[0]) if turning else len(ORDER)
        assert not {now[name] for name in ORDER[:at]} & {"waiting", "running", "skipped"}
        assert {now[name] for name in ORDER[at + 1 :]} <= {"waiting"}
    # That the debate is over is known from what the manager does: by rules it has then spoken.
    assert running == [name for name in ORDER if name != "manager"]
    assert set(states(learn_all(events)).values()) == {"done"}


def test_the_manager_runs_while_its_model_writes(cycle: Cycle) -> None:
    before = learn_all(all_told(with_everyone(cycle))[:10])
    assert (states(before)["debate"], states(before)["manager"]) == ("running", "waiting")
    words = {"role": "manager", "call": "k", "text": "{", "reasoning": False, "is_first": True}
    now = states(learn(before, told("token", words, None)))
    assert (now["debate"], now["manager"]) == ("done", "running")


def test_each_says_what_came_of_it(cycle: Cycle) -> None:
    said = {each.name: each.said for each in stages(of_cycle(with_everyone(cycle)))}
    assert said == {
        "snapshot": "9 facts, data quality 96 of 100", "analysts": "1 of 6 with a view", "debate": "1 round",
        "manager": "sell, conviction 0.68", "persona": "moderate: sell", "risk": "9.03 at 0.56 % risk",
        "gate": "all numbers recompute", "approval": "not needed by paper", "execute": "1 orders sent", "reflect": "",
    }  # fmt: skip


def test_analysts_turn_one_by_one(cycle: Cycle) -> None:
    begun = learn_all(all_told(with_everyone(cycle))[:4])  # admitted, snapshot, two of six
    found = stage(begun, "analysts")
    assert (found.state, found.said) == ("running", "2 of 6 have spoken")
    assert found.parts[0] == Part("forecast", "abstained", "no headlines file was given")
    assert {part.name: part.state for part in found.parts} == {
        "forecast": "abstained", "macro": "abstained", "risk": "running", "sentiment": "running",
        "structure": "running", "technical": "running",
    }  # fmt: skip


def test_a_wrong_number_fails_the_gate_and_nothing_follows(refused: Cycle) -> None:
    found = states(of_cycle(with_everyone(refused)))
    assert (found["gate"], found["approval"], found["execute"]) == ("failed", "skipped", "skipped")


def test_a_decision_that_stops_at_its_data_fails_there(stopped: Cycle) -> None:
    known = of_cycle(stopped)
    assert stage(known, "snapshot") == Stage("snapshot", "Snapshot", "failed", "data quality 41 is below 60")
    assert {states(known)[name] for name in ORDER[1:-1]} == {"skipped"}


def test_what_broke_off_is_seen_where_it_did(cycle: Cycle) -> None:
    known = learn(learn_all(all_told(with_everyone(cycle))[:8]), told("failed", {"reason": "no answer"}))
    assert stage(known, "debate") == Stage("debate", "Debate", "failed", "no answer")


def test_a_trade_that_waits_says_for_whom(cycle: Cycle) -> None:
    later = ("approval", "execute", "reflect", "ended")
    before = learn_all(each for each in all_told(with_everyone(cycle)) if each.kind not in later)
    known = learn(before, told("waits", {"action": "sell", "status": "needs_approval", "reason": "0.76 % is at risk"}))
    assert stage(known, "approval").state == "running"
    assert stage(known, "approval").said == "waits for a person: 0.76 % is at risk"
    assert json.dumps(states(known)["execute"]) == '"waiting"'


def test_a_limit_that_left_nothing_fails_the_risk_stage(cycle: Cycle) -> None:
    assert cycle.sized is not None
    nothing = cycle.sized.model_copy(update={"quantity": 0.0, "notional": 0.0, "risk": 0.0})
    found = stage(of_cycle(cycle.model_copy(update={"sized": nothing})), "risk")
    assert (found.state, found.said) == ("failed", "25 % of equity")
