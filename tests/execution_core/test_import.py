from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import execution_core

ROOT = Path(execution_core.__file__).parents[1]


def ran(code: str, folder: Path = ROOT, **env: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), **env},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_the_environment_chooses_the_plain_twin() -> None:
    where = "import execution_core; print(execution_core.Engine.__module__)"
    assert ran(where, FKS_PURE="1").strip() == "execution_core._engine_py"
    assert ran(where, FKS_PURE="").strip() == "execution_core._engine"


def test_importing_the_core_does_not_import_numpy() -> None:
    assert ran("import sys, execution_core; print('numpy' in sys.modules)", FKS_PURE="").strip() == "False"


def test_a_missing_extension_names_the_command_that_builds_it(tmp_path: Path) -> None:
    copy = tmp_path / "execution_core"
    shutil.copytree(
        Path(execution_core.__file__).parent, copy, ignore=shutil.ignore_patterns("*.so", "*.c", "__pycache__")
    )
    said = ran("import execution_core", tmp_path, FKS_PURE="")
    assert "ImportError: execution_core is not compiled here: run `make core`" in said
    assert ran("import execution_core; print('fine')", tmp_path, FKS_PURE="1").strip() == "fine"
