"""Macro series, each value with the moment it was published."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fks_agents.deps import Macro


def open_macro(source: str) -> Macro | None:
    """The macro series that go with a market source; None where there are none."""
    if source != "sample":
        return None
    from tools.macro.sample import SampleMacro

    return SampleMacro()
