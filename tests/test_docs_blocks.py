"""A block of code in the documentation that is followed by a block of text prints that text."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"
SHOWN = re.compile(r"```python\n((?:(?!```).)*)```\n\n```text\n(.*?)```", re.DOTALL)
BLOCKS = [
    pytest.param(code, text, id=f"{page.name}-{number}")
    for page in sorted(DOCS.glob("*.md"))
    for number, (code, text) in enumerate(SHOWN.findall(page.read_text("utf-8")))
]


@pytest.mark.parametrize(("code", "text"), BLOCKS)
def test_the_code_prints_what_is_shown(code: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "documentation", "exec"), {"__name__": "documented"})
    assert printed.getvalue() == text
