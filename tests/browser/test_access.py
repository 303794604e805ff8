"""Everybody can use the pages: in either theme, on any screen, with a keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from fks_agents import _discovery
from fks_agents.service import pages

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Desk

pytestmark = [pytest.mark.real, pytest.mark.enable_socket]

PATHS = ["", *sorted({"run"} ^ set(_discovery.names(pages.__path__)))]
"""Below `/desk/`; the run page is the first."""

SERIOUS = {"serious", "critical"}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def opened(page: Page, desk: Desk, path: str) -> Page:
    page.goto(f"{desk.address}/desk/{path}")
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_serious_violation(visit: Callable[..., Page], desk: Desk, theme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page, wrong = visit(theme), dict[str, Any]()
    for path in PATHS:
        opened(page, desk, path)
        found = Axe().run(page, options={"runOnly": TAGS}).response["violations"]
        for each in found:
            if each["impact"] in SERIOUS:
                wrong[f"{path}: {each['id']}"] = [node["html"][:300] for node in each["nodes"]]
    assert wrong == {}


def test_an_open_list_has_no_serious_violation_and_answers_the_keyboard(visit: Callable[..., Page]) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import expect

    page = visit()
    symbol = page.get_by_role("combobox", name="Symbol")
    first = symbol.input_value()
    symbol.focus()
    page.keyboard.press("Space")
    page.get_by_role("option").first.wait_for()
    found = Axe().run(page, options={"runOnly": TAGS}).response["violations"]
    assert [each["id"] for each in found if each["impact"] in SERIOUS] == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(symbol).not_to_have_value(first)


def test_the_check_sees_a_violation_where_there_is_one(visit: Callable[..., Page]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = visit()
    page.evaluate("document.querySelector('h1').style.color = '#ddd'")
    found = Axe().run(page, options={"runOnly": TAGS}).response["violations"]
    assert "color-contrast" in {each["id"] for each in found if each["impact"] in SERIOUS}


@pytest.mark.parametrize("width", [320, 768, 3_840])
def test_no_page_is_wider_than_its_screen(visit: Callable[..., Page], desk: Desk, width: int) -> None:
    page, wider = visit(viewport={"width": width, "height": 800}), []
    for path in PATHS:
        opened(page, desk, path)
        size = page.evaluate("document.documentElement.scrollWidth")
        if size > width:
            wider.append((path, size))
    assert wider == []


def test_every_page_is_reached_with_the_keyboard(visit: Callable[..., Page], desk: Desk) -> None:
    page = visit()
    reached: set[str] = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.href || ''"))
    assert {f"{desk.address}/desk/{path}" for path in PATHS} <= reached


def test_scripts_styles_and_pictures_come_from_our_own_address(visit: Callable[..., Page], desk: Desk) -> None:
    page = visit()
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    for path in PATHS:
        opened(page, desk, path)
    assert asked
    ours = (desk.address, desk.address.replace("http", "ws"), "data:", "blob:")
    assert {url for url in asked if not url.startswith(ours)} == set()
