"""Say plainly when another file or distribution has taken one of our package names.

`tools`, `memory`, `prompts` are common words: a user's own `tools.py` beside the script that imports us wins over ours,
and a second distribution may install a package of the same name over it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("evaluators", "execution_core", "graphs", "memory", "prompts", "tools")
DISTRIBUTION = "fks-agents"


def problems() -> list[str]:
    """One line for each package of ours that resolves elsewhere or has a second owner; empty where all is well."""
    root = Path(__file__).resolve().parents[1]
    owners = packages_distributions()
    found = []
    for name in PACKAGES:
        spec = find_spec(name)
        origin = Path(spec.origin).resolve() if spec is not None and spec.origin is not None else None
        if origin is None or origin.parent != root / name:
            found.append(f"{name!r} resolves to {origin}, not to {root / name}; rename that file or folder")
        others = sorted({owner for owner in owners.get(name, ()) if owner.lower() != DISTRIBUTION})
        if others:
            found.append(f"{name!r} is also installed by {', '.join(others)}; uninstall one of them")
    return found


@contextmanager
def explained() -> Iterator[None]:
    """Add the culprits to an ImportError that may come from a shadowed name."""
    try:
        yield
    except ImportError as error:
        for line in problems():
            error.add_note(f"fks-agents: {line}")
        raise
