"""Named facts: what each one means, and its value on bars.

Every public module here is a family of facts and lists them in `FACTS`. A family with a function `measure` reads bars;
the others describe what no bar carries (a forecast, an account), each through its own `describe`. `COLUMNS` holds those
facts that `column` can give for every bar at once.
"""

from __future__ import annotations

from tools.indicators._arithmetic import bars_per_year
from tools.indicators._definition import Definition, Value, Values
from tools.indicators._measure import (
    column,
    columnar,
    definitions,
    families,
    label_column,
    labelled,
    measure,
    present,
)  # fmt: skip

__all__ = [
    "Definition", "Value", "Values", "bars_per_year", "column", "columnar", "definitions", "families", "label_column",
    "labelled", "measure", "present",
]  # fmt: skip
