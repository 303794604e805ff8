from __future__ import annotations

from pathlib import Path

import pytest

from fks_agents.contracts import Cycle
from fks_agents.errors import UsageError
from fks_agents.llm.recorded import PlayedChat, Recording
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.settings import Settings
from graphs.opening import moment_of, open_desk
from graphs.recording import recording_of
from tests.evaluators.judges.conftest import finds
from tests.graphs.scripts import honest

AT = moment_of("2018-04-20T20:00:00Z")


def spoken(home: Path, **changes: object) -> tuple[Cycle, Recording]:
    settings = Settings(home=home, model="openai:x", memory_lessons=0).having(max_rounds=1, **changes)
    chat = ScriptedChat(honest, name="openai:x")
    with open_desk(settings, chats={"quick": chat, "deep": chat}) as desk:
        cycle = desk.analyze("SPX", as_of=AT)
        return cycle, recording_of(desk, cycle.id)


def test_a_recording_played_in_another_place_gives_the_same_decision(tmp_path: Path) -> None:
    cycle, kept = spoken(tmp_path / "here", max_prompt_tokens=2_000)
    said = {"max_prompt_tokens": 2_000, "max_rounds": 1, "memory_lessons": 0}
    assert kept.settings == {**said, "model_judge": "rules"}
    there = Settings(home=tmp_path / "there").having(**kept.settings)
    chat = PlayedChat("recorded:x", kept)
    with open_desk(there, chats={"quick": chat, "deep": chat}) as desk:
        again = desk.analyze(kept.symbol, as_of=kept.as_of)
    assert again.verdict.outcome == cycle.verdict.outcome == "pass"
    assert [report.claims for report in again.reports] == [report.claims for report in cycle.reports]
    assert (again.action, again.sized) == (cycle.action, cycle.sized)


def test_under_other_settings_the_questions_differ_and_nobody_decides(tmp_path: Path) -> None:
    _, kept = spoken(tmp_path / "here")
    there = Settings(home=tmp_path / "there").having(**kept.settings, horizon=5, max_prompt_tokens=1_000)
    chat = PlayedChat("recorded:x", kept)
    with open_desk(there, chats={"quick": chat, "deep": chat}) as desk:
        again = desk.analyze("SPX", as_of=AT)
    assert again.action == "no_decision"
    silent = [report.abstained or "" for report in again.reports if report.model != "rules"]
    assert any("has no answer to this question" in reason for reason in silent)


def test_a_decision_of_rules_has_no_words(tmp_path: Path) -> None:
    with open_desk(Settings(home=tmp_path)) as desk:
        cycle = desk.analyze("SPX", as_of=AT)
        with pytest.raises(UsageError, match="no model spoke in it"):
            recording_of(desk, cycle.id)


def test_a_decision_that_was_shown_lessons_is_not_recorded(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="record one made with --set memory_lessons=0"):
        spoken(tmp_path, memory_lessons=3)


def test_a_judged_decision_is_played_with_its_judges(tmp_path: Path) -> None:
    speaker, judge = ScriptedChat(honest, name="openai:x"), ScriptedChat(finds(), name="other:judge")
    settings = Settings(home=tmp_path / "here", memory_lessons=0).having(max_rounds=1)
    with open_desk(settings, chats={"quick": speaker, "deep": speaker, "judge": judge}) as desk:
        cycle = desk.analyze("SPX", as_of=AT)
        kept = recording_of(desk, cycle.id)
    assert "model_judge" not in kept.settings
    played = PlayedChat("recorded:x", kept)
    with open_desk(
        Settings(home=tmp_path / "there").having(**kept.settings),
        chats={"quick": played, "deep": played, "judge": played},
    ) as desk:
        again = desk.analyze("SPX", as_of=AT)
    assert len(cycle.verdict.judgements) == 5
    assert [(each.judge, each.outcome, each.score) for each in again.verdict.judgements] == [
        (each.judge, each.outcome, each.score) for each in cycle.verdict.judgements
    ]
    assert again.verdict.warnings == ("recorded:x judges its own words: name another model in model_judge",)
