"""Two decisions field by field: only what differs, where it belongs, whatever order things stand in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fks_agents.contracts import Cycle, Fact, Result
from fks_agents.errors import UsageError
from fks_agents.service.showing import differing
from fks_agents.service.showing.differing import Diff, Field, Part
from memory.ledger import Ledger
from tests.evaluators.reports.conftest import AS_OF, bars, cycle, lesson, refused, result, snapshot, stopped

__all__ = ["bars", "cycle", "lesson", "refused", "result", "snapshot", "stopped"]


def different(diff: Diff) -> dict[str, tuple[Part, ...]]:
    return {stage.name: stage.different for stage in diff.stages if stage.different}


def with_facts(cycle: Cycle, facts: tuple[Fact, ...]) -> Cycle:
    assert cycle.snapshot is not None
    return cycle.model_copy(update={"snapshot": cycle.snapshot.model_copy(update={"facts": facts})})


def test_a_decision_beside_itself_has_no_difference(cycle: Cycle) -> None:
    renamed = cycle.model_copy(update={"id": "ffff00001111", "seconds": 9.0})
    diff = differing.between(cycle, renamed)
    assert diff.is_same
    # 9 facts, 2 events, 1 forecast, 1 headline, and the snapshot, its quality and its account
    assert {stage.name: len(stage.equal) for stage in diff.stages} == {
        "Decided": 3, "Seen": 16, "Said": 2, "Argued": 2, "Planned": 3, "Allowed": 2, "Checked": 6, "Approved": 1,
        "Done": 1,
    }  # fmt: skip


def test_one_number_is_one_field(cycle: Cycle) -> None:
    facts = list(cycle.facts)
    facts[2] = facts[2].model_copy(update={"value": 31.5})
    diff = differing.between(cycle, with_facts(cycle, tuple(facts)))
    assert different(diff) == {"Seen": (Part("fact rsi_14 1d", (Field("value", "27.4", "31.5"),)),)}


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        (24999.985756000002, ("27.4", "24,999.99")),
        (27.400000000000002, ("27.4", "27.400000000000002")),  # told apart, whatever it takes
    ],
)
def test_numbers_are_written_for_people_as_long_as_they_are_told_apart(
    cycle: Cycle, now: float, shown: tuple[str, str]
) -> None:
    facts = list(cycle.facts)
    facts[2] = facts[2].model_copy(update={"value": now})
    [part] = different(differing.between(cycle, with_facts(cycle, tuple(facts))))["Seen"]
    assert part.fields == (Field("value", *shown),)


def test_other_numbers_for_the_same_facts_are_no_difference(cycle: Cycle) -> None:
    """Another order, and so other ids; what is cited is the same fact."""
    order = [8, 0, 1, 2, 3, 4, 5, 6, 7]
    ids = {f"F{old + 1}": f"F{new + 1}" for new, old in enumerate(order)}
    facts = tuple(cycle.facts[old].model_copy(update={"id": f"F{new + 1}"}) for new, old in enumerate(order))
    report = cycle.reports[0]
    claim = report.claims[0]
    moved = claim.model_copy(update={"fact_ids": tuple(ids[each] for each in claim.fact_ids), "formula": None})
    there = cycle.model_copy(
        update={"reports": (report.model_copy(update={"claims": (moved,)}), *cycle.reports[1:]), "debate": ()}
    )
    here = cycle.model_copy(
        update={
            "reports": (
                report.model_copy(update={"claims": (claim.model_copy(update={"formula": None}),)}),
                *cycle.reports[1:],
            ),
            "debate": (),
        }
    )
    found = different(differing.between(here, with_facts(there, facts)))
    assert set(found) == {"Planned"}  # its claim still cites by the old number, which is another fact there
    naive = different(differing.between(here, there))
    assert [part.subject for part in naive["Said"]] == ["technical"]


def test_what_only_one_has_says_so(cycle: Cycle) -> None:
    alone = cycle.model_copy(update={"debate": cycle.debate[:1]})
    [bear] = different(differing.between(cycle, alone))["Argued"]
    assert bear.subject == "bear, round 1"
    assert Field("claims.bear.1.1.text", "Five days brought -5.13 %.", None) in bear.fields
    assert Field("rebuts", "bull.1.1", None) in bear.fields


def test_what_the_gate_caught_is_among_the_checks(cycle: Cycle, refused: Cycle) -> None:
    found = different(differing.between(cycle, refused))
    assert set(found) == {"Decided", "Checked", "Approved", "Done"}
    assert [part.subject for part in found["Checked"]] == ["verdict", "number on technical.1"]
    assert found["Checked"][1].fields == (
        Field("outcome", "pass", "fail"), Field("reason", "80.00 below is F1 - F2", "stated 80.00, facts give 8.00"),
        Field("computed", "-80", "-8.00"),
    )  # fmt: skip


def test_what_comes_twice_is_told_apart(cycle: Cycle) -> None:
    twice = cycle.verdict.model_copy(update={"checks": (cycle.verdict.checks[0], cycle.verdict.checks[0])})
    once = cycle.verdict.model_copy(update={"checks": cycle.verdict.checks[:1]})
    diff = differing.between(cycle.model_copy(update={"verdict": twice}), cycle.model_copy(update={"verdict": once}))
    assert [part.subject for part in different(diff)["Checked"]] == ["number on technical.1 (2)"]


def test_what_became_of_them_is_compared(cycle: Cycle, result: Result) -> None:
    better = result.model_copy(update={"kind": "target", "r_multiple": 2.0})
    [part] = different(differing.between(cycle, cycle, result, better))["Became"]
    assert part == Part("result", (Field("kind", "horizon", "target"), Field("r_multiple", "-0.08", "2")))
    gone = different(differing.between(cycle, cycle, result, None))["Became"]
    assert [part.subject for part in gone] == ["result", "lesson for technical"]


def test_a_decision_that_saw_nothing_can_be_compared(cycle: Cycle, stopped: Cycle) -> None:
    found = different(differing.between(stopped, cycle))
    assert Field("action", "no_decision", "sell") in found["Decided"][0].fields
    assert all(each.was is None for part in found["Seen"] for each in part.fields)


def test_the_same_decision_twice_is_refused(tmp_path_factory: pytest.TempPathFactory, stopped: Cycle) -> None:
    from fks_agents.settings import load

    home = tmp_path_factory.mktemp("twice")
    with Ledger.open(home / "ledger.sqlite") as ledger:
        ids = []
        for day in (0, 1):
            admission = ledger.decisions.admit("SPX", "1d", AS_OF + timedelta(days=day), load(home=home))
            ledger.decisions.finish(stopped.model_copy(update={"id": admission.id, "as_of": admission.as_of}))
            ids.append(admission.id)
        with pytest.raises(UsageError, match="expected two decisions"):
            differing.read(ledger, ids[0], ids[0][:6])
        with pytest.raises(UsageError, match="two: expected 4 to 12"):
            differing.read(ledger, ids[0], "")
        [part] = different(differing.read(ledger, *ids))["Decided"]
        assert part.fields == (Field("as_of", "2018-10-12T20:00:00Z", "2018-10-13T20:00:00Z"),)
