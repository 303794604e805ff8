"""Passes that turn prices into states of their last moves: compiled, or plain with FKS_PURE=1.

Columns are contiguous float64 and may be read-only; another dtype is refused with a ValueError. `context` carries what
came before: 1 at the start, then what `encode` and `learn` gave back; `last` is the price before the first, or NaN.
"""

from __future__ import annotations

import os

from execution_core._build import compiled

if os.environ.get("FKS_PURE") == "1":
    from execution_core._encoders_py import encode, learn, read
else:
    with compiled():
        from execution_core._encoders import encode, learn, read

__all__ = ["encode", "learn", "read"]
