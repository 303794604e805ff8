"""What is shipped is whole: the wheel, installed where nothing of the checkout can be seen, runs the demo."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ("fks_agents", "graphs", "tools", "memory", "evaluators", "prompts", "execution_core")
META = ("pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist, built from a copy of the sources."""
    folder = tmp_path_factory.mktemp("build")
    for name in SHIPPED:
        ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.c")
        shutil.copytree(ROOT / name, folder / "source" / name, ignore=ignored)
    for name in META:
        shutil.copy(ROOT / name, folder / "source" / name)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder / "dist")]
    run = subprocess.run(command, cwd=folder / "source", capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    return folder / "dist"


@pytest.fixture(scope="module")
def python(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that sees the wheel and the libraries of this environment, but not the checkout."""
    folder = tmp_path_factory.mktemp("clean")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    [wheel] = built.glob("*.whl")
    target = ["--target", str(packages), "--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", "install", *target, str(wheel)], check=True)
    # A folder named in a .pth file has its own .pth files ignored: the editable install stays unseen.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "python"


def run_clean(python: Path, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment |= {"HOME": str(home), "XDG_DATA_HOME": str(home / "data")}
    return subprocess.run(
        [str(python), *arguments], cwd=home, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.real
def test_the_wheel_alone_runs_the_demo(python: Path, tmp_path: Path) -> None:
    run = run_clean(python, "-m", "fks_agents", "demo", "--json", home=tmp_path)
    assert run.returncode == 0, run.stderr
    cycle = json.loads(run.stdout)
    assert cycle["models"]["deep"].startswith("recorded:"), "the wheel lacks the words of the demo"
    assert cycle["verdict"]["outcome"] == "fail"
    wanted = {"id", "symbol", "as_of", "action", "status", "facts", "reports", "debate", "plan", "seconds", "digest"}
    assert wanted <= set(cycle)
    where = run_clean(python, "-c", "import graphs; print(graphs.__file__)", home=tmp_path)
    assert str(ROOT) not in where.stdout


@pytest.mark.real
def test_the_wheel_carries_what_is_read_at_run_time_and_no_tests(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == set(SHIPPED)
    expected = [
        str(path.relative_to(ROOT))
        for package in SHIPPED
        for path in (ROOT / package).rglob("*")
        if path.suffix in {".py", ".pyi", ".md", ".jinja", ".lock", ".typed", ".toml", ".css", ".js", ".html", ".svg"}
        and "__pycache__" not in path.parts
    ]
    assert sorted(set(expected) - names) == []
    assert [name for name in names if name.endswith(".c")] == []


@pytest.mark.real
def test_the_sdist_can_be_built_from(built: Path) -> None:
    [archive] = built.glob("*.tar.gz")
    with tarfile.open(archive) as sdist:
        names = {name.split("/", 1)[-1] for name in sdist.getnames()}
    assert {"pyproject.toml", "LICENSE", "execution_core/_engine.pyx", "prompts/prompts.lock"} <= names
