"""`fks bench judge`, `fks label` and `fks audit`, on the terminal and as JSON."""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from memory.ledger import Ledger
from tests.cli.conftest import Ran
from tests.evaluators.audits.recorded import decide

Fks = Callable[..., Ran]

pytestmark = pytest.mark.xdist_group("cli-judging")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two decisions; one claim of the second is wrong."""
    path = tmp_path / "home"
    with Ledger.open(path / "ledger.sqlite") as ledger:
        for day in range(2):
            decide(ledger, day, wrong=day == 1)
    return path


@pytest.fixture
def decision(home: Path) -> str:
    with Ledger.open(home / "ledger.sqlite") as ledger:
        return ledger.decisions.history(limit=1)[0].id


# --- fks bench judge


def test_the_sample_is_measured_offline_at_once(fks: Fks, tmp_path: Path) -> None:
    ran = fks("bench", "judge", "sample", "--probes", "10", "--base-rate", "0.1", "--home", str(tmp_path / "none"))
    assert (ran.code, ran.err) == (0, "")
    for said in ("balanced accuracy, answered claims", "Cohen's kappa", "evidence reversed", "Where 10.0% of claims"):
        assert said in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
    assert not (tmp_path / "none").exists()


def test_a_result_is_one_json_value_that_the_next_run_compares_with(fks: Fks, tmp_path: Path) -> None:
    options = ("--probes", "0", "--home", str(tmp_path))
    first = fks("bench", "judge", "sample", "--bare", "--json", *options)
    path = tmp_path / "first.json"
    path.write_text(first.out)
    second = fks("bench", "judge", "sample", "--json", "--against", str(path), *options)
    assert (first.code, second.code, second.err) == (0, 0, "")
    assert first.json["comparison"] is None
    assert first.json["measured"]["carrying"] is False
    compared = second.json["comparison"]
    assert compared["common"] == second.json["measured"]["examples"] == 72
    assert 0.0 <= compared["p"] <= 1.0
    assert "exact McNemar" in " ".join(fks("bench", "judge", "sample", "--against", str(path), *options).out.split())


def test_a_worse_judge_and_one_below_the_bar_exit_with_six(fks: Fks, tmp_path: Path) -> None:
    """The checker abstains from claims without any evidence; an earlier judge is said to have known them all."""
    claims = tmp_path / "own.jsonl"
    labels = ["supported", "refuted"] * 6
    claims.write_text(
        "".join(json.dumps({"id": str(n), "claim": "x", "label": of}) + "\n" for n, of in enumerate(labels))
    )
    options = ("--probes", "0", "--home", str(tmp_path))
    first = fks("bench", "judge", str(claims), "--json", *options)
    assert (first.code, first.json["measured"]["coverage"]["value"]) == (0, 0.0)
    whole = first.json
    for answer in whole["measured"]["answers"]:
        answer["answer"] = answer["label"]
    path = tmp_path / "perfect.json"
    path.write_text(json.dumps(whole))
    ran = fks("bench", "judge", str(claims), "--json", "--against", str(path), *options)
    assert (ran.code, ran.json["comparison"]["is_worse"]) == (6, True)
    assert fks("bench", "judge", str(claims), "--least", "0.5", *options).code == 6
    assert fks("bench", "judge", "sample", "--least", "0.5", *options).code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("nothing",), 2, "unknown data set 'nothing'"),
        (("none.jsonl",), 4, "cannot read none.jsonl"),
        (("sample", "--judge", "crystal"), 2, "unknown judge 'crystal'; expected one of checker"),
        (("sample", "--judge", "compliance"), 2, "asks a model, and none is configured"),
        (("sample", "--judge", "compliance", "--checker"), 2, "name two judges"),
        (("sample", "--against", "none.json"), 4, "cannot read none.json"),
    ],
)
def test_what_cannot_be_measured_is_said_in_one_line(
    fks: Fks, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    ran = fks("bench", "judge", *words, "--home", str(tmp_path))
    assert ran.code == code
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1


# --- fks audit


def test_an_audit_finds_the_wrong_claim_and_writes_its_report(fks: Fks, home: Path, decision: str) -> None:
    ran = fks("audit", "--home", str(home))
    assert (ran.code, ran.err) == (0, "")
    assert "6 claims: 6 judged now, 0 before, 0 failed, 0 left" in ran.out
    assert f"{decision}/macro.1" in ran.out
    assert "RSI(14) is 52.0" in ran.out
    report = Path(next(line for line in ran.out.splitlines() if line.startswith("report")).split()[1])
    assert report.is_file()
    assert report.with_suffix(".md").is_file()
    assert "0 judged now, 6 before" in fks("audit", "--home", str(home)).out


def test_a_budget_leaves_claims_for_the_next_run(fks: Fks, home: Path) -> None:
    first = fks("audit", "--most", "4", "--json", "--home", str(home))
    assert (first.code, first.json["judged"], first.json["left"]) == (0, 4, 2)
    assert first.json["stopped"] == "budget: 4 judgements"
    second = fks("audit", "--json", "--home", str(home)).json
    assert (second["judged"], second["known"], second["left"]) == (2, 4, 0)
    assert second["audit"] == first.json["audit"]
    assert [each["claim_id"] for each in second["figures"]["worst"]] == ["macro.1"]


def test_an_audit_may_be_about_one_agent_and_some_time(fks: Fks, home: Path) -> None:
    ran = fks("audit", "--agent", "macro", "--since", "2020-01-31T00:00:00Z", "--json", "--home", str(home))
    assert ran.json["claims"] == 1
    assert "no claim fits" in fks("audit", "--symbol", "none", "--home", str(home)).out
    assert "--since" in fks("audit", "--since", "yesterday", "--home", str(home)).err


# --- fks label


def test_a_label_is_given_by_id_and_stands(fks: Fks, home: Path, decision: str) -> None:
    said = ("label", "--claim", f"{decision}/macro.1", "--by", "kim", "--home", str(home))
    ran = fks(*said, "--label", "refuted", "--note", "it is 25", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.json["decision_id"] == decision
    assert (ran.json["word"], ran.json["person"], ran.json["note"]) == ("refuted", "kim", "it is 25")
    assert fks(*said, "--label", "supported").out == f"{decision}/macro.1: supported, by kim\n"
    verdict = fks("label", "--claim", decision, "--label", "supported", "--by", "kim", "--home", str(home), "--json")
    assert verdict.json["subject"] == "verdict"


def test_questions_are_asked_without_the_gate_s_opinion(fks: Fks, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("x\ns\nk\nr\n"))
    ran = fks("label", "--by", "kim", "--home", str(home))
    assert ran.code == 0
    assert ran.out.count("kept; the gate: ") == 2
    assert "2 labelled by kim" in ran.out
    question = ran.out.partition("kept;")[0]
    assert re.search(r"F[23] \w+ 1d: ", question)
    assert "gate" not in question
    waiting = fks("label", "--by", "kim", "--json", "--home", str(home)).json
    assert len(waiting) == 4


def test_agreement_and_export_follow(fks: Fks, home: Path, decision: str, tmp_path: Path) -> None:
    assert "nobody has labelled yet" in fks("label", "--agreement", "--home", str(home)).out
    fks("audit", "--home", str(home))
    fks("label", "--claim", f"{decision}/macro.1", "--label", "refuted", "--by", "kim", "--home", str(home))
    told = fks("label", "--agreement", "--json", "--home", str(home)).json
    assert {month["rater"].partition("@")[0] for month in told} == {"gate", "checker"}
    assert "100%" in fks("label", "--agreement", "--home", str(home)).out
    path = tmp_path / "own.jsonl"
    assert fks("label", "--export", str(path), "--json", "--home", str(home)).json == {"file": str(path), "examples": 1}
    measured = fks("bench", "judge", str(path), "--json", "--home", str(home)).json["measured"]
    assert measured["examples"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--claim", "ID/macro.1"), "--claim and --label come together"),
        (
            ("--claim", "ID/macro.1", "--label", "true"),
            "unknown label 'true'; expected one of supported, refuted, unclear",
        ),
        (("--claim", "ID/macro.7", "--label", "refuted"), "has no claim 'macro.7'"),
        (("--claim", "zzz/macro.1", "--label", "refuted"), "unknown decision 'zzz'"),
    ],
)
def test_a_label_that_fits_nothing_is_refused(
    fks: Fks, home: Path, decision: str, words: tuple[str, ...], said: str
) -> None:
    ran = fks("label", *(word.replace("ID", decision) for word in words), "--home", str(home))
    assert ran.code == 2
    assert said in ran.err


def test_whole_decisions_need_a_model(fks: Fks, home: Path) -> None:
    ran = fks("audit", "--whole", "--home", str(home))
    assert ran.code == 2
    assert "whole decisions need a judge with a model" in ran.err


@pytest.mark.real
def test_processes_find_what_one_process_finds(fks: Fks, home: Path) -> None:
    options = ("--probes", "0", "--json", "--home", str(home))
    one, two = (fks("bench", "judge", "sample", "--workers", n, *options).json["measured"] for n in ("1", "2"))
    assert one["answers"] == two["answers"]
    audited = fks("audit", "--workers", "2", "--json", "--home", str(home)).json
    assert (audited["judged"], audited["left"]) == (6, 0)
    assert [each["claim_id"] for each in audited["figures"]["worst"]] == ["macro.1"]


@pytest.mark.real
def test_ctrl_c_keeps_what_was_judged_and_the_same_command_goes_on(fks: Fks, tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        for day in range(150):
            decide(ledger, day)
    command = [sys.executable, "-m", "fks_agents", "audit", "--home", str(tmp_path), "--json"]
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell has what it runs beside itself ignore it
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heard,
    )  # fmt: skip
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        while process.poll() is None and not ledger.judgements.by():
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        kept = len(ledger.judgements.by())
    assert process.returncode == 130, err
    assert "the same command goes on" in err
    told = json.loads(out)
    assert (told["stopped"], told["judged"]) == ("interrupted", kept)
    assert 0 < kept < 450
    second = fks("audit", "--home", str(tmp_path), "--json").json
    assert (second["known"], second["judged"], second["left"]) == (kept, 450 - kept, 0)
    assert second["audit"] == told["audit"]


@pytest.mark.parametrize("words", [("audit",), ("bench", "judge", "sample", "--probes", "0")])
def test_the_model_option_names_the_judge_whatever_a_file_names(
    fks: Fks, words: tuple[str, ...], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fks.toml").write_text('model_judge = "nobody"\n')
    assert "unknown model 'nobody'" in fks(*words, "--home", str(home)).err
    assert "unknown model 'somebody'" in fks(*words, "--home", str(home), "--model", "somebody").err
    assert fks(*words, "--home", str(home), "--model", "rules").code == 0
