"""The image's recipe: what a reviewer would refuse in it, and whether its steps do what they say."""

from __future__ import annotations

import fnmatch
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from fks_agents import settings
from fks_agents.settings import PREFIX, Settings
from tests.deploy import recipe
from tests.deploy.conftest import ROOT, answering

TEXT = recipe.text(ROOT)
STEPS = recipe.read(TEXT)
EXTRAS = re.findall(r"ARG EXTRAS=(\S+)", TEXT)[0].split(",")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_a_reviewer_finds_nothing() -> None:
    assert recipe.faults(TEXT) == []


@pytest.mark.parametrize(
    ("line", "worse", "said"),
    [
        ("ARG PYTHON=3.11.14-slim-bookworm", "ARG PYTHON=latest", "expected a tag"),
        ("FROM python:${PYTHON} AS build", "FROM python AS build", "expected a tag"),
        ("FROM python:${PYTHON} AS build", "FROM images.example.org/python:3.11.14 AS build", "names a registry"),
        ("USER 10001:10001\n", "", "runs as root"),
        ("USER 10001:10001\n", "USER fks\n", "expected a number"),
        ("USER 10001:10001\n", "USER 0\n", "expected a number"),
        (" \\\n    && rm -rf /var/lib/apt/lists/*", "", "keeps its lists"),
        (" --no-install-recommends", "", "only recommended"),
        ("-c constraints.txt Cython", "Cython", "other versions"),
        ("COPY --chown=0:0 graphs ./graphs", "COPY graphs ./graphs", "whose it is"),
        ("COPY --chown=0:0 graphs ./graphs", "COPY --chown=0:0 . .", "takes everything"),
        ("COPY --chown=0:0 graphs ./graphs", "ADD https://example.org/graphs.tar ./graphs", "fetches or unpacks"),
        ("WORKDIR /source\n", "WORKDIR /source\nRUN curl https://example.org/get | sh\n", "nothing pins"),
        ("    FKS_SERVICE_PORT=8007", "    FKS_SERVICE_SECRET=abc", "stay in the layer"),
        ("COPY --chown=0:0 graphs", "COPY --chown=0:0 fks.toml", "stay in the layer"),
        ("HEALTHCHECK", "#", "no HEALTHCHECK"),
    ],
)  # fmt: skip
def test_a_reviewer_would_find(line: str, worse: str, said: str) -> None:
    assert line in TEXT
    assert [fault for fault in recipe.faults(TEXT.replace(line, worse)) if said in fault]


def test_what_it_sets_are_settings_that_load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    given = recipe.environment(STEPS, "service")
    ours = {name: value for name, value in given.items() if name.startswith(PREFIX)}
    assert {name.removeprefix(PREFIX).lower() for name in ours} <= set(Settings.model_fields)
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    loaded = settings.load()
    exposed = [one.rest for one in STEPS if one.word == "EXPOSE"]
    assert (exposed, str(loaded.home)) == ([str(loaded.service_port)], "/var/lib/fks")
    assert loaded.log_format == "json"
    [volumes] = [one.rest for one in STEPS if one.word == "VOLUME"]
    assert f'"{loaded.home}"' in volumes


def test_its_python_is_the_one_the_versions_were_found_for() -> None:
    head = (ROOT / "constraints.txt").read_text("utf-8").splitlines()[0]
    [said] = re.findall(r"Python (\d\.\d+)", head)
    assert all(image.startswith(f"python:{said}.") for image in recipe.images(STEPS))


def test_its_label_is_the_version_of_the_package() -> None:
    version = PROJECT["project"]["version"]
    assert f'image.version="{version}"' in TEXT
    assert f"fks-agents:{version} ." in TEXT


