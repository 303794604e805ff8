"""One file adds an analyst; the page that says so shows one that works."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import fks_agents
from evaluators.rules import check_claims, outcome_of
from fks_agents.agents import analyst, analysts, personas
from tests.agents.conftest import Opened, run, snapshot_of

PAGE = Path(fks_agents.__file__).parents[1] / "docs" / "agents.md"

if not PAGE.is_file():
    pytest.skip("docs/ is not installed", allow_module_level=True)


@pytest.fixture
def calendar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    blocks: list[str] = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (text,) = [block for block in blocks if block.startswith('"""Calendar')]
    (tmp_path / "calendar.py").write_text(text, "utf-8")
    package = sys.modules["fks_agents.agents.analysts"]
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "fks_agents.agents.analysts.calendar", raising=False)
    return "calendar"


def test_a_file_in_the_folder_is_an_analyst(calendar: str, opened: Opened) -> None:
    assert calendar in analysts()
    snapshot = snapshot_of({"days_to_high_event": 0.75})
    (report,) = run(analyst(calendar), opened(), snapshot)["reports"]
    assert (report.analyst, report.stance, report.conviction) == ("calendar", -0.5, 1.0)
    assert outcome_of(check_claims(report.claims, snapshot.facts)) == "pass"


def test_it_abstains_without_its_facts(calendar: str, opened: Opened) -> None:
    (report,) = run(analyst(calendar), opened(), snapshot_of({}))["reports"]
    assert report.abstained == "no important event is scheduled"


def test_the_page_names_every_agent() -> None:
    text = PAGE.read_text("utf-8")
    assert [name for name in (*analysts(), *personas()) if f"| {name} |" not in text] == []
