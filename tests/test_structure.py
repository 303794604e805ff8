"""What keeps the project readable is a test: sizes, typing markers, package owners, words that do not belong."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fks_agents import _layout

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("fks_agents", *_layout.PACKAGES)
SOURCES = sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("*.py*") if path.suffix in {".py", ".pyx"}
)
FILE_LINES, FUNCTION_LINES, INIT_LINES = 500, 60, 100
"""Hard ends; 300, 50 and 60 are what a file, a function and an `__init__` should aim for."""


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_fits_in_the_head(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= (INIT_LINES if path.name == "__init__.py" else FILE_LINES)


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if path.suffix == ".py"], ids=lambda path: str(path.relative_to(ROOT))
)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    long = [f.name for f in _functions(path) if f.end_lineno is not None and f.end_lineno - f.lineno >= FUNCTION_LINES]
    assert long == []


def test_most_files_stay_within_the_aim() -> None:
    lengths = sorted(len(path.read_text("utf-8").splitlines()) for path in SOURCES)
    assert lengths[int(0.95 * len(lengths))] <= 320


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_says_that_it_is_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()


def test_each_package_name_has_one_owner() -> None:
    assert _layout.problems() == []


def test_no_file_is_named_after_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager_utils", "data"}
    assert [path for path in SOURCES if path.stem in vague] == []


def test_nothing_is_left_for_later() -> None:
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    assert [path for path in SOURCES if unfinished.search(path.read_text("utf-8"))] == []


def test_no_tracked_file_names_a_path_or_registry_of_one_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout: nothing is tracked")
    private = re.compile(r"/(w)ork/|(p)ypi\.org|files\.(p)ythonhosted")
    names = [name for name in listed.stdout.split("\0") if name and (ROOT / name).suffix not in {".png", ".svg"}]
    found = [n for n in names if (ROOT / n).is_file() and private.search((ROOT / n).read_text("utf-8", "replace"))]
    assert found == []
