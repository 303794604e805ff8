"""A person who reads a decision sees which views had no vote, and what was looked up."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from evaluators.reports import write
from fks_agents import _wording as say
from fks_agents.contracts import Claim, Cycle, Report, ToolUse, Verdict

AS_OF = datetime(2018, 4, 20, 20, tzinfo=UTC)
ON_TEXT = Claim(id="sentiment.r1", text="D1: “weak”", support="text")
ON_FACTS = Claim(id="technical.1", text="x", fact_ids=("F1",))


def view(*claims: Claim, is_exposed: bool = False, abstained: str | None = None) -> Report:
    used = (ToolUse(tool="facts", result="{}"), ToolUse(tool="bars", result="{}"), ToolUse(tool="facts", result="{}"))
    return Report(
        analyst="a", claims=claims, is_exposed=is_exposed, abstained=abstained, model="m", tools=used
    )  # fmt: skip


def test_who_has_no_vote_is_told() -> None:
    assert say.unheard(view(ON_TEXT)) == say.unheard(view(ON_FACTS, is_exposed=True))
    assert say.unheard(view(ON_TEXT)) == "no vote: it rests on words from outside"
    assert say.unheard(view(ON_FACTS)) == say.unheard(view(ON_FACTS, ON_TEXT)) == ""
    assert say.unheard(view(is_exposed=True, abstained="so")) == ""


def test_what_was_looked_up_is_told_once() -> None:
    assert say.looked_up(view(ON_FACTS)) == "looked up facts, bars"


def test_the_whole_of_a_decision_says_both(tmp_path: Path) -> None:
    cycle = Cycle(
        id="d", symbol="SPX", timeframe="1d", as_of=AS_OF, action="no_decision", status="no_decision", reason="so",
        models={}, settings_digest="0", reports=(view(ON_TEXT),), verdict=Verdict(outcome="unscored", reason="so"),
    )  # fmt: skip
    told = cycle.explain()
    assert "no vote: it rests on words from outside" in told
    assert "looked up facts, bars" in told
    page = write(cycle, None, tmp_path).markdown.read_text("utf-8")
    assert "- no vote: it rests on words from outside" in page
