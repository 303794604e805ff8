"""The three answers to a trade that waits: approve it, make it smaller, reject it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from fks_agents.contracts import Cycle
from fks_agents.errors import RefusedError
from fks_agents.service import answering
from fks_agents.service.pages._asking import button, field, number
from fks_agents.service.pages._frame import Visit, text
from fks_agents.service.people import Person
from fks_agents.service.showing.ideas import Idea, unsent

Act = Callable[[Person], Cycle]


class _Answer:
    """Fields and buttons of one idea. `answered` is called after each answer, given or refused."""

    def __init__(self, visit: Visit, idea: Idea, answered: Callable[[], Awaitable[None]]) -> None:
        self._visit, self._idea, self._answered = visit, idea, answered
        with ui.element("div").classes("fields"):
            self._reason = field("Reason", hint="required to reject", most=400)
            self._quantity = number("Quantity at most", value=idea.quantity)
        with ui.element("div").classes("line"):
            self._buttons = (
                button("Approve", is_main=True).on_click(self._approve),
                button("Modify").on_click(self._modify),
                button("Reject", is_grave=True).on_click(self._reject),
            )

    async def _approve(self) -> None:
        service, idea, reason = self._visit.service, self._idea.id, self._why()
        await self._do("approved", lambda person: answering.approve(service, idea, person, reason))

    async def _modify(self) -> None:
        service, idea, reason, quantity = self._visit.service, self._idea.id, self._why(), self._quantity.value
        if quantity is None:
            self._quantity.props["error"] = True
            self._quantity.props["error-message"] = "expected a number, was empty"
            return
        await self._do("made smaller", lambda person: answering.modify(service, idea, person, float(quantity), reason))

    async def _reject(self) -> None:
        service, idea, reason = self._visit.service, self._idea.id, self._why()
        if not reason:
            self._reason.props["error"] = True
            self._reason.props["error-message"] = "say why it is rejected"
            return
        await self._do("rejected", lambda person: answering.reject(service, idea, person, reason))

    def _why(self) -> str:
        return str(self._reason.value or "").strip()

    async def _do(self, done: str, act: Act) -> None:
        for each in self._buttons:
            each.disable()
        try:
            cycle = await self._visit.attempt("trader", act)
            if cycle is not None and (why := unsent(cycle)):
                self._visit.refused(RefusedError(why))
            elif cycle is not None:
                self._visit.done(f"{self._idea.symbol}: {done}")
        finally:
            for each in self._buttons:
                each.enable()
        await self._answered()


def answer(visit: Visit, idea: Idea, answered: Callable[[], Awaitable[None]]) -> None:
    """For who may; the others are told who may."""
    if visit.may("trader"):
        _Answer(visit, idea, answered)
    else:
        text("p", "Answering needs the role trader.", "muted small")