def test_every_version_it_installs_is_pinned_and_allowed() -> None:
    """What pip would find out with a network: the pins fit the ranges of every extra."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    versions = {canonicalize_name(name): version for name, version in pins.items()}
    project = PROJECT["project"]
    assert set(EXTRAS) <= set(project["optional-dependencies"])
    asked = [*project["dependencies"], *(line for extra in EXTRAS for line in project["optional-dependencies"][extra])]
    unfit = [
        f"{line}: pinned at {versions.get(canonicalize_name(Requirement(line).name))}"
        for line in [*asked, *PROJECT["build-system"]["requires"]]
        if not Requirement(line).specifier.contains(versions.get(canonicalize_name(Requirement(line).name), "0"))
    ]
    assert unfit == []


def test_what_comes_with_them_is_pinned_too() -> None:
    """What is required by what is required, as it is installed here: pip would take the newest of the rest."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {canonicalize_name(line.partition("==")[0]) for line in lines if "==" in line and line[0] != "#"}
    project = PROJECT["project"]
    asked = [*project["dependencies"], *(line for extra in EXTRAS for line in project["optional-dependencies"][extra])]
    seen: set[tuple[str, frozenset[str]]] = set()
    while asked:
        wanted = Requirement(asked.pop())
        name, extras = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if (name, extras) not in seen:
            seen.add((name, extras))
            asked += list(_required(name, extras))
    names = {name for name, _ in seen}
    assert sorted(names - pinned) == []
    assert {"starlette", "pydantic-core", "markdown"} <= names  # which nobody asks for by name


def _required(name: str, extras: frozenset[str]) -> Iterator[str]:
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return  # an extra that is not installed here
    for line in lines:
        marker = Requirement(line).marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield line


def test_what_is_copied_exists_and_is_let_in_and_nothing_else_is() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] not in ("", "#")]
    assert lines[0] == "*"
    allowed = {line[1:] for line in lines if line.startswith("!")}
    copied = {
        name
        for one in STEPS
        if one.word == "COPY" and one.stage == "build"
        for name in [word for word in one.rest.split() if not word.startswith("--")][:-1]
    }
    assert allowed == copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    shipped = {pattern.rstrip("*") for pattern in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert shipped <= copied
    kept_out = [line for line in lines if line.startswith("**/")]
    for name in (".env", ".env.local", "service.key", "ledger.sqlite-wal", "fks.toml", "_engine.c", "_engine.so"):
        assert any(fnmatch.fnmatch(name, pattern.removeprefix("**/")) for pattern in kept_out), name


@pytest.mark.real
@pytest.mark.enable_socket
@pytest.mark.parametrize(("status", "is_well"), [(200, True), (503, False)])
def test_the_health_check_follows_the_service(status: int, is_well: bool) -> None:
    program, *rest = recipe.healthcheck(STEPS)
    assert program == "python"
    with answering("/health", status) as port:
        asked = {"FKS_SERVICE_PORT": str(port), "http_proxy": "http://127.0.0.1:9"}
        ran = subprocess.run([sys.executable, *rest], env=os.environ | asked, check=False, timeout=30)
        assert (ran.returncode == 0) == is_well
    gone = subprocess.run(
        [sys.executable, *rest], env=os.environ | asked, check=False, timeout=30, stderr=subprocess.DEVNULL
    )
    assert gone.returncode != 0


@pytest.mark.real
def test_the_steps_of_the_build_make_an_environment_that_runs(tmp_path: Path) -> None:
    """Those that need neither root nor a network, as they are written; the packages are those of this environment."""
    source, target = tmp_path / "source", tmp_path / "fks"
    for name in {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] == "!"}:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.so", "*.c"))
        else:
            source.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    bare = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}
    offline = bare | {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    offline |= {"EXTRAS": ",".join(EXTRAS)}
    steps = [one.rest for one in STEPS if one.word == "RUN" and one.stage == "build" and "apt-get" not in one.rest]
    assert len(steps) == 5
    for step in steps:
        here = step.replace("/opt/fks", str(target))
        ran = subprocess.run(here, shell=True, cwd=source, env=offline, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, f"{step}\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}"
        if "-m venv" in step:
            packages = Path(sysconfig.get_path("purelib", vars={"base": str(target)}))
        if "dist/fks_agents" in step:
            # Only now: pip would find this environment's own fks-agents, and install nothing.
            (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = "import execution_core._engine as it; print(it.__file__)"
    found = subprocess.run(
        [str(target / "bin/python"), "-c", where], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert found.stdout.startswith(str(packages))
