"""Users import from `fks_agents` and nowhere else."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import fks_agents


def test_the_exported_names_are_sorted_and_there() -> None:
    assert list(fks_agents.__all__) == sorted(fks_agents.__all__)
    assert all(getattr(fks_agents, name) is not None for name in fks_agents.__all__)


def test_what_is_public_is_exported() -> None:
    public = {
        name
        for name, value in vars(fks_agents).items()
        if not name.startswith("_")
        and not inspect.ismodule(value)
        and getattr(value, "__module__", "").split(".")[0] in {"fks_agents", "graphs", "tools", "evaluators"}
    }
    assert public <= set(fks_agents.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        _ = fks_agents.colour


def test_importing_the_face_loads_nothing_heavy() -> None:
    code = "import fks_agents, sys, json; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout))
    heavy = {
        "langgraph",
        "langchain_core",
        "numpy",
        "pandas",
        "chromadb",
        "sqlalchemy",
        "graphs",
        "typer",
        "matplotlib",
    }
    assert heavy & loaded == set()


@pytest.mark.parametrize(
    "module", ["tools.market", "tools.forecasters", "tools.detectors", "memory", "evaluators.rules", "fks_agents.llm"]
)
def test_importing_a_package_loads_none_of_its_heavy_parts(module: str) -> None:
    code = f"import {module}, sys, json; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout))
    assert {"langchain", "pandas", "chromadb", "ccxt", "arch", "matplotlib", "statsforecast"} & loaded == set()


def test_a_shadowed_package_name_is_named(tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text("")
    script = tmp_path / "mine.py"
    script.write_text("from fks_agents import open_market\n")
    run = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert "'tools' resolves to" in run.stderr
