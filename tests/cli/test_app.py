"""The frame around every verb: help, discovery, options, errors, exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fks_agents import settings
from fks_agents.cli import _app, _terminal
from fks_agents.cli._commands import _program, runnable
from fks_agents.errors import ConfigError, DataError, FksError, LedgerError, ModelError, RefusedError, UsageError
from tests.cli.conftest import Ran

Fks = Callable[..., Ran]


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if hasattr(command, "list_commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = dict(commands(_app.root()))


def test_the_verbs_are_those_that_were_promised() -> None:
    assert {" ".join(path) for path in ALL} >= {
        "analyze", "demo", "doctor", "facts", "history", "init", "memory query", "memory rebuild", "paper advance",
        "paper status", "replay", "resume", "show",
    }  # fmt: skip


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_verb_takes_json_and_the_common_settings(path: tuple[str, ...]) -> None:
    options = {option for parameter in ALL[path].params for option in parameter.opts}
    assert options >= {"--json", "--set", "--source", "--timeframe", "--model", "--home", "--headlines", "--account"}


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_verb_says_what_it_does_in_one_line(path: tuple[str, ...], fks: Fks) -> None:
    ran = fks(*path, "--help")
    assert ran.code == 0
    assert ran.err == ""
    assert max(len(line) for line in ran.out.splitlines()) <= 80
    assert ALL[path].help.partition("\n")[0].rstrip(".:") != ""


def test_help_imports_nothing_heavy() -> None:
    probe = "import sys; from fks_agents.cli._app import run; run(['--help']); print(*sys.modules, file=sys.stderr)"
    loaded = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "80"}
    ).stderr.split()
    heavy = {"langgraph", "langchain_core", "pandas", "chromadb", "sqlalchemy", "matplotlib", "numpy", "graphs.trading"}
    assert heavy & set(loaded) == set()


def test_a_wrong_verb_is_answered_with_the_known_ones(fks: Fks) -> None:
    ran = fks("anlyze")
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith(
        "error: unknown command 'anlyze'; expected one of analyze, approve, audit, backtest, bench"
    )
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("history", "--lmit", "3"), "no such option: --lmit"),
        (("analyze",), "missing argument 'SYMBOL'; `fks analyze --help` tells what is expected"),
        (("history", "--limit", "0"), "invalid value for '--limit'"),
        (("show", "a", "b"), "got unexpected extra argument"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(fks: Fks, words: tuple[str, ...], said: str) -> None:
    ran = fks(*words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.startswith("error: ")
    assert ran.err.count("\n") == 1


def test_an_unknown_setting_is_answered_with_the_near_ones(fks: Fks) -> None:
    ran = fks("history", "--set", "max_drawdwn=0.1")
    assert ran.code == 2
    assert ran.err == "error: unknown setting 'max_drawdwn'; near: max_drawdown\n"


def test_a_setting_without_a_value_is_refused(fks: Fks) -> None:
    assert fks("history", "--set", "fee").err == "error: --set: expected name=value, was 'fee'\n"


def test_a_flag_that_does_not_fit_is_a_usage_error(fks: Fks) -> None:
    ran = fks("history", "--timeframe", "7x")
    assert ran.code == 2
    assert "timeframe" in ran.err
    assert "'1d'" in ran.err
    assert "was '7x'" in ran.err


def test_a_setting_of_the_environment_that_does_not_fit_is_a_configuration_error(
    fks: Fks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FKS_FEE", "much")
    ran = fks("history")
    assert ran.code == 3
    assert "fee" in ran.err


def test_settings_reach_the_terminal() -> None:
    terminal = _terminal.Terminal({"timeframe": "1h"}, ("fee=0.002", "detectors=fvg, swings", "memory=false"), False)
    settings = terminal.settings
    assert (settings.timeframe, settings.fee, settings.detectors, settings.memory) == (
        "1h",
        0.002,
        ("fvg", "swings"),
        False,
    )


@pytest.mark.parametrize(
    ("error", "code"),
    [(UsageError, 2), (ConfigError, 3), (DataError, 4), (ModelError, 5), (RefusedError, 6), (LedgerError, 3)],
)
def test_an_error_ends_with_its_exit_code_and_one_clean_line(
    fks: Fks, monkeypatch: pytest.MonkeyPatch, error: type[FksError], code: int
) -> None:
    from fks_agents import settings

    def fail(**_: object) -> None:
        raise error("it broke\nat password=hunter2 \x1b[31mred")

    monkeypatch.setattr(settings, "load", fail)
    ran = fks("history")
    assert ran == Ran(code, "", "error: it broke at password=[redacted] [31mred\n")


def test_a_defect_is_one_line_too(fks: Fks, monkeypatch: pytest.MonkeyPatch) -> None:
    from fks_agents import settings

    def fail(**_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(settings, "load", fail)
    ran = fks("history")
    assert ran.code == 1
    assert ran.err == "error: unexpected KeyError: 'x' (`--log-level debug` shows where)\n"


def test_the_traceback_is_shown_where_the_log_level_asks_for_it(fks: Fks) -> None:
    assert "Traceback" in fks("show", "nothing", "--log-level", "debug").err
    assert "Traceback" not in fks("show", "nothing").err


def test_ctrl_c_outside_a_decision_ends_with_130(fks: Fks, monkeypatch: pytest.MonkeyPatch) -> None:
    from fks_agents import settings

    def stop(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(settings, "load", stop)
    assert fks("history") == Ran(130, "", "interrupted\n")


def test_the_version_is_told(fks: Fks) -> None:
    ran = fks("--version")
    assert ran.code == 0
    assert ran.out.startswith("fks-agents 0.")


def test_the_module_is_the_command() -> None:
    told = [
        subprocess.run([*command, "--version"], capture_output=True, text=True, check=True).stdout
        for command in ([sys.executable, "-m", "fks_agents"], [str(Path(sys.executable).with_name("fks"))])
    ]
    assert told[0] == told[1]


def test_commands_are_printed_as_they_can_be_typed(fks: Fks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`fks` where the shell finds this one; its path where it finds none, or another."""
    monkeypatch.setattr(sys, "argv", ["elsewhere/pytest"])
    script = Path(sys.executable).with_name("fks")
    assert "`fks show --help`" in fks("show", "a", "b").err
    other = tmp_path / "fks"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    for path in (str(tmp_path), str(tmp_path / "none")):
        monkeypatch.setenv("PATH", path)
        assert f"`{script} show --help`" in fks("show", "a", "b").err
    monkeypatch.setattr(sys, "argv", [os.path.relpath(script)])
    assert f"`{os.path.relpath(script)} show --help`" in fks("show", "a", "b").err
    assert runnable("pip install x").startswith(sys.executable)
    assert _program("p", str(tmp_path / "bin" / "python"), "") == f"{tmp_path / 'bin' / 'python'} -m fks_agents"


