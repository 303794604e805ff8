"""Draw the pictures of docs/dashboard.md: each page in both themes, as a browser shows it after some days of use.

Run it after changing a page: `python docs/draw_pages.py` (extra `dev`, and Chromium). A service of its own is filled by
what a person would do, on sample prices with the rules model.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import TYPE_CHECKING, Any

from fks_agents.service.speed.server import Server, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HERE = Path(__file__).parent / "pages"
NOW = datetime(2026, 1, 2, tzinfo=UTC)
SIZE = {"width": 1_280, "height": 860}
COLOURS = 160
"""In a picture: text on plain grounds needs no more."""

DAYS = (
    "2014-10-15", "2015-08-24", "2016-02-11", "2016-11-09", "2017-03-21", "2017-06-01", "2017-11-15", "2018-02-05",
    "2018-04-20",
)  # fmt: skip


def ask(server: Server, method: str, route: str, body: object = None) -> Any:
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=120)) as connection:
        headers = {**server.headers, "Content-Type": "application/json"}
        connection.request(method, f"/v1{route}", None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{method} {route}: {answer.status} {said.decode()[:500]}")
        return json.loads(said) if said else None


def fill(server: Server) -> dict[str, str]:
    """What each page is opened with."""
    made = []
    for symbol in ("SPX", "IXIC"):
        for day in DAYS:
            question = {"symbol": symbol, "as_of": f"{day}T21:00:00Z", "wait": True}
            made.append(ask(server, "POST", "/ai/analyze", question))
    waiting = [cycle["id"] for cycle in made if cycle["status"] == "needs_approval"]
    for number, idea in enumerate(waiting[:-1]):
        if number % 3 == 1:
            ask(server, "POST", f"/ai/ideas/{idea}/reject", {"reason": "too close to the last one"})
        else:
            ask(server, "POST", f"/ai/ideas/{idea}/approve", {"reason": "structure and forecast agree"})
    for cycle in made:
        if cycle["id"] != waiting[-1]:
            ask(server, "POST", f"/ai/history/{cycle['id']}/follow")
    ask(server, "POST", "/halt", {"reason": "the central bank speaks at two"})
    ask(server, "POST", "/resume", {"reason": "it has spoken"})
    ask(server, "PUT", "/risk", {"max_position": 0.2, "reason": "a quarter is too much of one symbol"})
    ask(server, "PUT", "/scan/watchlists/indices", {"symbols": ["SPX", "IXIC"], "timeframes": ["1d"]})
    ask(server, "POST", "/scan/now")
    strategy = ask(server, "GET", "/strategies/rsi_reversion")["strategy"]
    ask(server, "PUT", "/strategies/rsi_mine", {"strategy": strategy | {"name": "rsi_mine"}, "version": 0})
    test = ask(server, "POST", "/backtests", {"name": "sma_cross", "symbol": "SPX"})["id"]
    while ask(server, "GET", f"/backtests/{test}")["state"] in ("waiting", "running"):
        sleep(0.5)
    while ask(server, "GET", "/runs?limit=1")["running"]:
        sleep(0.5)
    traded = next(cycle["id"] for cycle in made if cycle["id"] == waiting[-2])
    return {
        "run": f"?run={waiting[-1]}", "ideas": "ideas", "history": "history", "decision": f"history?id={traded}",
        "comparison": f"history?one={waiting[-3]}&two={waiting[-2]}", "agents": "agents", "memory": "memory",
        "backtest": f"backtest?id={test}", "strategies": "strategies?name=rsi_mine", "scanner": "scanner?list=indices",
        "risk": "risk", "system": "system",
    }  # fmt: skip


def draw(browser: Browser, server: Server, password: str, pages: dict[str, str]) -> Iterator[Path]:
    for theme in ("light", "dark"):
        context = browser.new_context(color_scheme=theme, viewport=SIZE, reduced_motion="reduce")  # type: ignore[arg-type]
        page = context.new_page()
        address = f"http://127.0.0.1:{server.port}/desk/"
        page.goto(address)
        page.get_by_label("Name").fill("admin")
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Run", level=1).wait_for()
        for name, path in pages.items():
            page.goto(f"{address}{path}")
            page.get_by_role("heading", level=1).wait_for()
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(1_500)  # charts are drawn after the page is
            yield kept(page.screenshot(), HERE / f"{name}-{theme}.png")
        context.close()


def kept(picture: bytes, path: Path) -> Path:
    from PIL import Image

    path.parent.mkdir(exist_ok=True)
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


def main() -> None:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or sys.exit("expected chromium on the path, was none")
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        policy = home / "policy.toml"
        shipped = Path(__file__).parents[1] / "fks_agents" / "policy.toml"
        policy.write_text(re.sub(r"below_risk = [\d.]+", "below_risk = 0.0", shipped.read_text("utf-8")))
        with serving(home, NOW, policy=str(policy)) as server:
            found = re.search(r"not shown again:\s+(\S+)", (home / "server.log").read_text("utf-8"))
            assert found is not None
            pages = fill(server)
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            for path in draw(browser, server, found[1], pages):
                sys.stdout.write(f"{path.name} {path.stat().st_size:,} bytes\n")
            browser.close()


if __name__ == "__main__":
    main()
