"""What the documentation shows is what happens: commands are run, code is run, pictures and tables are compared."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fks_agents import _discovery
from fks_agents.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
NOT_RUN_HERE = ("make ", "pip ")
"""CI runs the make targets; installing is what made this test run."""


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def commands(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Each command, and the lines it is shown to print."""
    for block in blocks(page, "console"):
        for chunk in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *shown = chunk.rstrip().splitlines()
            yield command, shown


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.name)
def test_the_code_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From top to bottom, each block with what the ones before it left."""
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "documented"}
    for code in blocks(page, "python"):
        exec(compile(code, str(page), "exec"), namespace)


@pytest.mark.real
@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "console")], ids=lambda page: page.name)
def test_the_commands_do_what_is_shown(page: Path, tmp_path: Path) -> None:
    environment = {
        **os.environ, "HOME": str(tmp_path), "FKS_HOME": str(tmp_path / "home"), "COLUMNS": "80",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip
    for command, shown in commands(page):
        if command.startswith(NOT_RUN_HERE):
            continue
        if "ID" in command.split():
            listed = subprocess.run(
                ["fks", "history", "--json"], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
            )
            [newest, *_] = re.findall(r'"id": "(\w+)"', listed.stdout)
            command = re.sub(r"\bID\b", newest, command)
        ran = subprocess.run(
            command, shell=True, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
        )
        assert ran.returncode == 0, f"{page.name}: $ {command}\n{ran.stderr}"
        assert [line for line in shown if line not in ran.stdout] == [], f"{page.name}: $ {command}"


@pytest.mark.real
def test_the_line_for_a_file_of_one_s_own_works_as_written(tmp_path: Path) -> None:
    """All but the model, which needs a server."""
    from fks_agents.cli._app import run

    [line] = [block for block in blocks(ROOT / "README.md", "text") if block.startswith("fks analyze")]
    rows = (f"{1704067200 + 3600 * n},100,102,98,{100 + n % 3},5" for n in range(4800))
    (tmp_path / "prices.csv").write_text("\n".join(["time,open,high,low,close,volume", *rows]))
    words = re.sub(r"--model \S+", "--json", line.replace("csv:", f"csv:{tmp_path}/"))
    assert run([*shlex.split(words)[1:], "--home", str(tmp_path / "home")]) in (0, 6)


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    missing = [page.name for page in (ROOT / "docs").glob("*.md") if f"]({page.name})" not in index]
    assert missing == ["README.md"]


@pytest.mark.real
def test_the_measurement_the_page_quotes_can_be_made(tmp_path: Path) -> None:
    measure = [sys.executable, str(ROOT / "examples" / "measure_the_rules.py"), "1500"]
    ran = subprocess.run(measure, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert re.match(r"\d+ decisions, \d+ ordered, \d+ filled\n", ran.stdout)


def test_every_command_is_in_the_table() -> None:
    from fks_agents import cli

    table = (ROOT / "README.md").read_text("utf-8")
    for name in _discovery.names(cli.__path__):
        assert f"`fks {name}" in table


def test_every_setting_is_explained() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        assert field.description is not None
        described = field.description.replace("|", r"\|")
        assert re.search(rf"^\| `{name}` \| .* \| {re.escape(described)} \|$", page, re.MULTILINE), name


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    for target in re.findall(
        r"\]\(([^)#]+?)(?:#[^)]*)?\)", re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)
    ):
        assert target.startswith("https://") or (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_picture_of_the_terminal_fetches_nothing() -> None:
    picture = (ROOT / "docs" / "demo.svg").read_text("utf-8")
    assert re.findall(r"(?:href|src)\s*=|url\((?!#)|@import|@font-face", picture) == []
    # A space is drawn as &#160;.
    assert "the&#160;clock&#160;runs&#160;on" in picture
