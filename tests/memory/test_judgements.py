"""Audits: a claim is judged once by each judge, whatever is asked how often, and nothing can be changed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from fks_agents.errors import LedgerError, UsageError
from memory.judgements import Audit, Judged, Scope
from memory.ledger import Ledger
from tests.memory.conftest import NOON

Edit = Callable[..., None]


def audit(judge: str = "checker@1", decisions: int = 2) -> Audit:
    return Audit(judge=judge, scope=Scope(symbol="SPX"), decisions=decisions, digest="d")


@pytest.fixture
def judged(ledger: Ledger, decision_id: str) -> Judged:
    return Judged(
        audit_id=ledger.judgements.begin(audit()), decision_id=decision_id, subject="technical.1", judge="checker@1",
        answer="refuted", reason="says 3; F1 is 2", judged_at=NOON,
    )  # fmt: skip


def test_the_same_question_is_the_same_audit(ledger: Ledger) -> None:
    first = ledger.judgements.begin(audit())
    assert first == sha256(audit().model_dump_json().encode()).hexdigest()[:12]
    assert ledger.judgements.begin(audit()) == first
    assert ledger.judgements.begin(audit(decisions=3)) != first
    assert ledger.judgements.audit(first[:6]) == audit()


def test_an_unknown_audit_is_refused_by_name(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="unknown audit 'zz': none yet"):
        ledger.judgements.audit("zz")


def test_a_claim_is_judged_once_by_each_judge(ledger: Ledger, judged: Judged) -> None:
    again = judged.model_copy(update={"answer": "supported"})
    other = judged.model_copy(update={"judge": "checker@2"})
    assert [ledger.judgements.record(each) for each in (judged, again, other)] == [1, 0, 1]
    assert ledger.judgements.by("checker@1") == (judged,)
    assert ledger.judgements.by() == (judged, other)
    assert ledger.judgements.by(decisions=["unknown"]) == ()
    assert ledger.judgements.verify() == 2


def test_a_batch_is_committed_whole_or_not_at_all(ledger: Ledger, judged: Judged) -> None:
    second, stray = (judged.model_copy(update=change) for change in ({"subject": "b.1"}, {"audit_id": "nobody"}))
    with pytest.raises(LedgerError, match="was not begun"):
        ledger.judgements.record(judged, second, stray.model_copy(update={"subject": "c.1"}))
    assert ledger.judgements.by() == ()
    assert ledger.judgements.record(judged, second, judged) == 2


def test_writers_at_the_same_time_leave_one_judgement(ledger: Ledger, judged: Judged) -> None:
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(ledger.judgements.record, [judged] * 16))
    assert sum(told) == 1
    assert ledger.judgements.verify() == 1


def test_a_judgement_without_its_audit_is_refused(ledger: Ledger, judged: Judged) -> None:
    with pytest.raises(LedgerError, match="audit nobody was not begun"):
        ledger.judgements.record(judged.model_copy(update={"audit_id": "nobody"}))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE judgements SET judgement = replace(judgement, 'refuted', 'supported') WHERE sequence = 1",
        "UPDATE judgements SET judge = 'checker@9' WHERE sequence = 1",
        "DELETE FROM judgements WHERE sequence = 1",
    ],
)
def test_a_changed_judgement_is_found(ledger: Ledger, judged: Judged, edit: Edit, change: str, path: Path) -> None:
    ledger.judgements.record(judged)
    ledger.judgements.record(judged.model_copy(update={"subject": "technical.2"}))
    edit(change)
    with pytest.raises(LedgerError, match="log of judgements: row 1 "):
        ledger.judgements.verify()