def test_a_command_to_type_next_carries_what_it_needs() -> None:
    terminal = _terminal.Terminal(
        {"home": "my home", "source": "csv:p.csv?symbol=X", "timeframe": None},
        ("bars=300", "database_url=s:p@h"),
        False,
    )
    assert terminal.command("show", "ab") == "fks show ab --home 'my home'"
    assert terminal.command("facts", "X", also=("source", "timeframe")) == (
        "fks facts X --source 'csv:p.csv?symbol=X' --home 'my home' --set bars=300"
    )


def test_the_demo_says_what_it_takes_for_the_moment(fks: Fks) -> None:
    assert "default: 2018-09-21T20:00:00Z" in " ".join(fks("demo", "--help").out.replace("│", " ").split())


def test_without_a_verb_help_is_shown(fks: Fks) -> None:
    assert "demo" in fks().out


def test_a_reader_that_leaves_early_is_no_error() -> None:
    ended = subprocess.run(
        f"{sys.executable} -m fks_agents facts --definitions --json | head -c 1", shell=True, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert ended.stdout == "["
    assert ended.stderr == ""


def test_init_writes_every_setting_once_and_refuses_to_overwrite(
    fks: Fks, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fks_agents.settings import Settings

    monkeypatch.chdir(tmp_path)
    assert fks("init").code == 0
    written = (tmp_path / "fks.toml").read_text()
    assert all(f"\n# {name} = " in written for name in Settings.model_fields)
    again = fks("init")
    assert again.code == 2
    assert "fks init --force" in again.err
    assert fks("init", "--force", "--json").json == {"path": str(tmp_path / "fks.toml")}


def test_init_prints_what_it_would_write_even_where_settings_are_broken(
    fks: Fks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FKS_FEE", "much")
    assert "# fee = 0.001" in fks("init", "--print").out
    assert "# fee = 0.001" in fks("init", "--print", "--json").json["template"]


def test_init_for_ollama_sets_a_model_for_each_role_and_says_how_to_get_it(
    fks: Fks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = fks("init", "--ollama")
    assert ran.code == 0
    loaded = settings.load()
    named = {loaded.named_model(role) for role in ("quick", "deep", "judge")}
    assert len(named) == 3
    for name in named:
        assert f"ollama pull {name.removeprefix('ollama:')}" in ran.out


def test_definitions_need_no_symbol(fks: Fks) -> None:
    names = [each["name"] for each in fks("facts", "--definitions", "--json").json]
    assert len(names) == len(set(names)) >= 80
    assert names[0] in fks("facts", "--definitions").out
    assert fks("facts").code == 2


def test_an_empty_history_names_the_first_command(fks: Fks) -> None:
    assert "fks demo" in fks("history").out
    assert fks("history", "--json").json == {"decisions": [], "unfinished": []}


def test_an_unknown_decision_is_said_so(fks: Fks) -> None:
    for verb in ("show", "replay", "resume"):
        ran = fks(verb, "abc")
        assert (ran.code, ran.out) == (2, "")
        assert "unknown decision 'abc'" in ran.err


def test_json_of_a_failure_is_no_output_at_all(fks: Fks) -> None:
    ran = fks("show", "abc", "--json")
    assert ran.out == ""
    with pytest.raises(json.JSONDecodeError):
        _ = ran.json


def test_colour_is_left_out_where_it_is_not_wanted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from fks_agents.cli._story import row

    def shown() -> str:
        row(_terminal.Terminal({}, (), False).console, "gate", "failed", "red")
        return capsys.readouterr().out

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[31m" in shown()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31m" not in shown()
    monkeypatch.delenv("FORCE_COLOR")
    assert shown() == "  gate          failed\n"


def test_outside_text_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    from fks_agents.cli._story import row

    row(_terminal.Terminal({}, (), False).console, "a\x1b]0;b", "x\x1b[2J\u202ey [red]z[/red] \x9b1m\rq")
    assert capsys.readouterr().out == "  a]0;b         x[2Jy [red]z[/red] 1mq\n"


def test_the_written_settings_load_when_everything_is_uncommented(
    fks: Fks, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fks_agents.settings import load

    monkeypatch.chdir(tmp_path)
    plain = load()
    fks("init")
    written = re.sub(r"^# (?=\w+ = )", "", (tmp_path / "fks.toml").read_text(), flags=re.MULTILINE)
    (tmp_path / "fks.toml").write_text(written)
    assert load() == plain


def test_a_terminal_without_our_marks_shows_others_that_differ() -> None:
    assert "✓ ─ ✗ σ é".encode("ascii", "fks_plain") == b"+ - x sigma ?"
