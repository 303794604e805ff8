"""What every array that enters the core must be, and how long ones are looked through: in blocks, with no copy.

numpy is imported when asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCK = 1 << 16
"""Rows that are looked at together, so that what a check needs for itself does not grow with the array."""
MOST_COPIED = 1 << 24
"""Values up to which an array that is not contiguous is copied; longer ones are refused."""


def column(name: str, values: object, wanted: str, count: int | None = None) -> NDArray[Any]:
    """The array itself, or a contiguous copy of a short one; raises ValueError naming what does not fit.

    `wanted` is its dtype. A subclass that means more than its numbers (a masked array, say) is refused.
    """
    import numpy as np

    if type(values) not in (np.ndarray, np.memmap) or values.dtype != wanted or values.ndim != 1:  # type: ignore[attr-defined]
        raise ValueError(f"{name} must be a one-dimensional array of {np.dtype(wanted)}, was {_said(values)}")
    array: NDArray[Any] = values  # type: ignore[assignment]
    if count is not None and len(array) != count:
        raise ValueError(f"{name} must have {count} values, had {len(array)}")
    return contiguous(name, array)


def contiguous(name: str, array: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    if array.flags.c_contiguous and array.flags.aligned:
        return array
    if len(array) > MOST_COPIED:
        raise ValueError(
            f"{name} must be contiguous where it has more than {MOST_COPIED:,} values, had {len(array):,} of them "
            f"{array.strides[0]} bytes apart"
        )
    return np.require(array, requirements=["C", "A"])


def output(name: str, array: object, wanted: str, count: int) -> NDArray[Any]:
    """The array itself, which is to be written to; raises ValueError as `column` does."""
    import numpy as np

    if isinstance(array, np.ndarray) and not (
        array.flags.c_contiguous and array.flags.aligned and array.flags.writeable
    ):
        raise ValueError(f"{name} must be contiguous and writeable")
    return column(name, array, wanted, count)


def blocks(count: int) -> Iterator[slice]:
    return (slice(first, min(first + BLOCK, count)) for first in range(0, count, BLOCK))


def check_finite(name: str, array: NDArray[np.float64]) -> None:
    """Raises ValueError naming the first row that is not a finite number."""
    import numpy as np

    # The least and the greatest tell, where all is well, in two passes and no memory.
    if len(array) and not (np.isfinite(array.min()) and np.isfinite(array.max())):
        for rows in blocks(len(array)):
            refuse(~np.isfinite(array[rows]), f"{name} must be finite", array[rows], rows.start)


def refuse(bad: NDArray[np.bool_], what: str, values: NDArray[Any], first: int = 0) -> None:
    """Raises ValueError with the first bad row and its value; `first` is the row that the block begins with."""
    if bad.any():
        row = int(bad.argmax())
        raise ValueError(f"row {first + row}: {what}, was {values[row].item()!r}")


def _said(values: object) -> str:
    import numpy as np

    if not isinstance(values, np.ndarray):
        return type(values).__name__
    kind = "" if type(values) is np.ndarray else f"{type(values).__name__} of "
    return f"{kind}{values.dtype} {values.shape}"
