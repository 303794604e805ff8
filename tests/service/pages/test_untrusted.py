"""What people and models wrote is shown as text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from fks_agents.service import pages

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
