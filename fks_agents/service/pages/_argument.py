"""What an agent said, with the facts behind each claim and the checks it went through."""

from __future__ import annotations

from nicegui import ui

from fks_agents.service.pages._folded import TONES, folded
from fks_agents.service.pages._parts import badge, text
from fks_agents.service.showing.statements import Looked, Stated, Statement


def draw(said: Statement) -> None:
    with ui.element("article").classes("said-by"):
        with ui.element("div").classes("line"):
            text("h3", said.who)
            if said.abstained:
                badge("abstained", "warn")
            text("span", said.model, "muted small")
        text("p", said.view, "said small")
        for note in said.notes:
            text("p", note, "muted small said")
        for caught in said.caught:
            text("p", f"caught: {caught}", "warn small said")
        for claim in said.claims:
            _claim(claim)


def _claim(claim: Stated) -> None:
    """Its facts and checks lie below it, open where not all checks passed."""
    with folded(claim.text, word=claim.outcome, is_open=claim.outcome in ("fail", "unscored")):
        text("p", claim.id, "num muted small")
        if not claim.facts:
            text("p", "No fact is cited.", "warn small")
        for fact in claim.facts:
            with ui.element("p").classes("small said"):
                text("span", f"{fact.label} ", "num muted")
                text("span", fact.text, "num")
        for check in claim.checks:
            _check(check)


def _check(check: Looked) -> None:
    with ui.element("p").classes("small said"):
        text("span", f"{check.rule.replace('_', ' ')}: {check.outcome}. ", TONES.get(check.outcome, ""))
        if check.computed:
            text("span", f"Stated {check.stated}, recomputed {check.computed}. ", "num")
        text("span", check.reason, "muted")
