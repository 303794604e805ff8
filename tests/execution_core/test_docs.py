"""The blocks of the page on execution run, one after the other."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

PAGE = (Path(__file__).parents[2] / "docs/execution.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_runs_from_top_to_bottom() -> None:
    module: dict[str, Any] = {"__name__": "documented"}
    for block in BLOCKS:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(block, "docs/execution.md", "exec"), module)
        assert printed.getvalue() or "print" not in block
    together = module["result"]
    assert together.orders.rows > 0
    assert together.interval[0] <= together.final_equity <= together.interval[1]
