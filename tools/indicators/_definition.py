"""What a fact is called, counted in, and means."""

from __future__ import annotations

from typing import NamedTuple

from fks_agents.contracts import Unit

Value = float | str
"""A number, or a word where the unit is `label`."""

Values = dict[str, Value]
"""Values by name of the fact; NaN where there is none."""

Facts = tuple[tuple[str, Unit, str], ...]
"""A family's table: name, unit, one line of meaning."""


class Definition(NamedTuple):
    name: str
    unit: Unit
    family: str
    """The module that computes it."""
    text: str
    """One line: what it is, of which bars; where it is left out."""
