"""Say which command builds what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def compiled() -> Iterator[None]:
    """Around the import of a compiled part: where it is not built, an ImportError that names the command."""
    try:
        yield
    except ModuleNotFoundError as missing:
        raise ImportError(
            "execution_core is not compiled here: run `make core` (or set FKS_PURE=1 for the slow plain form)"
        ) from missing
