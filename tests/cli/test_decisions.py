"""Verbs over a real desk: the offline sample, rules, one home for the whole file."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from fks_agents.cli import _app
from fks_agents.cli._desk import decide, recorded
from fks_agents.cli._terminal import Interrupted, Terminal
from fks_agents.contracts import Cycle
from fks_agents.settings import load
from graphs.opening import open_desk
from tests.cli.conftest import Ran

Fks = Callable[..., Ran]

pytestmark = pytest.mark.xdist_group("cli-decisions")

STAGES = ("Facts", "Analysts", "Debate", "Plan", "Personas", "Risk", "Gate", "Orders", "Decision", "Report", "Next")


def at(home: Path) -> Terminal:
    return Terminal({"home": str(home)}, (), is_json=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk")


@pytest.fixture(scope="module")
def demo(home: Path) -> Ran:
    """`fks demo`, run once; also what the other tests find in the ledger."""
    out, err = io.StringIO(), io.StringIO()
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "80"
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = _app.run(["demo", "--model", "rules", "--home", str(home)])
    finally:
        os.environ.pop("COLUMNS") if before is None else os.environ.update(COLUMNS=before)
    return Ran(code, out.getvalue(), err.getvalue())


@pytest.fixture
def decision(demo: Ran) -> str:
    found = re.search(r"fks show (\w+)", demo.out)
    assert found is not None, demo
    return found[1]


def test_the_demo_tells_every_stage_in_order_and_ends_well(demo: Ran) -> None:
    assert (demo.code, demo.err) == (0, "")
    places = [demo.out.index(f"\n{stage}\n") for stage in STAGES]
    assert places == sorted(places)


def test_the_demo_fits_a_plain_terminal(demo: Ran) -> None:
    told, _, commands = demo.out.partition("\nNext\n")
    assert "--home" in commands  # to be copied whole, however long
    lines = [line for line in told.splitlines() if "report.html" not in line]
    assert max(map(len, lines)) <= 80
    assert not any(line.endswith(" ") for line in lines)
    assert "\x1b" not in demo.out


def test_what_came_later_is_set_apart_from_the_decision(demo: Ran) -> None:
    decided, _, later = demo.out.partition("the clock runs on")
    assert "filled" not in decided.partition("Decision")[0].replace("filled by", "")
    assert "not known when the decision was made" in later
    assert "One decision says nothing about skill." in later


def test_the_demo_names_a_report_that_exists_and_three_commands(demo: Ran) -> None:
    report = Path(next(line.strip() for line in demo.out.splitlines() if "report.html" in line))
    assert report.is_file()
    assert report.with_name("report.md").is_file()
    assert len(demo.out.partition("\nNext\n")[2].splitlines()) == 3


def test_the_next_commands_run_as_they_are_printed(fks: Fks, home: Path, demo: Ran) -> None:
    """They name the home that was given, and the facts are those of the decision, not of the newest bar."""
    for line in demo.out.partition("\nNext\n")[2].splitlines():
        program, *words = shlex.split(line)
        assert program == "fks"
        ran = fks(*words)
        assert ran.code == 0, ran
        if words[0] == "facts":
            assert ran.out.startswith("SPX 1d, 2018-04-20 20:00 UTC: ")


def test_the_same_object_comes_from_demo_show_and_replay(fks: Fks, home: Path) -> None:
    ran = fks("demo", "--model", "rules", "--json", "--home", str(home))
    assert (ran.code, ran.err) == (0, "")
    cycle = Cycle.from_json(ran.out)
    assert ran.out == cycle.as_json() + "\n"
    assert fks("show", cycle.id, "--json", "--home", str(home)).out == ran.out
    replayed = fks("replay", cycle.id, "--json", "--home", str(home))
    assert (replayed.code, replayed.out) == (0, ran.out)
    assert "the same bytes" in replayed.err


def test_the_object_holds_what_a_program_needs(fks: Fks, home: Path, decision: str) -> None:
    whole = fks("show", decision, "--json", "--home", str(home)).json
    assert whole["verdict"]["outcome"] == "pass"
    assert whole["verdict"]["checks"]
    assert set(whole["facts"][0]) >= {"id", "name", "value", "unit", "timeframe", "as_of", "source"}
    assert {"symbol", "as_of", "action", "status", "reports", "debate", "plan", "seconds", "digest"} <= set(whole)


def test_show_tells_the_decision_and_what_became_of_it(fks: Fks, home: Path, decision: str) -> None:
    ran = fks("show", decision[:6], "--home", str(home))
    assert ran.code == 0
    assert "\nCHECKED\n" in ran.out
    after = ran.out.partition("\nAFTER\n")[2]
    ended = "ended 2018-05-07 at the horizon, -0.08 R"
    assert ran.out.startswith(f"SPX 1d, 2018-04-20 20:00 UTC: sell, working when decided; {ended}\n")
    assert f"{ended}, profit -62.33 after costs" in after


def test_a_changed_record_is_told_and_not_glossed_over(fks: Fks, home: Path, decision: str) -> None:
    with open_desk(load(home=home)) as desk:
        snapshot = desk.ledger.decisions.cycle(decision).snapshot
    assert snapshot is not None
    bars = home / "bars" / f"{snapshot.bars[0].digest}.parquet"
    kept = bars.read_bytes()
    bars.write_bytes(kept[:-7])
    try:
        ran = fks("replay", decision, "--home", str(home))
    finally:
        bars.write_bytes(kept)
    assert ran.code == 4
    assert ran.err.startswith("error: ")


def test_a_refused_decision_ends_with_6_and_says_why(fks: Fks, home: Path) -> None:
    words = ("analyze", "SPX", "--as-of", "2018-04-20T20:00:00Z", "--set", "max_position=0", "--home", str(home))
    ran = fks(*words)
    assert ran.code == 6
    assert "refused" in ran.out
    assert fks(*words, "--json").json["status"] == "refused"


def test_an_interrupted_decision_names_the_command_that_finishes_it(fks: Fks, home: Path, decision: str) -> None:
    def stop(node: str, learned: Mapping[str, Any]) -> None:
        del learned
        if node == "manager":
            raise KeyboardInterrupt

    with open_desk(load(home=home)) as desk:
        as_of = desk.ledger.decisions.cycle(decision).as_of
        with pytest.raises(Interrupted) as caught:
            decide(at(home), lambda tell: desk.analyze("SPX", as_of=as_of, on_event=tell), stop)
    interrupted = str(caught.value).rpartition("fks resume ")[2].partition(" ")[0]
    assert str(caught.value) == f"interrupted; go on with: fks resume {interrupted} --home {home}"
    assert f"fks resume {interrupted} --home {home}\n" in fks("history", "SPX", "--home", str(home)).out
    assert interrupted not in fks("history", "IXIC", "--home", str(home)).out
    assert interrupted not in fks("history", "--status", "hold", "--home", str(home)).out
    resumed = fks("resume", interrupted, "--json", "--home", str(home))
    assert resumed.code == 0
    with open_desk(load(home=home)) as desk:
        whole = desk.ledger.decisions.cycle(decision)
    assert Cycle.from_json(resumed.out).plan == whole.plan
    again = fks("resume", interrupted, "--json", "--home", str(home))
    assert again.out == resumed.out
    assert again.err == f"decision {interrupted} was finished already: this is what was recorded\n"
    assert resumed.err == ""


def test_ctrl_c_in_the_last_step_says_that_the_decision_is_finished(home: Path, decision: str) -> None:
    def stop(node: str, learned: Mapping[str, Any]) -> None:
        del node, learned

    with open_desk(load(home=home)) as desk:
        whole = desk.ledger.decisions.cycle(decision)

        def run(tell: Callable[[str, Mapping[str, Any]], None]) -> Cycle:
            tell("admitted", {"id": decision})
            signal.raise_signal(signal.SIGINT)
            return whole

        before = signal.getsignal(signal.SIGINT)
        with pytest.raises(Interrupted, match=f"the decision is recorded.*: fks show {decision} --home"):
            decide(at(home), run, stop)
    assert signal.getsignal(signal.SIGINT) == before


@pytest.mark.real
def test_ctrl_c_from_a_terminal_leaves_a_run_that_can_be_resumed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fks_agents", "demo", "--home", str(tmp_path)]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert started.stdout is not None
    for line in iter(started.stdout.readline, ""):
        if line.startswith("Facts"):
            started.send_signal(signal.SIGINT)
            break
    _, err = started.communicate(timeout=60)
    assert started.returncode == 130, err
    assert err.startswith("stopping after this step; Ctrl-C again stops at once\n")
    decision = re.search(r"^interrupted; .*/?fks (?:resume|show) (\w+) --home", err, re.MULTILINE)
    assert decision is not None, err
    resume = [sys.executable, "-m", "fks_agents", "resume", decision[1], "--json", "--home", str(tmp_path)]
    ended = subprocess.run(resume, capture_output=True, text=True, check=False, timeout=60)
    assert json.loads(ended.stdout)["id"] == decision[1]


def test_history_lists_the_newest_first(fks: Fks, home: Path, decision: str) -> None:
    listed = fks("history", "SPX", "--json", "--home", str(home)).json["decisions"]
    assert decision in {each["id"] for each in listed}
    assert [each["sequence"] for each in listed] == sorted((each["sequence"] for each in listed), reverse=True)
    shown = fks("history", "--home", str(home)).out
    assert re.search(rf"^{decision}  2018-04-20 20:00  SPX 1d\s+sell\s+horizon -0.08 R$", shown, re.MULTILINE)
    assert "gate pass: the evidence leans to sell: for a rise technical; for a fall" in " ".join(shown.split())
    assert max(map(len, shown.splitlines())) <= 80 or "resume" in shown
    assert next(each for each in listed if each["id"] == decision)["result"]["r_multiple"] == pytest.approx(
        -0.08, abs=0.005
    )
    assert fks("history", "NDX", "--home", str(home)).out == "no finished decision fits\n"
    assert fks("history", "--action", "dance", "--home", str(home)).code == 2


def test_memory_shows_nothing_before_it_was_learned(fks: Fks, home: Path, decision: str) -> None:
    del decision
    query = ("memory", "query", "fear is high", "--json", "--home", str(home))
    found = fks(*query).json
    assert found
    learned = min(each["learned_at"] for each in found)
    assert fks(*query, "--as-of", "2018-04-20T19:59:59Z").json == []
    assert learned >= "2018-04-20T20:00:00Z"
    assert fks("memory", "query", "x", "--agent", "nobody", "--home", str(home)).code == 2


def test_paper_accounts_are_listed_and_advance_once(fks: Fks, home: Path, decision: str) -> None:
    accounts = fks("paper", "status", "--json", "--home", str(home)).json["accounts"]
    assert decision in {each["account"] for each in accounts}
    assert decision in fks("paper", "status", "--home", str(home)).out
    fks("paper", "advance", "--home", str(home))
    assert fks("paper", "advance", "--json", "--home", str(home)).json == []


def test_paper_says_what_is_open_and_what_is_only_followed(fks: Fks, tmp_path: Path) -> None:
    """Without an account there may still be decisions that are followed; without newer bars they stay open."""
    there = ("--home", str(tmp_path))
    assert fks("paper", "status", *there).out == "no paper account: nothing was ordered yet\n"
    assert "nothing is open" in fks("paper", "advance", *there).out
    assert fks("analyze", "SPX", *there, "--set", "max_position=0").code == 6  # the newest bar: none comes after it
    status = fks("paper", "status", *there).out
    assert status.startswith("no paper account: nothing was ordered yet\n\nFollowed without an order\n")
    assert "SPX 1d    sell, refused" in status or "SPX 1d    buy, refused" in status
    assert fks("paper", "status", "--json", *there).json["followed"][0]["status"] == "refused"
    assert "1 decision is open, and no bar has closed since" in fks("paper", "advance", *there).out


def test_a_search_for_nothing_is_a_usage_error(fks: Fks, home: Path) -> None:
    ran = fks("memory", "query", " ", "--home", str(home))
    assert (ran.code, ran.err) == (2, "error: expected words to look for, was nothing\n")


def test_ctrl_c_while_the_report_is_drawn_says_that_the_decision_is_safe(home: Path, decision: str) -> None:
    with open_desk(load(home=home)) as desk:
        whole = desk.ledger.decisions.cycle(decision)
    told = f"the decision is recorded.*: fks show {decision} --home"
    with pytest.raises(Interrupted, match=told), recorded(at(home), whole):
        raise KeyboardInterrupt


@pytest.mark.real
@pytest.mark.parametrize("words", [("demo",), ("analyze", "SPX", "--as-of", "2018-04-20T20:00:00Z")])
def test_a_decision_is_finished_when_the_reader_leaves(fks: Fks, tmp_path: Path, words: tuple[str, ...]) -> None:
    """The pipe is closed before the first line."""
    ours, theirs = os.pipe()
    os.close(ours)
    command = [sys.executable, "-m", "fks_agents", *words, "--home", str(tmp_path)]
    ran = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, text=True, check=False, timeout=120)
    os.close(theirs)
    assert (ran.returncode, ran.stderr) == (0, "")
    listed = fks("history", "--json", "--home", str(tmp_path)).json
    assert (len(listed["decisions"]), listed["unfinished"]) == (1, [])
    assert (tmp_path / "reports" / listed["decisions"][0]["id"] / "report.html").is_file()


def test_facts_are_listed_with_their_meaning(fks: Fks, home: Path) -> None:
    words = ("facts", "SPX", "--as-of", "2018-10-12T20:00:00Z", "--home", str(home))
    facts = fks(*words, "--json").json
    assert len({each["name"] for each in facts}) >= 80
    shown = fks(*words).out
    assert "rsi_14" in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("facts", "DAX"), 2, "IXIC, SPX"),
        (("facts", "SPX", "--source", "reuters"), 2, "sample"),
        (("facts", "SPX", "--timeframe", "1h"), 2, "1d"),
        (("analyze", "SPX", "--model", "gpt"), 2, "ollama:NAME"),
        (("facts", "SPX", "--as-of", "2018-10-12"), 2, "zone"),
        (("facts", "SPX", "--as-of", "2018-10-12T20:00:00"), 2, "zone"),
        (("facts", "SPX", "--as-of", "soon"), 2, "2018-12-24T21:00:00Z"),
        (("analyze", "SPX", "--as-of", "2999-01-01T00:00:00Z"), 2, "passed"),
        (("facts", "SPX", "--as-of", "2999-01-01T00:00:00Z"), 2, "passed"),
        (("analyze", "SPX", "--as-of", "1990-01-02T21:00:00Z"), 4, "1999"),
        (("facts", "SPX", "--as-of", "1999-02-01T21:00:00Z"), 4, "expected"),
    ],
)
def test_bad_input_is_answered_with_what_would_do(
    fks: Fks, home: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    ran = fks(*words, "--home", str(home))
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_a_home_that_cannot_be_written_is_refused_at_once(fks: Fks, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ran = fks("analyze", "SPX", "--home", str(tmp_path / "file" / "home"))
    assert ran.code == 3
    assert "home" in ran.err


def test_the_gate_is_measured_and_judged_by_its_target(fks: Fks, home: Path) -> None:
    ran = fks("bench", "gate", "--count", "90", "--json", "--home", str(home))
    measured = ran.json
    assert measured["caught_all"]["total"] == sum(rate["total"] for rate in measured["caught"].values()) == 90
    is_reached = measured["caught_all"]["share"] >= 0.99 and measured["refused"]["share"] <= 0.01
    assert measured["target"]["is_reached"] == is_reached
    assert ran.code == (0 if is_reached else 6)
    shown = fks("bench", "gate", "--count", "90", "--home", str(home)).out
    assert re.search(r"off by 2 % +10 ", shown)
    assert re.search(r"claims +refused +share", shown)


@pytest.mark.real
def test_a_healthy_home_passes_the_doctor(fks: Fks, home: Path) -> None:
    started = time.monotonic()
    ran = fks("doctor", "--json", "--home", str(home))
    assert ran.code == 0, ran.out
    assert ran.json["fine"]
    assert time.monotonic() - started < 120


def test_the_doctor_names_the_next_command_for_each_failure(fks: Fks, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ran = fks("doctor", "--json", "--home", str(tmp_path / "file"), "--model", "ollama:none")
    assert ran.code == 3
    failed = [each for each in ran.json["findings"] if not each["is_fine"]]
    assert {"home folder", "ledger", "model"} <= {each["name"] for each in failed}
    assert all(each["next"] for each in failed)
    assert not any("Errno" in each["detail"] for each in failed)
    [homeless] = [each["detail"] for each in failed if each["name"] == "home folder"]
    assert homeless == f"cannot write to {tmp_path / 'file'}: File exists"


def test_the_doctor_survives_settings_that_do_not_load(fks: Fks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FKS_FEE", "much")
    ran = fks("doctor")
    assert ran.code == 3
    assert "fee" in ran.out
    assert "next: fks init --print" in ran.out
