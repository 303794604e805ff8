"""The detector shown in the documentation is one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hypothesis import given, settings

from fks_agents.bars import Bars
from tests.tools.detectors.contract import PROMISES
from tests.tools.detectors.tables import random_bars, table

PAGE = Path(__file__).parents[3] / "docs/detectors.md"
(SHOWN,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
MODULE: dict[str, Any] = {}
exec(compile(SHOWN, str(PAGE), "exec"), MODULE)


def test_the_documented_detector_finds_what_it_says() -> None:
    (event,) = MODULE["detect"](table([(10, 14, 8, 11), (11, 13, 9, 12), (12, 14, 9, 13)]))
    assert (event.kind, event.level, event.far_level, event.is_open) == ("inside", 13.0, 9.0, True)


@given(bars=random_bars())
@settings(max_examples=30, deadline=None)
def test_the_documented_detector_keeps_the_promises(bars: Bars) -> None:
    for promise in PROMISES:
        promise(MODULE["detect"], bars)
