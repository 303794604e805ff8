"""Passes that turn prices into states of their last moves: compiled, or plain with FKS_PURE=1.

Columns are contiguous float64 and may be read-only; another dtype is refused with a ValueError. `context` carries what
came before: 1 at the start, then what `encode` and `learn` gave back; `last` is the price before the first, or NaN.
"""

from __future__ import annotations

import os

if os.environ.get("FKS_PURE") == "1":
    from execution_core._encoders_py import encode, learn, read
else:
    try:
        from execution_core._encoders import encode, learn, read
    except ModuleNotFoundError as error:
        raise ImportError(
            "execution_core is not compiled here: run `make core` (or set FKS_PURE=1 for the slow plain passes)"
        ) from error

__all__ = ["encode", "learn", "read"]
