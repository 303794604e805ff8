"""What an audit tells: by agent and month, worst claims with their evidence, and drift between judges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from evaluators.audits import report
from evaluators.audits.figures import Figures, figures, off
from evaluators.meta.checker import Checker
from evaluators.meta.examples import Case
from evaluators.meta.judging import Opinion
from fks_agents.clock import FixedClock
from fks_agents.errors import UsageError
from fks_agents.settings import Settings
from graphs.audit import Audited, audit
from memory.judgements import Judged, Scope
from memory.ledger import Ledger
from tests.evaluators.audits.recorded import BEGIN, decide

CLOCK = FixedClock(BEGIN + timedelta(days=400))


@dataclass(frozen=True)
class Lenient:
    """An older version: it supports everything."""

    name: str = "checker@old"
    is_local: bool = True

    def judge(self, case: Case) -> Opinion:
        return Opinion(answer="supported")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Three decisions of January 30 to February 1; the last two have a wrong claim."""
    with Ledger.open(tmp_path / "ledger.sqlite") as opened:
        for day in range(3):
            decide(opened, day, wrong=day > 0, model="<b>model|one</b>")
        yield opened


def told(ledger: Ledger) -> tuple[Audited, Figures]:
    done = audit(ledger, Scope(), Checker(), CLOCK)
    return done, figures(done.rows, ledger.judgements.by())


def test_agents_are_ranked_by_their_share_of_refuted_claims(ledger: Ledger) -> None:
    macro, technical = told(ledger)[1].agents
    assert (macro.agent, macro.claims, macro.refuted) == ("macro", 3, 2)
    assert (technical.agent, technical.claims, technical.refuted) == ("technical", 6, 0)
    assert macro.low < 2 / 3 < macro.high


def test_the_trend_is_by_month_of_the_moment_decided_about(ledger: Ledger) -> None:
    trend = {(each.agent, each.month): (each.refuted, each.claims) for each in told(ledger)[1].trend}
    assert trend == {
        ("macro", "2020-01"): (1, 2),
        ("macro", "2020-02"): (1, 1),
        ("technical", "2020-01"): (0, 4),
        ("technical", "2020-02"): (0, 2),
    }


def test_the_worst_claims_come_with_their_evidence(ledger: Ledger) -> None:
    worst = told(ledger)[1].worst
    assert [each.claim_id for each in worst] == ["macro.1", "macro.1"]
    assert worst[0].text == "RSI(14) is 52.0"
    assert [(fact.id, fact.value) for fact in worst[0].facts] == [("F2", 25.0)]
    assert worst[0].gate == "unscored"  # these decisions have no checks on record


@pytest.mark.parametrize(
    ("stated", "computed", "share"),
    [
        ("RSI(14) is 52.0", "25", 27 / 52),
        ("1,200", "−1200", 2.0),  # of 1,200
        ("3 %", "3", 0.0),
        ("rising", "-4", 0.0),
        ("0", "0", 0.0),
    ],
)
def test_how_far_off_a_claim_is(stated: str, computed: str, share: float) -> None:
    judged = Judged(
        audit_id="a", decision_id="d", subject="s", judge="j", answer="refuted", stated=stated, computed=computed,
        judged_at=BEGIN,
    )  # fmt: skip
    assert off(judged) == pytest.approx(share)


def test_another_version_s_judgements_are_compared_claim_by_claim(ledger: Ledger) -> None:
    audit(ledger, Scope(), Lenient(), CLOCK)
    (drift,) = told(ledger)[1].drift
    # The new version refutes 2 of 9 that the old one supported.
    assert (drift.judge, drift.claims, drift.newly_refuted, drift.no_longer_refuted) == ("checker@old", 9, 2, 0)
    assert drift.agreement == pytest.approx(7 / 9)
    assert drift.kappa == pytest.approx(0.0)  # one that says one word throughout agrees by chance alone
    assert drift.p == pytest.approx(0.5)  # 2 x (1/2)^2
    assert all(line.endswith("macro.1: supported -> refuted") for line in drift.changed)


