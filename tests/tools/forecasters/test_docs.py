"""The forecaster shown in the documentation is one, and the page's numbers are the code's."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.tools.forecasters.conftest import Walk
from tools import forecasters
from tools.forecasters._checked import checked

PAGE = (Path(__file__).parents[3] / "docs/forecasters.md").read_text(encoding="utf-8")
(SHOWN,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_documented_forecaster_gives_usable_quantiles(walk: Walk) -> None:
    module: dict[str, Any] = {}
    exec(compile(SHOWN, "docs/forecasters.md", "exec"), module)
    path = checked("documented", module["forecast"])(walk(1, 300), 10, (0.1, 0.5, 0.9))
    assert np.all(np.diff(path, axis=1) > 0)
    skill = forecasters.score(walk(1, 600), module["forecast"], 10)
    assert skill is not None
    assert -0.5 < skill < 0.5


@pytest.mark.parametrize("name", forecasters.names())
def test_the_page_says_how_many_closes_are_needed(name: str) -> None:
    module = import_module(f"tools.forecasters.{name}")
    least = module.LEAST if hasattr(module, "LEAST") else import_module("tools.forecasters._statsforecast").LEAST
    assert re.search(rf"^\| `{name}` \|.*\| {least} \|", PAGE, re.MULTILINE)


def test_the_page_shows_the_call_as_it_is() -> None:
    assert f"folds={forecasters.FOLDS}, levels={forecasters.LEVELS}" in PAGE
