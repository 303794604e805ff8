"""Where a verb prints for people."""

from __future__ import annotations

import os
from typing import Any

from rich.console import Console

from fks_agents.cli._commands import runnable


class Screen(Console):
    """Whoever reads may leave (`fks demo | head -1`): what is printed then goes nowhere, and the work goes on."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())

    def print(self, *objects: Any, **how: Any) -> None:
        super().print(*(runnable(each) if isinstance(each, str) else each for each in objects), **how)