def test_the_report_is_the_same_each_time_and_needs_nothing_else(ledger: Ledger, tmp_path: Path) -> None:
    audit(ledger, Scope(), Lenient(), CLOCK)
    written = []
    for name in ("a", "b"):
        done, found = told(ledger)
        written.append(report.write(done.audit, found, tmp_path / name))
    assert written[0].html.read_bytes() == written[1].html.read_bytes()
    assert written[0].markdown.read_bytes() == written[1].markdown.read_bytes()
    page = written[0].html.read_text("utf-8")
    assert "default-src 'none'" in page
    assert "src=" not in page.replace("default-src", "")
    assert "https://" not in page


def test_words_of_a_model_are_text_in_the_report(ledger: Ledger) -> None:
    done, found = told(ledger)
    page = report.html(done.audit, found)
    assert "<b>" not in page
    assert "&lt;b&gt;model|one&lt;/b&gt;" in page
    text = found.worst[0].model_copy(update={"text": "| <script>x</script> [a](b)"})
    plain = report.markdown(done.audit, found.model_copy(update={"worst": (text,)}))
    assert "<script>" not in plain
    assert "[a](b)" not in plain


def test_an_unfinished_audit_says_why(ledger: Ledger) -> None:
    done, found = told(ledger)
    for page in (report.html, report.markdown):
        assert "budget: 5 judgements" in page(done.audit, found, stopped="budget: 5 judgements")
        assert "Stopped" not in page(done.audit, found)


def test_the_markdown_has_a_row_for_each_month(ledger: Ledger) -> None:
    done, found = told(ledger)
    lines = report.markdown(done.audit, found).splitlines()
    assert "| month | macro | technical |" in lines
    assert "|---|---:|---:|" in lines
    assert "| 2020-01 | 1 / 2 | 0 / 4 |" in lines
    assert "| 2020-02 | 1 / 1 | 0 / 2 |" in lines


def test_a_quotation_is_held_against_the_document_it_names(ledger: Ledger) -> None:
    from evaluators.audits.claims import stated
    from evaluators.rules.support import quotation
    from fks_agents.contracts import Claim, Report
    from fks_agents.outside import Document

    cycle = decide(ledger, 5)
    assert cycle.snapshot is not None
    document = Document(id="doc-1", text="Sales  rose sharply.", published_at=BEGIN, source="t")
    said = [quotation("doc-1", "sales rose"), quotation("doc-1", "sales fell"), quotation("doc-2", "sales rose")]
    claims = tuple(Claim(id=f"sentiment.{n}", text=text, support="text") for n, text in enumerate(said))
    changed = cycle.model_copy(
        update={
            "snapshot": cycle.snapshot.model_copy(update={"documents": (document,)}),
            "reports": (Report(analyst="sentiment", claims=claims, model="rules"),),
        }
    )
    answers = [Checker().judge(claim.case).answer for claim in stated(changed, 0.01)]
    assert answers == ["supported", "refuted", "refuted"]


def test_a_whole_decision_is_judged_by_a_model_and_not_by_the_checker(ledger: Ledger) -> None:
    from evaluators.judges import Means
    from evaluators.meta.models import ModelJudge
    from fks_agents.contracts import Plan
    from tests.evaluators.judges.conftest import chat, finds

    cycle = decide(ledger, 6)
    draft = Plan(author="manager", action="hold", conviction=0.4, reason="the trend points down", model="rules")
    admission = ledger.decisions.admit("X", "1d", BEGIN, Settings())
    ledger.decisions.finish(cycle.model_copy(update={"id": admission.id, "symbol": "X", "draft": draft}))
    scope = Scope(whole=True)
    with pytest.raises(UsageError, match="judges claims; whole decisions need a judge with a model"):
        audit(ledger, scope, Checker(), CLOCK)
    judge = ModelJudge("coherence", Means(chats=(chat(finds(lambda text: "RSI" in text)),), most_tokens=4_000))
    done = audit(ledger, scope, judge, CLOCK)
    ((claim, judged),) = done.rows  # the others have no plan
    assert judged is not None
    assert (claim.key, claim.agent, judged.answer) == ((admission.id, "verdict"), "manager", "refuted")
    assert "technical.1" in judged.reason
    assert "each as a whole" in report.markdown(done.audit, figures(done.rows, ()))
