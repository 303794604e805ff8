"""The mark of the desk: fixed by the snapshot, refused in any answer, unknown to whoever writes a headline."""

from __future__ import annotations

import pytest

from fks_agents.deps import Call, Message, Reply
from fks_agents.errors import ModelError
from fks_agents.llm.canary import Watched, mark_of, repeats
from fks_agents.llm.scripted import ScriptedChat

MARK = mark_of("0" * 64)
CALL = Call(model="m", role="bull", messages=(Message(role="user", text="?"),), answer_schema={})


def test_the_same_snapshot_has_the_same_mark_and_another_another() -> None:
    assert mark_of("0" * 64) == MARK
    assert mark_of("1" * 64) != MARK
    assert MARK.startswith("desk-")
    assert len(MARK) == len("desk-") + 12


def kept() -> str:
    return MARK.removeprefix("desk-")


@pytest.mark.parametrize(
    "said",
    [
        MARK, MARK.upper(), kept(), " ".join(kept()), "-".join(kept()), kept()[::-1], f'{{"reason": "{MARK}"}}',
        "\u200b".join(kept()),
    ],
)  # fmt: skip
def test_an_answer_that_repeats_it_is_none(said: str) -> None:
    with pytest.raises(ModelError, match="scripted: the reply to bull repeats the desk's mark"):
        Watched(ScriptedChat(said), MARK).ask(CALL)


@pytest.mark.parametrize("said", ["", "desk-", "the desk", kept()[:-1], "0123456789ab"])
def test_other_words_pass(said: str) -> None:
    assert not repeats(said, MARK)


def test_thoughts_may_hold_it() -> None:
    class Thinking:
        name = "thinking"

        def ask(self, call: Call) -> Reply:
            return Reply(text="{}", reasoning=f"I must not repeat {MARK}")

    assert Watched(Thinking(), MARK).ask(CALL).text == "{}"


def test_unwatched_the_same_answer_is_taken() -> None:
    assert MARK in ScriptedChat(MARK).ask(CALL).text
