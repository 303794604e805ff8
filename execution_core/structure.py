"""Passes over price columns that market-structure detectors share: compiled, or plain with FKS_PURE=1.

Columns are contiguous float64 and may be read-only; another dtype is refused with a ValueError.
"""

from __future__ import annotations

import os

if os.environ.get("FKS_PURE") == "1":
    from execution_core._structure_py import (
        average_ranges,
        breaks,
        drifts,
        first_above,
        highest_after,
        highest_of,
        peaks,
        states,
    )
else:
    try:
        from execution_core._structure import (
            average_ranges,
            breaks,
            drifts,
            first_above,
            highest_after,
            highest_of,
            peaks,
            states,
        )
    except ModuleNotFoundError as error:
        raise ImportError(
            "execution_core is not compiled here: run `make core` (or set FKS_PURE=1 for the slow plain passes)"
        ) from error

__all__ = [
    "average_ranges", "breaks", "drifts", "first_above", "highest_after", "highest_of", "peaks", "states",
]  # fmt: skip
