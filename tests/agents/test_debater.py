"""The debate by the rules: openings, rebuttals by id, and an early end."""

from __future__ import annotations

import pytest

from fks_agents.agents.debater import ROUNDS, debate_goes_on, debater, points, rules_turn, standing
from fks_agents.contracts import Claim, Regime, Report, Turn
from fks_agents.settings import Settings
from fks_agents.state import CycleState
from tests.agents.conftest import RISING, Opened, claim, report, run, snapshot_of


def up(identity: str) -> Claim:
    return claim(identity, f"{identity} speaks for it", direction="bullish")


def down(identity: str) -> Claim:
    return claim(identity, f"{identity} speaks against it", direction="bearish")


REPORTS = [
    report("macro", -0.5, 0.4, down("macro.1"), down("macro.2")),
    report("technical", 0.6, 0.9, up("technical.1"), up("technical.2"), down("technical.3"), up("technical.4")),
]


def debated(rounds: int, reports: list[Report]) -> list[Turn]:
    debate: list[Turn] = []
    for _ in range(rounds):
        for side in ("bull", "bear"):
            debate.append(rules_turn(side, reports, debate))
    return debate


def test_points_are_worth_conviction_over_place() -> None:
    # technical: 0.9, 0.45, 0.9/4; macro: 0.4, 0.2; technical.3 is its third: 0.3
    worths = {point.claim.id: point.worth for point in points("bull", REPORTS)}
    assert worths == pytest.approx({"technical.1": 0.9, "technical.2": 0.45, "technical.4": 0.225})
    assert list(worths) == ["technical.1", "technical.2", "technical.4"]
    assert [point.claim.id for point in points("bear", REPORTS)] == ["macro.1", "technical.3", "macro.2"]


def test_an_opening_says_the_three_strongest() -> None:
    bull, bear = debated(1, REPORTS)
    assert [said.text for said in bull.claims] == [f"technical.{n} speaks for it" for n in (1, 2, 4)]
    assert [said.id for said in bull.claims] == ["bull.1", "bull.2", "bull.3"]
    assert (bull.rebuts, bear.rebuts, bear.round) == ((), (), 1)


def test_a_rebuttal_names_the_strongest_claim_left_standing() -> None:
    more = [*REPORTS, report("structure", 0.2, 0.3, up("structure.1"), up("structure.2"))]
    debate = debated(3, more)
    second_bull, second_bear, third_bull, third_bear = debate[2:]
    # bull has structure.1 and structure.2 unused; bear has used its three
    assert (second_bull.rebuts, [c.id for c in second_bull.claims]) == (("bear.1",), ["bull.4"])
    assert (third_bull.rebuts, [c.id for c in third_bull.claims]) == (("bear.2",), ["bull.5"])
    assert (second_bear.claims, second_bear.rebuts, third_bear.claims) == ((), (), ())
    assert [c.id for c in standing(debate, "bear")] == ["bear.3"]
    assert len(standing(debate, "bull")) == 5


def test_a_rebuttal_comes_from_the_same_analyst_where_it_can() -> None:
    # bear opens with three of macro's; technical.5 answers technical's claim although macro.4 is worth more
    reports = [
        report("macro", -0.9, 1.0, *(down(f"macro.{n}") for n in (1, 2, 3, 4))),
        report("technical", 0.1, 0.5, up("technical.1"), down("technical.2")),
    ]
    debate = debated(2, reports)
    assert debate[3].rebuts == ("bull.1",)
    assert debate[3].claims[0].text == "technical.2 speaks against it"


def test_no_claim_is_made_twice() -> None:
    debate = debated(3, REPORTS)
    texts = [said.text for turn in debate for said in turn.claims]
    assert len(texts) == len(set(texts))


def test_a_side_without_a_case_says_so() -> None:
    bull, bear = debated(1, [report("technical", 0.5, 0.5, up("technical.1"))])
    assert bull.abstained is None
    assert bear.abstained == "no analyst's claim is bearish"


@pytest.mark.parametrize("regime", list(ROUNDS))
@pytest.mark.parametrize("most", [1, 2, 3])
def test_rounds_are_those_of_the_regime_and_the_settings(regime: Regime, most: int) -> None:
    endless = [Turn(speaker="bull", round=1, claims=(up("bull.1"),), model="rules")]
    snapshot = snapshot_of(RISING, regime=regime)
    done = 1
    while debate_goes_on(CycleState(snapshot=snapshot, debate=endless), Settings(max_rounds=most)):
        done += 1
        endless.append(Turn(speaker="bull", round=done, claims=(up(f"bull.{done}"),), model="rules"))
    assert done == min({"calm": 1, "trending": 2, "volatile": 3}[regime], most)


def test_a_round_in_which_nobody_says_anything_is_the_last() -> None:
    state = CycleState(snapshot=snapshot_of(RISING, regime="volatile"), debate=debated(2, REPORTS))
    assert not any(turn.claims for turn in state["debate"][2:])
    assert not debate_goes_on(state, Settings())
    # without that rule the regime alone would ask for a third
    assert ROUNDS["volatile"] == 3


def test_saying_the_same_again_is_saying_nothing() -> None:
    first = [Turn(speaker="bull", round=1, claims=(up("bull.1"),), model="m")]
    again = up("bull.1").model_copy(update={"id": "bull.2"})
    fresh = up("bull.3")
    snapshot = snapshot_of(RISING, regime="volatile")
    for said, goes_on in ((again, False), (fresh, True)):
        debate = [*first, Turn(speaker="bull", round=2, claims=(said,), model="m")]
        assert debate_goes_on(CycleState(snapshot=snapshot, debate=debate), Settings()) is goes_on


def test_the_node_adds_one_turn(opened: Opened) -> None:
    learned = run(debater("bear"), opened(), snapshot_of(RISING), reports=REPORTS, debate=debated(1, REPORTS)[:1])
    assert list(learned) == ["debate"]
    assert [(turn.speaker, turn.round, turn.model) for turn in learned["debate"]] == [("bear", 1, "rules")]
