"""What people and models wrote is shown as text."""

from __future__ import annotations

import ast
import html
import json
import re
from pathlib import Path
from typing import Any, TypeVar

import pytest
from fastapi.testclient import TestClient

from fks_agents.contracts import Approval, Choice, Cycle, Spoken
from fks_agents.service import pages
from tests.evaluators.reports.conftest import bars, cycle, snapshot
from tests.service.pages.conftest import sign_in

__all__ = ["bars", "cycle", "snapshot"]

S = TypeVar("S", bound=Spoken)

TEXTUAL = {"a", "button", "dd", "dt", "h1", "h2", "h3", "li", "p", "span", "strong", "td"}
"""Elements whose words the library writes as text."""

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }} ${alert(3)} `javascript:alert(4)"

FOLDER = Path(pages.__file__).parent
SOURCES = sorted(FOLDER.glob("*.py"))

RAW = {
    "html",
    "markdown",
    "mermaid",
    "restructured_text",
    "run_javascript",
    "add_body_html",
    "add_css",
    "interactive_image",
}
"""What of the library takes HTML or code."""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_page_hands_the_library_html_or_code(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute):
            assert node.attr not in RAW, f"{path.name}:{node.lineno}: {node.attr}"
            assert node.attr != "add_head_html" or path.name == "_frame.py"
        if isinstance(node, ast.keyword):
            assert node.arg not in ("js_handler", "sanitize", "template"), f"{path.name}:{node.value.lineno}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_properties_that_are_read_out_of_text_are_written_by_us(path: Path) -> None:
    # `.props(f'label="{said}"')` lets `said` add a property that the browser runs.
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        is_read = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if is_read and node.func.attr in ("props", "classes", "style", "add_slot"):  # type: ignore[attr-defined]
            given = [*node.args, *(each.value for each in node.keywords)]  # type: ignore[attr-defined]
            if node.func.attr in ("props", "add_slot"):  # type: ignore[attr-defined]
                assert all(isinstance(each, ast.Constant) for each in given), f"{path.name}:{node.lineno}"  # type: ignore[attr-defined]


def hostile(cycle: Cycle, decision_id: str) -> Cycle:
    """The decision with such words wherever a model, a source or a person writes any."""

    def spoken(said: S) -> S:
        claims = tuple(claim.model_copy(update={"text": HOSTILE}) for claim in said.claims)
        silent = {"abstained": HOSTILE} if said.abstained is not None else {}
        return said.model_copy(update={"claims": claims, "model": HOSTILE} | silent)

    plan = cycle.proposals[0].model_copy(update={"reason": HOSTILE})
    checks = tuple(
        check.model_copy(update={"reason": HOSTILE, "stated": HOSTILE, "computed": HOSTILE})
        for check in cycle.verdict.checks
    )
    assert cycle.snapshot is not None
    headline = cycle.snapshot.headlines[0].model_copy(update={"text": HOSTILE})
    facts = tuple(fact.model_copy(update={"source": HOSTILE}) for fact in cycle.facts)
    return cycle.model_copy(
        update={
            "id": decision_id, "reason": HOSTILE, "reports": tuple(spoken(each) for each in cycle.reports),
            "debate": tuple(spoken(each) for each in cycle.debate), "proposals": (spoken(plan),),
            "choice": Choice(persona="moderate", reason=HOSTILE, plan=spoken(plan)),
            "verdict": cycle.verdict.model_copy(update={"reason": HOSTILE, "checks": checks, "warnings": (HOSTILE,)}),
            "snapshot": cycle.snapshot.model_copy(update={"headlines": (headline,), "facts": facts}),
            "approval": Approval(status="approved", by="ana", at=cycle.as_of, reason=HOSTILE),
        }
    )  # fmt: skip


def elements(page: str) -> list[dict[str, Any]]:
    """What the browser draws, as the library reads it out of the page."""
    found = re.search(r"parseElements\(String\.raw`(.*?)`\)", page, re.DOTALL)
    assert found is not None
    return list(json.loads(html.unescape(found[1])).values())


@pytest.mark.parametrize(
    "path", ["/desk/?run={}", "/desk/ideas?state=approved", "/desk/ideas?state=auto_executed", "/desk/"]
)
def test_hostile_words_reach_a_page_as_text(client: TestClient, cycle: Cycle, path: str) -> None:
    desk = client.app.state.service.desk  # type: ignore[attr-defined]
    admission = desk.admit("SPX", as_of=cycle.as_of)
    desk.ledger.decisions.finish(hostile(cycle, admission.id))
    sign_in(client, "ana")
    page = client.get(path.format(admission.id)).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    shown = elements(page)
    carrying = [each for each in shown if "alert(" in json.dumps({k: v for k, v in each.items() if k != "children"})]
    assert bool(carrying) == ("run=" in path or "executed" in path)
    for each in carrying:
        assert each["tag"] in TEXTUAL, each["tag"]
        assert "alert(" not in json.dumps(each.get("events", []))
        for name, value in each.get("props", {}).items():
            if "alert(" in json.dumps(value):
                assert name in ("title", "aria-label"), name


def test_hostile_words_in_the_address_reach_no_page(client: TestClient) -> None:
    sign_in(client, "ana")
    page = client.get("/desk/", params={"run": HOSTILE}).text
    assert "<script>alert" not in page
    assert "There is no decision &lt;script&gt;ale" in page
