"""Judges on the desk: asked after the rules, recorded, replayed, paid from a purse of their own."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fks_agents.contracts import Cycle, Judgement
from fks_agents.deps import Call, ChatModel, ChatRole
from fks_agents.errors import ConfigError, DataError
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.settings import load
from graphs.opening import open_desk
from tests.evaluators.judges.conftest import finds, shown, verdict
from tests.graphs.scripts import honest
from tests.graphs.test_lies import WRONG
from tests.memory.conftest import cycle_of

AS_OF = datetime(2018, 4, 20, 20, tzinfo=UTC)

Chats = dict[ChatRole, ChatModel | None]


def desk_of(home: Path, judge: ChatModel | None = None, **settings: Any) -> Any:
    """A desk whose agents are honest, and whose judge is handed in."""
    speaker = ScriptedChat(honest, name="test:speaker")
    chats: Chats = {"quick": speaker, "deep": speaker}
    if judge is not None:
        chats["judge"] = judge
    return open_desk(load(home=home, min_conviction=0.5, max_rounds=1, **settings), chats=chats)


def refuses(role: str) -> Any:
    """A judge that finds everything faulty in one role, and sees what is planted in all."""
    return lambda call: finds(lambda _: call.role == role)(call)


def test_a_trade_that_the_judges_pass_is_made_and_replayed_without_asking_them(tmp_path: Path) -> None:
    judge = ScriptedChat(finds(), name="other:judge")
    with desk_of(tmp_path, judge) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
        asked = len(judge.asked)
        replayed = desk.replay(cycle.id)
    assert cycle.status == "working"
    assert cycle.verdict.reason.endswith("5 of 5 judges pass")
    assert {each.judge for each in cycle.verdict.judgements} == {
        "factual_consistency", "discrepancy", "bias", "coherence", "compliance",
    }  # fmt: skip
    assert asked == 10
    assert len(judge.asked) == asked
    assert replayed.is_identical, replayed.differences
    assert {call.role for call in judge.asked} <= {spent.role for spent in cycle.usage.spent}
    assert sum(each.tokens for each in cycle.verdict.judgements) <= 8_000


def test_a_veto_refuses_the_order_and_names_the_judge(tmp_path: Path) -> None:
    with desk_of(tmp_path, ScriptedChat(refuses("compliance_judge"), name="other:judge")) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
        assert desk.replay(cycle.id).is_identical
    assert (cycle.status, cycle.orders) == ("refused", ())
    assert cycle.reason.startswith("the judge compliance (other:judge) says no: ")
    assert "the judge compliance (other:judge) says no" in " ".join(cycle.explain().split())


def test_a_judge_that_cannot_be_read_keeps_the_gate_shut(tmp_path: Path) -> None:
    with desk_of(tmp_path, ScriptedChat(lambda _: "looks fine to me", name="other:judge")) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
        assert desk.replay(cycle.id).is_identical
    assert (cycle.status, cycle.verdict.outcome) == ("refused", "unscored")
    assert "0 of 5 judges pass, 60% must (policy shipped, paper)" in cycle.reason


def test_nobody_is_asked_where_the_rules_refuse(tmp_path: Path) -> None:
    def liar(call: Call) -> str:
        told = json.loads(honest(call))
        return json.dumps(told | {"claims": [WRONG]} if call.role == "manager" else told)

    judge = ScriptedChat(finds(), name="other:judge")
    speaker = ScriptedChat(liar, name="test:speaker")
    chats: Chats = {"quick": speaker, "deep": speaker, "judge": judge}
    with open_desk(load(home=tmp_path, min_conviction=0.5, max_rounds=1), chats=chats) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
    assert cycle.verdict.outcome != "pass"
    assert (judge.asked, cycle.verdict.judgements) == ([], ())


def test_rules_alone_ask_nobody_and_say_nothing_of_judges(tmp_path: Path) -> None:
    with open_desk(load(home=tmp_path)) as desk:
        cycle = desk.analyze("SPX", as_of=datetime(2018, 12, 24, 21, tzinfo=UTC))
    assert (cycle.verdict.judgements, cycle.verdict.warnings) == ((), ())
    assert cycle.models == {"quick": "rules", "deep": "rules"}


def test_a_judge_of_the_debaters_family_is_warned_of_wherever_the_decision_is_told(tmp_path: Path) -> None:
    speaker = ScriptedChat(honest, name="ollama:llama3.2:3b")
    judge = ScriptedChat(finds(), name="ollama:llama3.1:8b")
    chats: Chats = {"quick": speaker, "deep": speaker, "judge": judge}
    with open_desk(load(home=tmp_path, min_conviction=0.5, max_rounds=1), chats=chats) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
    warning = "the judge ollama:llama3.1:8b is of the family of ollama:llama3.2:3b, whose words it judges"
    assert cycle.verdict.warnings == (warning,)
    assert warning in " ".join(cycle.explain().split())


def test_several_judge_models_decide_by_quorum(tmp_path: Path) -> None:
    speaker = ScriptedChat(honest, name="test:speaker")
    chats: Chats = {
        "quick": speaker, "deep": speaker,
        "judge": ScriptedChat(finds(), name="a:1"), "judge_2": ScriptedChat(finds(), name="b:1"),
        "judge_3": ScriptedChat(refuses("bias_judge"), name="c:1"),
    }  # fmt: skip
    policy = tmp_path / "own.toml"
    policy.write_text('name = "own"\n[paper]\njudges = ["bias"]\n')
    with open_desk(load(home=tmp_path / "home", min_conviction=0.5, max_rounds=1, policy=policy), chats=chats) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
    (said,) = cycle.verdict.judgements
    assert (said.outcome, said.agreement, said.model) == ("pass", 0.6667, "a:1 + b:1 + c:1")


def test_the_policy_of_a_decision_is_replayed_though_the_file_has_changed(tmp_path: Path) -> None:
    policy = tmp_path / "own.toml"
    policy.write_text('name = "own"\n[paper]\njudges = ["bias"]\n')
    judge = ScriptedChat(finds(), name="other:judge")
    with desk_of(tmp_path / "home", judge, policy=policy) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
        policy.write_text('name = "closed"\n')
        assert desk.replay(cycle.id).is_identical
    assert [each.judge for each in cycle.verdict.judgements] == ["bias"]
    with desk_of(tmp_path / "home", judge, policy=policy) as desk:
        later = desk.analyze("SPX", as_of=AS_OF)
    assert later.reason == "policy closed: paper is closed"
    assert later.settings_digest != cycle.settings_digest


def test_an_order_that_a_person_is_asked_about_is_judged_by_its_own_terms(tmp_path: Path) -> None:
    policy = tmp_path / "own.toml"
    policy.write_text(
        'name = "own"\n[paper]\n[approval]\njudges = ["bias"]\n[unattended]\nbelow_risk = 0.0\n', encoding="utf-8"
    )
    with desk_of(tmp_path / "home", ScriptedChat(finds(), name="other:judge"), policy=policy) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
    assert [each.judge for each in cycle.verdict.judgements] == ["bias"]
    assert cycle.status == "needs_approval"


def test_a_policy_that_names_what_is_not_there_is_refused_before_anything_is_admitted(tmp_path: Path) -> None:
    policy = tmp_path / "own.toml"
    policy.write_text('name = "own"\n[paper]\njudges = ["taste"]\n')
    with desk_of(tmp_path / "home", policy=policy) as desk:
        with pytest.raises(ConfigError, match="unknown judge 'taste'"):
            desk.analyze("SPX", as_of=AS_OF)
        assert desk.ledger.decisions.unfinished() == ()


# --- the purse


def judged(desk: Any, at: datetime, count: int, *, agreement: float | None = None, tokens: int = 700) -> Cycle:
    """A finished decision about `at` with that many judgements, straight into the ledger."""
    admission = desk.ledger.decisions.admit("SPX", "1d", at, desk.settings)
    told = tuple(
        Judgement(
            judge="bias", model="other:judge", outcome="pass", score=1.0, reason="-", agreement=agreement, tokens=tokens
        )
        for _ in range(count)
    )
    cycle: Cycle = cycle_of(admission)
    cycle = cycle.model_copy(update={"verdict": cycle.verdict.model_copy(update={"judgements": told})})
    desk.ledger.decisions.finish(cycle)
    return cycle


def test_after_a_hundred_judgements_in_an_hour_nobody_is_asked(tmp_path: Path) -> None:
    judge = ScriptedChat(finds(), name="other:judge")
    with desk_of(tmp_path, judge) as desk:
        judged(desk, AS_OF - timedelta(minutes=59), 60)
        judged(desk, AS_OF - timedelta(minutes=1), 40)
        cycle = desk.analyze("SPX", as_of=AS_OF)
        assert desk.replay(cycle.id).is_identical
    assert judge.asked == []
    assert cycle.status == "refused"
    assert "judges' budget: 100 judgements in the last hour, limit 100" in cycle.reason


def test_hours_are_those_that_decisions_are_about_and_free_judgements_do_not_count(tmp_path: Path) -> None:
    with desk_of(tmp_path, ScriptedChat(finds(), name="other:judge")) as desk:
        judged(desk, AS_OF - timedelta(minutes=61), 60)  # an hour before
        judged(desk, AS_OF + timedelta(minutes=1), 60)  # about a later moment
        judged(desk, AS_OF - timedelta(minutes=5), 60, tokens=0)  # nobody was paid
        judged(desk, AS_OF - timedelta(minutes=5), 99)
        assert desk.analyze("SPX", as_of=AS_OF).status == "working"


def test_judges_that_do_not_agree_are_not_asked_for_a_day(tmp_path: Path) -> None:
    judge = ScriptedChat(finds(), name="other:judge")
    with desk_of(tmp_path, judge) as desk:
        # 10 judgements with a mean agreement of (6 x 1.0 + 4 x 0.2) / 10 = 0.68
        judged(desk, AS_OF - timedelta(hours=20), 6, agreement=1.0)
        judged(desk, AS_OF - timedelta(hours=3), 4, agreement=0.2)
        cycle = desk.analyze("SPX", as_of=AS_OF)
        assert desk.replay(cycle.id).is_identical
        assert judge.asked == []
        assert cycle.status == "refused"
        assert "their agreement over the last 10 judgements is 68%, expected at least 70%" in cycle.reason
        assert desk.analyze("SPX", as_of=AS_OF + timedelta(hours=24)).verdict.judgements[0].outcome == "pass"


def test_few_judgements_say_nothing_of_agreement_and_the_newest_count(tmp_path: Path) -> None:
    with desk_of(tmp_path / "few", ScriptedChat(finds(), name="other:judge")) as desk:
        judged(desk, AS_OF - timedelta(hours=3), 9, agreement=0.0)
        assert desk.analyze("SPX", as_of=AS_OF).status == "working"
    with desk_of(tmp_path / "newest", ScriptedChat(finds(), name="other:judge")) as desk:
        judged(desk, AS_OF - timedelta(hours=9), 50, agreement=0.0)
        judged(desk, AS_OF - timedelta(hours=3), 30, agreement=0.9)
        assert desk.analyze("SPX", as_of=AS_OF).status == "working"


def test_a_judge_that_talks_too_much_finds_the_purse_empty(tmp_path: Path) -> None:
    def chatty(call: Call) -> str:
        return "x" * 6_000 + finds()(call)  # 1,500 tokens beside the verdict

    judge = ScriptedChat(chatty, name="other:judge")
    with desk_of(tmp_path, judge) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
        assert desk.replay(cycle.id).is_identical
    assert len(judge.asked) < 10
    assert cycle.status == "refused"
    assert any("judges' budget" in each.reason for each in cycle.verdict.judgements)


# --- documents


def test_the_knowledge_judge_cites_a_document_and_is_replayed_without_it(tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "2018-04-01-notes.md").write_text("Close and atr notes: the manager buys and the trend persists.\n")
    (documents / "2018-05-01-later.md").write_text("The manager bought close to the top, and was wrong.\n")

    def citing(call: Call) -> str:
        if call.role != "knowledge_judge":
            return finds()(call)
        labels = [line.split(":")[0] for line in call.messages[-1].text.splitlines() if line.startswith("E")]
        real = [label for label in labels if f"{label}: (2018" in call.messages[-1].text]
        planted = [label for label, text in shown(call).items() if "harbour" in text]
        return verdict(planted, evidence=tuple(real[:1]))

    judge = ScriptedChat(citing, name="other:judge")
    with desk_of(tmp_path / "home", judge, knowledge=documents) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
        for path in documents.iterdir():
            path.unlink()
        assert desk.replay(cycle.id).is_identical
    said = next(each for each in cycle.verdict.judgements if each.judge == "knowledge")
    assert (said.outcome, said.evidence) == ("pass", ("2018-04-01-notes#1",))
    assert [passage.id for passage in said.passages] == ["2018-04-01-notes#1"]
    assert "2018-04-01-notes#1 (2018-04-02" in " ".join(cycle.explain().split())


def test_without_a_model_the_knowledge_judge_is_an_opinion_that_costs_nothing(tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "2018-04-01-notes.md").write_text("Notes on rsi and close.\n")
    with open_desk(load(home=tmp_path / "home", knowledge=documents)) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
        assert desk.replay(cycle.id).is_identical
    assert all(each.model == "rules" and each.tokens == 0 for each in cycle.verdict.judgements)
    assert [each.judge for each in cycle.verdict.judgements] in ([], ["knowledge"])


def test_a_document_without_a_date_is_refused_before_anything_is_admitted(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "notes.md").write_text("x")
    with open_desk(load(home=tmp_path / "home", knowledge=tmp_path / "documents")) as desk:
        with pytest.raises(DataError, match="expected a date"):
            desk.analyze("SPX", as_of=AS_OF)
        assert desk.ledger.decisions.unfinished() == ()


def test_what_judges_write_is_told_to_a_listener(tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []
    with desk_of(tmp_path, ScriptedChat(finds(), name="other:judge")) as desk:
        desk.analyze(
            "SPX", as_of=AS_OF, on_event=lambda name, learned: told.append((name, str(learned.get("role", ""))))
        )
    assert [role for name, role in told if name == "reply" and role.endswith("_judge")].count("bias_judge") == 2
