"""The page on the gate: its example runs and prints what the page says, and it names every rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evaluators import rules
from fks_agents import _discovery

PAGE = (Path(__file__).parents[2] / "docs" / "gate.md").read_text(encoding="utf-8")


def test_the_example_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = re.search(r"```python\n(.*?)```.*?```\n(.*?)```", PAGE, re.DOTALL).groups()  # type: ignore[union-attr]
    exec(compile(code, "docs/gate.md", "exec"), {})
    assert capsys.readouterr().out == printed


def test_the_page_names_every_rule() -> None:
    assert all(f"| {name} |" in PAGE for name in _discovery.names(rules.__path__))
