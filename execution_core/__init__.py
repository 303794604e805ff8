"""The matching engine behind paper trading and backtests, sizing and account limits. Knows numpy and nothing of ours.

`Engine` is compiled; FKS_PURE=1 chooses its plain twin, which defines what is right.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from execution_core import limits, sizing
from execution_core._build import compiled
from execution_core.records import OpenOrder, OrderEvent

if TYPE_CHECKING:
    from execution_core._engine import Engine
elif os.environ.get("FKS_PURE") == "1":
    from execution_core._engine_py import Engine
else:
    with compiled():
        from execution_core._engine import Engine

__all__ = ["Engine", "OpenOrder", "OrderEvent", "limits", "sizing"]
