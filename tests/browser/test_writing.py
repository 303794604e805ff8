"""What is written and switched on pages, in a real browser: the editor, a backtest, the halt by keyboard alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_access import opened

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Desk

pytestmark = [pytest.mark.real, pytest.mark.enable_socket]

WRONG = '{"long": {"fact": "rsi_15", "is": "below", "than": 30},\n"exit": {"bars": 0'
"""The editor closes brackets by itself."""


def write(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Strategy as JSON").click()
    page.keyboard.press("Control+a")
    page.keyboard.type(text, delay=5)


def test_a_strategy_is_mended_beside_what_does_not_fit_and_saved(visit: Callable[..., Page], desk: Desk) -> None:
    page = opened(visit(), desk, "strategies?new=1")
    page.get_by_label("Name").fill("dip")
    write(page, WRONG)
    page.get_by_text("2 things to mend before it can be saved:").wait_for()
    told = page.get_by_role("row").all_inner_texts()
    assert any("long.fact" in row and "rsi_14" in row and "'rsi_15'" in row for row in told)
    assert any("exit.bars" in row and row.startswith("2") for row in told)
    # What was typed while the page marked lines is all there.
    assert page.locator(".cm-content").inner_text().replace("\n", "") == WRONG.replace("\n", "") + "}}"
    assert page.get_by_role("button", name="Save").is_disabled()
    write(page, WRONG.replace("rsi_15", "rsi_14").replace('"bars": 0', '"bars": 5'))
    page.get_by_text("It fits the schema.").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="dip", exact=True).wait_for()


def test_a_save_over_another_one_is_refused_and_nothing_is_lost(visit: Callable[..., Page], desk: Desk) -> None:
    page = visit()
    mine = {"long": {"fact": "rsi_14", "is": "below", "than": 30}, "exit": {"bars": 5}}

    def save(text: str) -> None:
        body = {"strategy": {**mine, "text": text}}
        answer = page.request.put(
            f"{desk.address}/v1/strategies/shared", data=body, headers=desk.server.headers
        )  # fmt: skip
        assert answer.status == 201, answer.text()

    save("first")
    opened(page, desk, "strategies?name=shared")
    save("theirs")
    write(page, json.dumps({**mine, "text": "ours"})[:-1])
    page.get_by_text("It fits the schema.").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Not saved.").wait_for()
    assert '"ours"' in page.locator(".cm-content").inner_text()
    page.get_by_role("button", name="Write over version 2").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("version 3, saved").wait_for()


def test_a_backtest_is_asked_for_and_read(visit: Callable[..., Page], desk: Desk) -> None:
    page = opened(visit(), desk, "backtest?strategy=sma_cross")
    page.get_by_label("From").fill("2016-01-04")
    page.get_by_role("button", name="Start").click()
    page.get_by_text("no edge found", exact=True).wait_for(timeout=90_000)
    assert page.get_by_role("img", name="Equity from 100,000").count() == 1
    with page.expect_download() as taken:
        page.get_by_role("link", name="Report as HTML").click()
    assert taken.value.path().read_text("utf-8").startswith("<!doctype html>")


def test_trading_is_halted_and_resumed_with_the_keyboard_alone(visit: Callable[..., Page], desk: Desk) -> None:
    page = opened(visit(), desk, "risk")
    for said, label in (("halted", "Halt trading"), ("trading goes on", "Resume trading")):
        page.get_by_role("button", name=label).wait_for()
        page.get_by_label("Reason", exact=True).focus()
        page.keyboard.type("news")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.innerText") == label
        page.keyboard.press("Enter")
        page.get_by_role("dialog").wait_for()
        # What is asked stands on the way out; the other button is the next one.
        page.wait_for_function("document.activeElement.innerText === 'Leave it'")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.locator(".badge", has_text=said).first.wait_for()
