"""A person who reads a decision sees which views had no vote, and what was looked up."""

from __future__ import annotations

from evaluators.reports._markdown import _report
from fks_agents import _wording as say
from fks_agents.contracts import Claim, Report, ToolUse

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


def test_a_written_report_says_both() -> None:
    from evaluators.reports._links import Links

    told = "\n".join(_report("a", view(ON_TEXT), Links.__new__(Links), "bearish"))  # no claim here cites a fact
    assert "- no vote: it rests on words from outside" in told
    assert "- looked up facts, bars" in told
