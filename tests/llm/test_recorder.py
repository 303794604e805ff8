"""Every call is recorded before it is answered; a recorded one is never made again."""

from __future__ import annotations

from typing import Any

import pytest

from fks_agents.deps import Call, Message, Reply
from fks_agents.errors import LedgerError, ModelError
from fks_agents.llm import Recorder, ScriptedChat
from fks_agents.llm.recorder import key_of
from fks_agents.settings import Settings
from tests.llm.conftest import Log


def test_a_recorded_call_is_not_made_again(call: Call, log: Log) -> None:
    chat = ScriptedChat("one")
    recorder = Recorder(chat, log, "d1")
    assert recorder.ask(call) == recorder.ask(call)
    assert len(chat.asked) == 1


def test_without_the_record_the_same_call_is_paid_twice(call: Call) -> None:
    chat = ScriptedChat("one", "two")
    assert chat.ask(call).text != chat.ask(call).text
    assert len(chat.asked) == 2


def test_a_call_is_recorded_before_its_reply_is_used(call: Call) -> None:
    class Full(Log):
        def record(self, decision_id: str, key: str, call: Call, reply: Reply, *, shared: str = "") -> None:
            raise LedgerError("disk full")

    with pytest.raises(LedgerError, match="disk full"):
        Recorder(ScriptedChat("one"), Full(), "d1").ask(call)


def test_replaying_never_asks(call: Call, log: Log) -> None:
    Recorder(ScriptedChat("one"), log, "d1").ask(call)
    silent = ScriptedChat(name="scripted")
    replay = Recorder(silent, log, "d1", replaying=True)
    assert replay.ask(call).text == "one"
    with pytest.raises(ModelError, match=r"not recorded: call [0-9a-f]{12} of bull to ollama:tiny in decision d1"):
        replay.ask(call.model_copy(update={"role": "bull"}))
    assert silent.asked == []


def test_a_failure_is_recorded_and_met_again(call: Call, log: Log) -> None:
    silent = ScriptedChat()
    for recorder in (Recorder(silent, log, "d1"), Recorder(silent, log, "d1", replaying=True)):
        with pytest.raises(ModelError, match="the script is over"):
            recorder.ask(call)
    assert len(silent.asked) == 1


def test_another_decision_does_not_share_the_record(call: Call, log: Log) -> None:
    Recorder(ScriptedChat("one"), log, "d1").ask(call)
    assert Recorder(ScriptedChat("two"), log, "d2").ask(call).text == "two"


def test_each_part_of_a_call_changes_its_key(call: Call) -> None:
    changes: list[dict[str, Any]] = [
        {"model": "other"},
        {"role": "bull"},
        {"messages": (Message(role="user", text="else"),)},
        {"answer_schema": {}},
        {"parameters": {"temperature": 1.0}},
    ]
    keys = {key_of(call.model_copy(update=change)) for change in changes}
    assert len(keys | {key_of(call)}) == 6
    assert key_of(call) == key_of(call.model_copy())


def test_another_decision_is_answered_from_the_record_and_pays_nothing(call: Call, log: Log) -> None:
    asked = ScriptedChat("one")
    for decision in ("d1", "d2"):
        reply = Recorder(asked, log, decision, sharing=Settings()).ask(call)
        assert (reply.text, reply.cached, len(asked.asked)) == ("one", decision == "d2", 1)
    assert log.kept["d2", key_of(call)][1].cached  # a replay of the second needs no other decision


def test_without_sharing_it_is_asked_again(call: Call, log: Log) -> None:
    Recorder(ScriptedChat("one"), log, "d1", sharing=Settings()).ask(call)
    assert Recorder(ScriptedChat("two"), log, "d2").ask(call).text == "two"


def test_a_failure_is_never_shared(call: Call, log: Log) -> None:
    with pytest.raises(ModelError):
        Recorder(ScriptedChat(), log, "d1", sharing=Settings()).ask(call)
    assert Recorder(ScriptedChat("two"), log, "d2", sharing=Settings()).ask(call).text == "two"


@pytest.mark.parametrize(
    ("parameters", "is_shared"),
    [({"temperature": 0.0}, True), ({"temperature": 0.7}, False), ({"temperature": 0.7, "seed": 7}, True)],
)
def test_sampled_answers_are_shared_only_with_their_seed(
    parameters: dict[str, Any], is_shared: bool, call: Call, log: Log
) -> None:
    call = call.model_copy(update={"parameters": parameters})
    Recorder(ScriptedChat("one"), log, "d1", sharing=Settings()).ask(call)
    assert Recorder(ScriptedChat("two"), log, "d2", sharing=Settings()).ask(call).cached is is_shared


def test_an_answer_given_under_other_limits_is_not_shared(call: Call, log: Log) -> None:
    Recorder(ScriptedChat("one"), log, "d1", sharing=Settings(max_answer_tokens=64)).ask(call)
    assert Recorder(ScriptedChat("two"), log, "d2", sharing=Settings()).ask(call).text == "two"
