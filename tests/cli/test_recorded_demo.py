"""`fks demo` plays the words of a real model: whole, offline, with facts, checks and orders of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fks_agents.cli.demo import SPOKEN
from fks_agents.contracts import Cycle
from fks_agents.llm import recorded
from tests.cli.conftest import Ran

Fks = Callable[..., Ran]


def moment(name: str) -> str:
    return recorded.shipped(name).as_of.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("name", recorded.names())
def test_every_shipped_decision_plays_to_its_end(name: str, fks: Fks, tmp_path: Path) -> None:
    """Each question the agents ask is on file: a changed prompt, fact or schema needs a new recording."""
    ran = fks("demo", "--as-of", moment(name), "--json", "--home", str(tmp_path))
    assert ran.code == 0, ran
    cycle = Cycle.from_json(ran.out)
    assert "has no answer to this question" not in ran.out
    spoken = {said.model for said in (*cycle.reports, *cycle.debate, *cycle.proposals) if said.model != "rules"}
    assert spoken == {f"recorded:{name}"}
    assert cycle.usage is not None
    assert sum(each.calls for each in cycle.usage.spent) == len(recorded.shipped(name).answers)
    replayed = fks("replay", cycle.id, "--home", str(tmp_path))
    assert (replayed.code, "the same bytes" in replayed.out) == (0, True)


def test_the_demo_names_the_model_and_what_was_caught(fks: Fks, tmp_path: Path) -> None:
    ran = fks("demo", "--home", str(tmp_path))
    assert ran.code == 0, ran
    first = ran.out.splitlines()[0]
    assert first.startswith("fks demo: SPX, source sample, words of ")
    assert "caught: structure.2: says bearish breaks: 0; F317 (bullish_breaks_60) is 4" in " ".join(ran.out.split())
    assert "✗ fail" in ran.out


def test_whoever_chooses_a_model_or_changes_a_question_gets_no_recording(fks: Fks, tmp_path: Path) -> None:
    for words in (("--model", "rules"), ("--set", "horizon=5")):
        ran = fks("demo", *words, "--home", str(tmp_path / words[1]))
        assert "no language model (rules)" in ran.out.splitlines()[0]


def test_there_is_a_recording_for_the_moment_of_the_demo() -> None:
    assert SPOKEN in {moment(name) for name in recorded.names()}
    assert len(recorded.names()) >= 2
