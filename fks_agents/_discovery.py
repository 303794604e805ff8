"""One file adds one thing: a module's name in its package is the thing's name; nothing is imported until chosen."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from fks_agents.errors import ConfigError, UsageError


def names(path: Iterable[str]) -> tuple[str, ...]:
    """Names of the public modules under a package's `__path__`, sorted."""
    folders = tuple(path)
    return _names(folders, tuple(_changed(folder) for folder in folders))


@lru_cache(maxsize=256)
def _names(folders: tuple[str, ...], changed: tuple[int, ...]) -> tuple[str, ...]:
    del changed  # a folder is read again once a file was added to it
    return tuple(sorted(module.name for module in iter_modules(folders) if not module.name.startswith("_")))


def _changed(folder: str) -> int:
    try:
        return Path(folder).stat().st_mtime_ns
    except OSError:
        return 0


def load(package: str, path: Iterable[str], kind: str, name: str) -> ModuleType:
    """Import the module called `name`; raises UsageError listing the known ones."""
    known = names(path)
    if name not in known:
        raise UsageError(f"unknown {kind} {name!r}; expected one of {', '.join(known)}")
    return import_module(f"{package}.{name}")


def part(package: str, path: Iterable[str], kind: str, name: str, attribute: str) -> Any:
    """What the module called `name` offers under `attribute`; raises ConfigError naming the file that lacks it."""
    module = load(package, path, kind, name)
    try:
        return getattr(module, attribute)
    except AttributeError:
        raise ConfigError(f"{kind} {name!r}: expected `{attribute}` in {module.__file__}, which has none") from None
