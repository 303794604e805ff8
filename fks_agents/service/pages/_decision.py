"""One finished decision on a page: read in the order it happened, its snapshot taken along, made again."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any

from nicegui import ui
from nicegui.element import Element
from pydantic import TypeAdapter, ValidationError

from fks_agents.errors import ConfigError, UsageError
from fks_agents.service.following import follow
from fks_agents.service.inputs import ModelName
from fks_agents.service.pages import _argument, _compared
from fks_agents.service.pages._asking import button, field
from fks_agents.service.pages._folded import TONES, alert, folded, folded_later, go, lines, long_table
from fks_agents.service.pages._frame import Visit, badge, figures, link, panel, table, text
from fks_agents.service.pages._parts import Cell
from fks_agents.service.showing import decision
from fks_agents.service.showing.decision import Decision
from fks_agents.service.showing.statements import Looked, Named, Statement
from graphs.comparing import Comparison
from graphs.replay import Replayed

_MODEL: TypeAdapter[str] = TypeAdapter(ModelName)

_CHECKS = ("Outcome", "Rule", "About", "What was found", "Stated", "Computed")


async def show(visit: Visit, decision_id: str) -> None:
    """Says so where there is no such decision, or it is not finished."""
    try:
        found = await asyncio.to_thread(decision.read, visit.service.desk.ledger, decision_id)
    except UsageError as error:
        alert(str(error))
        unfinished = await asyncio.to_thread(visit.service.desk.ledger.decisions.unfinished)
        with ui.element("div").classes("line"):
            go("Back to the history", link("history"))
            if decision_id in {each.id for each in unfinished}:
                go("Watch it being made", link("", run=decision_id))
        return
    _head(visit, found)
    with ui.element("div").classes("columns"):
        _seen(found)
        _statements("Said", "What each analyst saw", found.reports)
        _statements("Argued", "For and against", found.debate)
        _planned(found)
        _allowed(found)
        _checked(found)
        _approved(found)
        _done(found)
        _became(visit, found)


def _head(visit: Visit, found: Decision) -> None:
    with panel(found.headline, "wide"):
        with ui.element("div").classes("line"):
            badge(f"gate: {found.verdict}", TONES.get(found.verdict, ""))
            text("strong", found.status)
        text("p", found.reason, "said")
        figures(
            [("Decision", found.id), ("Model", found.model), ("Took", found.seconds), ("Digest", found.digest[:16])]
        )
        with ui.element("div").classes("line"):
            go("History", link("history"))
            go("Compare with another", link("history", one=found.id))
            go("How it was made", link("", run=found.id))
            if found.has_snapshot:
                snapshot = go("Snapshot (JSON)", f"../v1/ai/history/{found.id}/snapshot")
                snapshot.props["download"] = f"snapshot-{found.id}.json"
        if found.has_snapshot:
            _again(visit, found)


def _again(visit: Visit, found: Decision) -> None:
    """From the record, or with another model; for who may ask for decisions."""
    if not visit.may("trader"):
        text("p", "Replaying needs the role trader.", "muted small")
        return
    with ui.element("div").classes("form"):
        replay = button("Replay", is_main=True)
        model = field("Another model", value="rules")
        rerun = button("Replay with this model")
    answer = ui.element("div").classes("stack")
    answer.props["aria-live"] = "polite"

    async def from_record() -> None:
        await _answered(replay, answer, visit.attempt("trader", lambda _: visit.service.desk.replay(found.id)))

    async def with_model() -> None:
        named = str(model.value or "").strip()
        await _answered(rerun, answer, visit.attempt("trader", lambda _: _rerun(visit, found.id, named)))

    replay.on_click(from_record)
    rerun.on_click(with_model)


async def _answered(
    pressed: ui.button, answer: Element, making: Coroutine[Any, Any, Replayed | Comparison | None]
) -> None:
    """Draw what comes out; the button waits for it."""
    pressed.disable()
    answer.clear()
    with answer:
        text("p", "Replaying ...", "muted")
    try:
        made = await making
    finally:
        pressed.enable()
        answer.clear()
    with answer:
        if isinstance(made, Replayed):
            _replayed(made)
        elif made is not None:
            _compared.rerun(made)


def _rerun(visit: Visit, decision_id: str, model: str) -> Comparison:
    """Raises UsageError where there is no such model here."""
    try:
        return visit.service.desk.rerun(decision_id, _MODEL.validate_python(model))
    except ValidationError as error:
        said = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise UsageError(f"model: {said}, was {model!r}") from None
    except ConfigError as error:
        raise UsageError(str(error)) from None


def _replayed(made: Replayed) -> None:
    if made.is_identical:
        with ui.element("p"):
            badge("identical", "good")
            text("span", f" Byte for byte the same: digest {made.cycle.digest}.")
        return
    with ui.element("p"):
        badge("different", "bad")
        text("span", f" {len(made.differences)} values differ from the record.")
    lines(made.differences[:200], "num small")


def _seen(found: Decision) -> None:
    with panel("Seen", hint="before anybody spoke"):
        if not found.has_snapshot:
            text("p", "It ended before it saw any data.", "muted")
            return
        figures([(each.label, each.text) for each in found.seen])
        if found.quality:
            with folded("What cost the data points"):
                lines(found.quality)
        folded_later(f"{len(found.facts)} facts", lambda: _facts(found))
        if found.outside:
            with folded(f"Texts and events from outside ({len(found.outside)})"):
                _named(found.outside)
        if found.recalled:
            with folded(f"Lessons recalled ({len(found.recalled)})"):
                lines([f"{each.agent}, {each.at}: {each.text}" for each in found.recalled])


def _facts(found: Decision) -> None:
    rows = [list(row) for row in found.facts]
    search = field("Find a fact by id or name")
    shape = ui.element("div")

    def draw() -> None:
        wanted = str(search.value or "").strip().lower()
        shape.clear()
        with shape:
            kept = [row for row in rows if not wanted or wanted in f"{row[0]} {row[1]}".lower()]
            long_table(
                f"{len(kept)} facts", ("Id", "Fact", "Value", "Timeframe", "Known at", "Source", "Quoted by"), kept,
                numbers=("Value",),
            )  # fmt: skip

    search.on_value_change(draw)
    draw()


def _statements(title: str, hint: str, statements: tuple[Statement, ...]) -> None:
    with panel(title, hint=hint):
        if not statements:
            text("p", "Nobody spoke.", "muted")
        for said in statements:
            _argument.draw(said)


def _named(shown: tuple[Named, ...]) -> None:
    with ui.element("ul").classes("lines"):
        for each in shown:
            with ui.element("li").classes("said small"):
                text("span", f"{each.label} ", "num muted")
                text("span", each.text)


def _planned(found: Decision) -> None:
    with panel("Planned"):
        if not found.plans:
            text("p", "Nobody planned.", "muted")
        for plan in found.plans:
            _argument.draw(plan)
        if found.chosen:
            with ui.element("p").classes("said"):
                text("strong", "Chosen: ")
                text("span", found.chosen)


def _allowed(found: Decision) -> None:
    with panel("Allowed", hint="by code; risk only shrinks"):
        text("p", found.size or "No size was asked for.", "said" if found.size else "muted")
        if found.limits:
            rows = [list(limit) for limit in found.limits]
            table("Limits that bit", ("Limit", "Before", "After", "Why"), rows, numbers=("Before", "After"))
        elif found.size:
            text("p", "No limit bit.", "muted")


def _checked(found: Decision) -> None:
    with panel("Checked", hint=found.tally):
        with ui.element("p").classes("said"):
            badge(found.verdict, TONES.get(found.verdict, ""))
            text("span", f" {found.ruling}")
        bad = [check for check in found.checks if check.outcome != "pass"]
        if bad:
            table("What did not pass", _CHECKS, [_check(each) for each in bad])
        for judge in found.judges:
            with folded(f"{judge.judge} ({judge.model}): {judge.figures}", word=judge.outcome, is_open=True):
                text("p", judge.reason, "said")
                if judge.passages:
                    _named(judge.passages)
        for warning in found.warnings:
            text("p", f"warning: {warning}", "warn said")
        if found.checks:
            rows = [_check(each) for each in found.checks]
            folded_later(f"All {len(rows)} checks", lambda: long_table("Every check", _CHECKS, rows))


def _check(check: Looked) -> list[str | Cell]:
    return [
        Cell(check.outcome, TONES.get(check.outcome, "")), check.rule, check.subject, check.reason, check.stated,
        check.computed,
    ]  # fmt: skip


def _approved(found: Decision) -> None:
    with panel("Approved"):
        if not found.approval:
            text("p", "Nothing was to be approved.", "muted")
            return
        table("Who, when and why", ("When", "Who", "What", "Why"), [list(step) for step in found.approval])


def _done(found: Decision) -> None:
    with panel("Done"):
        if not found.orders:
            text("p", "No order was committed.", "muted")
            return
        table("Orders", ("Leg", "Order", "Answer"), [list(order) for order in found.orders])
        if found.fills:
            table("Fills", ("At", "Leg", "Fill", "Fee"), [list(fill) for fill in found.fills], numbers=("Fee",))
        else:
            text("p", "Nothing has filled.", "muted")


async def _follow(visit: Visit, decision_id: str) -> None:
    cycle = await asyncio.to_thread(visit.service.desk.ledger.decisions.cycle, decision_id)
    followed = await visit.attempt("trader", lambda _: follow(visit.service, cycle))
    if followed is None:
        return
    if followed.equity is None:
        visit.done("No bar has closed since.")
    else:
        visit.go("history", id=decision_id)


def _became(visit: Visit, found: Decision) -> None:
    with panel("Became"):
        if found.outcome:
            lines(found.outcome)
        else:
            text(
                "p", "The outcome is not known yet: it comes with later bars, which are looked for every hour.", "muted"
            )
            if visit.may("trader"):
                button("Look at newer bars").on_click(partial(_follow, visit, found.id))
        for lesson in found.lessons:
            with ui.element("p").classes("said small"):
                badge(lesson.was_right, TONES.get(lesson.was_right, ""))
                text("span", f" {lesson.agent}: {lesson.text}")
        if found.spent:
            with folded("What it cost"):
                lines(found.spent)
