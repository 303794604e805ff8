"""A real browser before a real server: Debian's Chromium, driven without a window."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from fks_agents.service.speed.server import Server, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

NOW = datetime(2026, 1, 2, tzinfo=UTC)
WIDE = {"width": 1_280, "height": 900}

_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class Desk(NamedTuple):
    server: Server
    password: str
    """Of admin."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one file of tests: while it is there its event loop runs in this thread, and no other test could have one."""
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=_FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A service that asks a person before each trade."""
    home = tmp_path_factory.mktemp("browser")
    policy = home / "policy.toml"
    shipped = Path(__file__).parents[2] / "fks_agents" / "policy.toml"
    policy.write_text(re.sub(r"below_risk = [\d.]+", "below_risk = 0.0", shipped.read_text("utf-8")))
    with serving(home, NOW, policy=str(policy)) as server:
        said = (home / "server.log").read_text("utf-8")
        found = re.search(r"not shown again:\s+(\S+)", said)
        assert found is not None, said
        yield Desk(server, found[1])


def is_error(said: ConsoleMessage) -> bool:
    """Not that a page was left before its socket was open: the browser tells of it, and nothing is wrong."""
    return said.type == "error" and "closed before the connection is established" not in said.text


@pytest.fixture
def visit(browser: Browser, desk: Desk) -> Iterator[Callable[..., Page]]:
    """A page of a browser of its own that admin has signed in with; fails the test where a script failed there."""
    opened = []
    wrong: list[str] = []

    def sign_in(theme: str = "light", viewport: dict[str, int] = WIDE) -> Page:
        context = browser.new_context(color_scheme=theme, viewport=viewport, reduced_motion="reduce")  # type: ignore[arg-type]
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(f"{said.text} {said.location}") if is_error(said) else None)
        page.goto(f"{desk.address}/")
        page.get_by_label("Name").fill("admin")
        page.get_by_label("Password").fill(desk.password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Run", level=1).wait_for()
        return page

    yield sign_in
    for context in opened:
        context.close()
    assert wrong == []
