"""The detector shown in the documentation is one, its examples run, and its sections are what the modules say."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from fks_agents.bars import Bars
from tests.tools.detectors.contract import PROMISES
from tests.tools.detectors.tables import random_bars, table
from tools import detectors

PAGE = Path(__file__).parents[3] / "docs/detectors.md"
EXAMPLE, SHOWN = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
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


def test_the_example_runs() -> None:
    seen: dict[str, Any] = {}
    exec(compile(EXAMPLE, str(PAGE), "exec"), seen)
    assert {event.detector for event in seen["reasons"]} >= {"choch", "regime"}


DRAWING = runpy.run_path(str(PAGE.with_name("draw_detectors.py")))


def test_the_page_says_what_the_modules_say() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert DRAWING["with_sections"](text) == text, "run docs/draw_detectors.py"


@pytest.mark.parametrize("name", detectors.names())
def test_every_detector_has_a_section_and_a_small_picture(name: str) -> None:
    assert f"\n### {name}\n" in PAGE.read_text(encoding="utf-8")
    picture = (PAGE.parent / "detectors" / f"{name}.svg").read_text(encoding="utf-8")
    assert picture.startswith("<svg")
    assert len(picture) < 12_000


def test_pictures_are_drawn_again_alike() -> None:
    for name in ("fvg", "sweep"):
        assert DRAWING["picture"](name) == (PAGE.parent / "detectors" / f"{name}.svg").read_text(encoding="utf-8")
