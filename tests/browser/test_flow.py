"""What a trader does in a day, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Desk

pytestmark = [pytest.mark.real, pytest.mark.enable_socket]

AS_OF = "2018-04-20T20:00:00Z"
"""The rules sell on this day, and the next bars fill the entry."""


def ask(page: Page, symbol: str, as_of: str) -> str:
    """The id of the decision, whose page is open then."""
    page.get_by_role("combobox", name="Symbol").click()
    page.get_by_role("option", name=symbol, exact=True).click()
    page.get_by_label("As of").fill(as_of)
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url("**/desk/?run=*")
    return page.url.partition("run=")[2]


def stage(page: Page, name: str, state: str) -> None:
    """Wait until the stage is in that state."""
    page.locator(f'[data-stage="{name}"][data-state="{state}"]').wait_for()


def test_from_question_to_fill_replay_and_halt(visit: Callable[..., Page], desk: Desk) -> None:
    page = visit()
    decision = ask(page, "SPX", AS_OF)
    for name in ("snapshot", "analysts", "debate", "manager", "persona", "risk", "gate"):
        stage(page, name, "done")
    stage(page, "approval", "running")
    stage(page, "execute", "waiting")
    page.get_by_text("sell, needs approval").wait_for()

    page.goto(f"{desk.address}/desk/ideas")
    page.get_by_role("button", name="Reject").click()
    page.locator(".q-field--error").wait_for()
    page.get_by_label("Reason").fill("structure and forecast agree")
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("No trade waits for a person.").wait_for()

    page.goto(f"{desk.address}/desk/?run={decision}")
    stage(page, "execute", "done")

    page.goto(f"{desk.address}/desk/history?id={decision}")
    page.get_by_text("Nothing has filled.").wait_for()
    page.get_by_role("button", name="Look at newer bars").click()
    page.get_by_role("table", name="Fills").get_by_text("entry").wait_for()
    page.get_by_role("button", name="Replay", exact=True).click()
    page.get_by_text("Byte for byte the same").wait_for()

    page.goto(f"{desk.address}/desk/risk")
    page.get_by_label("Reason", exact=True).fill("news")
    page.get_by_role("button", name="Halt trading").click()
    page.get_by_role("button", name="Halt", exact=True).click()
    page.get_by_text("by admin: news").first.wait_for()
    page.goto(f"{desk.address}/desk/")
    ask(page, "SPX", AS_OF)
    stage(page, "risk", "done")
    page.get_by_text("halted").first.wait_for()
