"""The record in a real browser: found, read, made again, compared; whoever looks, with whatever screen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.browser.test_access import SERIOUS, TAGS

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Desk

pytestmark = [pytest.mark.real, pytest.mark.enable_socket]

HELD = ("2018-02-20T22:00:00Z", "2018-05-20T22:00:00Z")
"""The rules hold on these days, so that nobody has to be asked."""


@pytest.fixture(scope="module")
def made(desk: Desk) -> list[str]:
    """Ids of two finished decisions on SPX."""
    with httpx.Client(base_url=desk.address, timeout=60.0, trust_env=False) as client:
        answer = client.post("/v1/auth/login", json={"name": "admin", "password": desk.password})
        answer.raise_for_status()
        client.headers.update({"X-CSRF-Token": answer.json()["csrf"], "Origin": desk.address})
        asked = [
            client.post("/v1/ai/analyze", json={"symbol": "SPX", "as_of": as_of, "wait": True}).raise_for_status()
            for as_of in HELD
        ]
        return [str(each.json()["id"]) for each in asked]


def opened(page: Page, desk: Desk, path: str) -> Page:
    page.goto(f"{desk.address}/desk/{path}")
    page.get_by_role("heading", level=1).wait_for()
    return page


def test_a_filter_stands_in_the_address_and_the_address_brings_it_back(
    visit: Callable[..., Page], desk: Desk, made: list[str]
) -> None:
    page = opened(visit(), desk, "history")
    page.get_by_label("To day").fill("2018-03-01")
    page.get_by_label("Symbol").fill("SPX")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**/desk/history?symbol=SPX&until=2018-03-01")
    page.reload()
    assert page.get_by_label("To day").input_value() == "2018-03-01"
    rows = page.locator("tbody tr")
    assert (rows.count(), "2018-02-20 22:00" in rows.inner_text()) == (1, True)


def test_a_decision_is_replayed_byte_for_byte_and_with_another_model(
    visit: Callable[..., Page], desk: Desk, made: list[str]
) -> None:
    page = opened(visit(), desk, f"history?id={made[0]}")
    page.get_by_role("button", name="Replay", exact=True).click()
    page.get_by_text("Byte for byte the same").wait_for()
    page.get_by_role("button", name="Replay with this model").click()
    page.get_by_text("in decision, claims or checks").wait_for()
    page.get_by_label("Another model").fill("local:../../secret")
    page.get_by_role("button", name="Replay with this model").click()
    page.get_by_text("expected the name of a model, not a path").wait_for()


def test_a_snapshot_is_taken_along_as_the_agents_saw_it(
    visit: Callable[..., Page], desk: Desk, made: list[str]
) -> None:
    page = opened(visit(), desk, f"history?id={made[0]}")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Snapshot (JSON)").click()
    assert taken.value.suggested_filename == f"snapshot-{made[0]}.json"
    seen = json.loads(Path(taken.value.path()).read_text("utf-8"))
    assert (seen["symbol"], seen["as_of"], len(seen["facts"]) > 300) == ("SPX", HELD[0], True)


def test_facts_are_found_by_name_with_the_keyboard(visit: Callable[..., Page], desk: Desk, made: list[str]) -> None:
    page = opened(visit(), desk, f"history?id={made[0]}")
    summary = page.locator("summary", has_text="facts")
    summary.focus()
    page.keyboard.press("Enter")
    rows = page.get_by_role("table", name=re.compile(r"^\d+ facts$")).locator("tbody tr")
    rows.first.wait_for()
    assert rows.count() == 50
    page.get_by_role("button", name=re.compile(r"^Show all \d+ rows$")).click()
    rows.nth(300).wait_for()
    page.get_by_label("Find a fact by id or name").fill("rsi_14")
    page.get_by_role("table", name=re.compile(r"^\d facts$")).wait_for()


def test_two_decisions_are_chosen_and_compared(visit: Callable[..., Page], desk: Desk, made: list[str]) -> None:
    page = opened(visit(), desk, f"history?one={made[0]}")
    page.get_by_role("link", name="With this one").click()
    page.wait_for_url(f"**/desk/history?one={made[0]}&two={made[1]}")
    page.get_by_text("fields differ. Ids and the time it took are not compared.").wait_for()
    seen = page.get_by_role("region", name="Seen")
    seen.locator("summary", has_text="fields differ").click()
    seen.get_by_role("button", name=re.compile(r"^Show all \d+ rows$")).click()
    seen.get_by_role("cell", name="fact rsi_14 1d").first.wait_for()


def test_the_system_page_goes_on_by_itself(visit: Callable[..., Page], desk: Desk, made: list[str]) -> None:
    page = opened(visit(), desk, "system")
    page.get_by_text("computed here; asks nobody").wait_for()
    up = page.locator("dt", has_text="Up").locator("xpath=../dd")
    first = up.inner_text()
    page.wait_for_function("([dd, first]) => dd.innerText !== first", arg=[up.element_handle(), first])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_filled_is_as_accessible_as_what_is_empty(
    visit: Callable[..., Page], desk: Desk, made: list[str], theme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page, wrong = visit(theme), dict[str, Any]()
    for path, known in (
        ("history", "Reason"),
        (f"history?id={made[0]}", "Became"),
        (f"history?one={made[0]}&two={made[1]}", "Compared"),
        ("agents", "too few outcomes"),
        ("memory?text=x", "What there is"),
        ("system", "asks nobody"),
    ):
        opened(page, desk, path).get_by_text(known).first.wait_for()
        for each in Axe().run(page, options={"runOnly": TAGS}).response["violations"]:
            if each["impact"] in SERIOUS:
                wrong[f"{path}: {each['id']}"] = [node["html"][:300] for node in each["nodes"]]
        page.set_viewport_size({"width": 320, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            wrong[f"{path}: wider than its screen"] = []
        page.set_viewport_size({"width": 1_280, "height": 900})
    assert wrong == {}
