"""Commands as they can be typed here: `fks` may not be on the PATH, or belong to another installation."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from functools import lru_cache
from pathlib import Path


def program() -> str:
    """`fks` where the shell finds this installation by that name, else the path or the module it is started by."""
    return _program(sys.argv[0], sys.executable, os.environ.get("PATH", ""))


@lru_cache(maxsize=8)
def _program(started: str, python: str, path: str) -> str:
    script = Path(python).with_name("fks")
    found = shutil.which("fks", path=path)
    if found is not None and Path(found).resolve() == script.resolve():
        return "fks"
    if Path(started).name == "fks" and Path(started).is_file():
        return shlex.quote(started)
    return shlex.quote(str(script)) if script.is_file() else f"{shlex.quote(python)} -m fks_agents"


def runnable(text: str) -> str:
    """The text with its commands as they can be typed here: `fks ...` in backticks, and pip wherever it is named."""
    fks = program()
    if fks == "fks":
        return text
    return text.replace("`fks ", f"`{fks} ").replace("pip install ", f"{shlex.quote(sys.executable)} -m pip install ")
