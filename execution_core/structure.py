"""Passes over price columns that market-structure detectors share: compiled, or plain with FKS_PURE=1.

Columns are contiguous float64 and may be read-only; another dtype is refused with a ValueError.
"""

from __future__ import annotations

import os

from execution_core._build import compiled

if os.environ.get("FKS_PURE") == "1":
    from execution_core._structure_py import (
        average_ranges,
        breaks,
        drifts,
        first_above,
        highest_after,
        highest_of,
        in_order,
        means_of,
        peaks,
        states,
    )
else:
    with compiled():
        from execution_core._structure import (
            average_ranges,
            breaks,
            drifts,
            first_above,
            highest_after,
            highest_of,
            in_order,
            means_of,
            peaks,
            states,
        )

__all__ = [
    "average_ranges", "breaks", "drifts", "first_above", "highest_after", "highest_of", "in_order", "means_of", "peaks",
    "states",
]  # fmt: skip
