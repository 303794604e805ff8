"""Labels of people: what waits for one, how far all agree, and labels as a data set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from evaluators.audits import labelled
from evaluators.meta import base_rates, datasets
from evaluators.meta.checker import Checker
from evaluators.meta.examples import lines
from evaluators.meta.measuring import measure
from fks_agents.clock import FixedClock
from fks_agents.errors import UsageError
from fks_agents.judgements import Judgement
from fks_agents.settings import Settings
from graphs.audit import audit
from memory.judgements import Scope
from memory.labels import VERDICT, Label, Word
from memory.ledger import Ledger
from tests.evaluators.audits.recorded import BEGIN, decide

LATER = BEGIN + timedelta(days=40)  # March 10
CLOCK = FixedClock(LATER)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "ledger.sqlite") as opened:
        yield opened


def label(
    ledger: Ledger, decision_id: str, subject: str, word: Word, person: str = "kim", at: datetime = LATER
) -> None:
    ledger.labels.record(
        Label(decision_id=decision_id, subject=subject, word=word, person=person, labelled_at=at)
    )  # fmt: skip


def test_what_is_labelled_no_longer_waits(ledger: Ledger) -> None:
    cycle = decide(ledger, 0)
    first = [claim.claim.id for claim in labelled.waiting(ledger, "kim")]
    assert sorted(first) == ["macro.1", "technical.1", "technical.2"]
    label(ledger, cycle.id, first[0], "supported")
    assert [claim.claim.id for claim in labelled.waiting(ledger, "kim")] == first[1:]
    assert [claim.claim.id for claim in labelled.waiting(ledger, "lee")] == first
    assert [claim.claim.id for claim in labelled.waiting(ledger, "lee", agent="macro")] == ["macro.1"]


def test_the_order_is_neither_that_of_time_nor_of_agents(ledger: Ledger) -> None:
    made = [decide(ledger, day).id for day in range(10)]
    order = [claim.decision_id for claim in labelled.waiting(ledger, "kim")]
    assert order != [decision for decision in made for _ in range(3)]
    assert order == [claim.decision_id for claim in labelled.waiting(ledger, "kim")]
    assert set(order[:10]) == set(order[10:20]) == set(order[20:]) == set(made)  # one of each, then one more


def test_agreement_by_month_by_hand(ledger: Ledger) -> None:
    """In March kim and the judge agree on 2 of 3, in April on 1 of 1."""
    cycles = [decide(ledger, day, wrong=day % 2 == 1) for day in range(2)]
    audit(ledger, Scope(), Checker(), CLOCK)
    label(ledger, cycles[0].id, "macro.1", "supported")
    label(ledger, cycles[1].id, "macro.1", "refuted")
    label(ledger, cycles[1].id, "technical.1", "refuted")
    label(ledger, cycles[0].id, "technical.1", "supported", at=LATER + timedelta(days=30))
    found = {month.month: month for month in labelled.agreement(ledger) if month.rater == Checker().name}
    assert list(found) == ["2020-03", "2020-04", "all"]
    assert found["2020-03"].labels == 3
    assert found["2020-03"].same == pytest.approx(2 / 3)
    # kim says 1 supported, 2 refuted; the judge 2, 1: expected (1 x 2 + 2 x 1) / 9
    assert found["2020-03"].kappa == pytest.approx((2 / 3 - 4 / 9) / (5 / 9))
    assert (found["2020-04"].same, found["2020-04"].kappa) == (1.0, None)
    # over all: 3 of 4; kim 2 and 2, the judge 3 and 1: expected (6 + 2) / 16
    assert found["all"].kappa == pytest.approx((0.75 - 0.5) / 0.5)


def test_the_gate_and_other_people_are_raters_too(ledger: Ledger) -> None:
    cycle = decide(ledger, 0)
    label(ledger, cycle.id, VERDICT, "supported")
    label(ledger, cycle.id, VERDICT, "refuted", "lee")
    found = {(month.person, month.rater): month.same for month in labelled.agreement(ledger) if month.month == "all"}
    assert found == {("kim", "gate"): 1.0, ("kim", "lee"): 0.0, ("lee", "gate"): 0.0, ("lee", "kim"): 0.0}


def test_judges_that_the_gate_asked_are_raters_of_the_verdict(ledger: Ledger) -> None:
    cycle = decide(ledger, 0)
    judgement = Judgement(judge="coherence", model="ollama:judge", outcome="fail", reason="it does not follow")
    admission = ledger.decisions.admit("X", "1d", BEGIN, Settings())
    verdict = cycle.verdict.model_copy(update={"judgements": (judgement,)})
    ledger.decisions.finish(cycle.model_copy(update={"id": admission.id, "symbol": "X", "verdict": verdict}))
    label(ledger, admission.id, VERDICT, "refuted")
    found = {month.rater: month.same for month in labelled.agreement(ledger) if month.month == "all"}
    assert found == {"gate": 0.0, "coherence+ollama:judge": 1.0}


def test_labels_become_a_data_set_that_a_judge_is_measured_on(ledger: Ledger, tmp_path: Path) -> None:
    right, wrong = decide(ledger, 0), decide(ledger, 1, wrong=True)
    for cycle, word in ((right, "supported"), (wrong, "refuted")):
        label(ledger, cycle.id, "macro.1", word)  # type: ignore[arg-type]
        label(ledger, cycle.id, "technical.1", "supported", "lee")
    path = tmp_path / "own.jsonl"
    path.write_text("".join(lines(labelled.examples(ledger))))
    found = datasets.load(str(path))
    assert [each.label for each in found].count("refuted") == 1
    assert found[0].id == f"{found[0].context}/macro.1"
    assert [fact.id for fact in found[0].facts] == ["F2"]
    assert found[1].source == "labelled by lee"
    measured = measure(Checker(), found, dataset="own", draws=200)
    assert (measured.balanced_accuracy.value, measured.coverage.value) == (1.0, 1.0)


def test_what_people_disagree_on_is_left_out_until_a_third_decides(ledger: Ledger) -> None:
    cycle = decide(ledger, 0)
    label(ledger, cycle.id, "macro.1", "supported")
    label(ledger, cycle.id, "macro.1", "refuted", "lee")
    assert list(labelled.examples(ledger)) == []
    label(ledger, cycle.id, "macro.1", "refuted", "sam")
    (only,) = labelled.examples(ledger)
    assert (only.label, only.source) == ("refuted", "labelled by lee, sam")


def test_an_unknown_claim_lists_those_of_its_decision(ledger: Ledger) -> None:
    cycle = decide(ledger, 0)
    with pytest.raises(UsageError, match=r"has no claim 'macro.9'; it has technical.1, technical.2, macro.1"):
        labelled.find(ledger, cycle.id, "macro.9")
    assert labelled.parts("abc/macro.1") == ("abc", "macro.1")
    assert labelled.parts("abc") == ("abc", VERDICT)
    for text in ("", "/macro.1", "abc/"):
        with pytest.raises(UsageError, match="expected DECISION/CLAIM"):
            labelled.parts(text)


def test_the_base_rate_is_that_of_labels_where_there_are_enough(ledger: Ledger) -> None:
    for day in range(12):
        cycle = decide(ledger, day, wrong=day % 2 == 1)
        for subject in ("macro.1", "technical.1", "technical.2"):
            label(ledger, cycle.id, subject, "refuted" if day % 2 and subject == "macro.1" else "supported")
    found = base_rates.measured(ledger)
    assert found is not None
    # 6 of 36
    assert found.value == pytest.approx(1 / 6)
    assert (found.claims, found.source) == (36, "labels of people (36 claims)")
    assert found.low < 1 / 6 < found.high


def test_without_labels_the_base_rate_is_what_the_gate_refused(ledger: Ledger) -> None:
    for day in range(9):
        decide(ledger, day)
    assert base_rates.measured(ledger) is None  # 27 claims are too few
    decide(ledger, 9)
    found = base_rates.measured(ledger)
    assert found is not None
    assert (found.value, found.claims) == (0.0, 30)
    assert found.high == pytest.approx(1.959964**2 / (30 + 1.959964**2), abs=1e-6)
