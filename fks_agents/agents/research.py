"""The node around the research crew, and its findings as claims of the analysts they concern.

A finding says that a quote stands in a document. It is marked as text, so that it carries no decision; a report that
holds nothing else has a stance for people to read, and no vote.
"""

from __future__ import annotations

from langgraph.runtime import Runtime

from evaluators.rules.support import quotation
from fks_agents.contracts import Claim, Finding, Report, Research
from fks_agents.deps import Deps
from fks_agents.state import CycleState

LOUDEST = 0.3
ENOUGH = 5
"""Findings of a direction from which a view is as loud as it gets."""


def research(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
    deps = runtime.context
    if deps.researchers is None:
        return {"research": Research(abstained="nobody researches here", model="none")}
    return {"research": deps.researchers.read(state["snapshot"], deps.chats.get("quick"))}


def concerning(research: Research | None, analyst: str) -> tuple[Claim, ...]:
    """The findings on an analyst's topic, as claims `<analyst>.r<n>`."""
    found = [] if research is None else [each for each in research.findings if each.topic == analyst]
    return tuple(_claim(f"{analyst}.r{n}", finding) for n, finding in enumerate(found, start=1))


def with_findings(report: Report, research: Research | None) -> Report:
    """The report with the claims that concern its analyst; where it has no view, one on nothing but them."""
    claims = concerning(research, report.analyst)
    if not claims or research is None:
        return report
    if report.abstained is None:
        return report.model_copy(update={"claims": (*report.claims, *claims)})
    if report.model != "rules":
        return report
    net = sum((claim.direction == "bullish") - (claim.direction == "bearish") for claim in claims)
    stance = net / len(claims)
    conviction = round(LOUDEST * min(1.0, len(claims) / ENOUGH) * abs(stance), 10)
    return Report(
        analyst=report.analyst, stance=stance, conviction=conviction, claims=claims, model=research.model,
        prompt=research.prompt, is_exposed=True,
    )  # fmt: skip


def _claim(identity: str, finding: Finding) -> Claim:
    return Claim(
        id=identity, text=quotation(finding.document, finding.quote), direction=finding.direction, support="text"
    )
