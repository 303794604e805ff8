from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fks_agents.deps import Call, Message, Reply
from fks_agents.errors import ConfigError, DataError, ModelError
from fks_agents.llm import open_chat
from fks_agents.llm.recorded import Answer, PlayedChat, Recording, names, question, shipped
from fks_agents.settings import Settings


def call(text: str = "what now?", *, model: str = "local:some", seed: int = 7) -> Call:
    asked = Message(role="user", text=text)
    return Call(model=model, role="bull", messages=(asked,), answer_schema={}, parameters={"seed": seed})


def recording(*answers: Answer) -> Recording:
    at = datetime(2018, 4, 20, 20, tzinfo=UTC)
    return Recording(
        model="local:some", symbol="SPX", source="sample", timeframe="1d", as_of=at, settings={}, answers=answers
    )


def answered(reply: Reply, to: Call | None = None) -> Answer:
    return Answer(question=question(to or call()), role="bull", reply=reply)


def test_the_same_question_gets_the_recorded_answer() -> None:
    chat = PlayedChat("recorded:x", recording(answered(Reply(text="{}", output_tokens=2))))
    assert chat.ask(call(model=chat.name)) == Reply(text="{}", output_tokens=2)


@pytest.mark.parametrize("other", [call("what then?"), call(seed=8)], ids=["other words", "another sample"])
def test_another_question_gets_no_answer(other: Call) -> None:
    chat = PlayedChat("recorded:x", recording(answered(Reply(text="{}"))))
    with pytest.raises(
        ModelError, match="recorded:x has no answer to this question of bull: it plays SPX at 2018-04-20"
    ):
        chat.ask(other)


def test_a_recorded_failure_is_a_failure_again() -> None:
    chat = PlayedChat("recorded:x", recording(answered(Reply(text="", failure="timed out after 120 s"))))
    with pytest.raises(ModelError, match="timed out after 120 s"):
        chat.ask(call())


def test_a_file_gives_back_what_was_saved(tmp_path: Path) -> None:
    kept = recording(answered(Reply(text="ja – é", reasoning="so")))
    assert Recording.load(kept.save(tmp_path / "words.json")) == kept
    chat = open_chat(f"recorded:{tmp_path}/words.json", Settings())
    assert isinstance(chat, PlayedChat)
    assert chat.recording == kept


def test_a_file_may_have_any_name(tmp_path: Path) -> None:
    kept = recording(answered(Reply(text="{}")))
    chat = open_chat(f"recorded:{kept.save(tmp_path / 'words')}", Settings())
    assert isinstance(chat, PlayedChat)
    assert chat.recording == kept


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"model": "x", "stray": 1}', "\x00"])
def test_a_file_that_is_no_recording_is_refused_by_name(tmp_path: Path, content: str) -> None:
    (tmp_path / "words.json").write_text(content)
    with pytest.raises(DataError, match=r"words\.json: expected a recording of a model's words"):
        open_chat(f"recorded:{tmp_path}/words.json", Settings())


def test_an_unknown_recording_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="unknown recording 'nothing'; known are"):
        open_chat("recorded:nothing", Settings())


@pytest.mark.parametrize("name", names())
def test_a_shipped_recording_is_whole(name: str) -> None:
    kept = shipped(name)
    assert kept.source == "sample"
    assert kept.answers
    assert len({answer.question for answer in kept.answers}) == len(kept.answers)
