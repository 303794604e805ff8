"""What models write is told while they write it; what counts is the whole reply."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any

from fks_agents.contracts import Cycle
from fks_agents.deps import Call
from fks_agents.llm import ScriptedChat
from fks_agents.settings import load
from graphs.desk import Desk
from graphs.opening import moment_of, open_desk
from tests.graphs.scripts import honest

AS_OF = moment_of("2018-04-20T20:00:00Z")


class Heard:
    """A desk's `on_event`."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Mapping[str, Any]]] = []
        self.threads: set[str] = set()

    def __call__(self, name: str, told: Mapping[str, Any]) -> None:
        self.events.append((name, told))
        self.threads.add(current_thread().name)

    def named(self, name: str) -> list[Mapping[str, Any]]:
        return [told for of, told in self.events if of == name]

    def texts(self) -> dict[str, str]:
        """What was told of each call."""
        said: dict[str, str] = defaultdict(str)
        for told in self.named("token"):
            said[told["call"]] += told["text"]
        return said


def desk(home: Path, chat: ScriptedChat) -> Desk:
    settings = load(home=home, model="ollama:tiny", memory=False, min_conviction=0.5)
    return open_desk(settings, chats={"quick": chat, "deep": chat})


def decided(opened: Desk, heard: Heard) -> Cycle:
    return opened.analyze("SPX", as_of=AS_OF, on_event=heard)


def test_every_word_is_told_as_it_is_written_and_recorded_once(tmp_path: Path) -> None:
    heard, chat = Heard(), ScriptedChat(honest)
    with desk(tmp_path, chat) as opened:
        cycle = decided(opened, heard)
        made = {kept.key[:12]: kept.reply.text for kept in opened.ledger.calls.calls(cycle.id)}
    assert cycle.orders != ()
    assert {call: text.removesuffix(" ") for call, text in heard.texts().items()} == made
    ended = heard.named("reply")
    assert [told["call"] for told in ended if told["failure"]] == []
    assert sorted(told["call"] for told in ended) == sorted(made)
    assert {told["role"] for told in ended} >= {"technical", "bull", "manager"}


def test_an_agent_s_words_come_before_what_it_learned_and_on_the_thread_that_asked(tmp_path: Path) -> None:
    heard = Heard()
    with desk(tmp_path, ScriptedChat(honest)) as opened:
        decided(opened, heard)
    assert heard.threads == {main_thread().name}
    names = [name if name not in ("token", "reply") else f"{name} {told['role']}" for name, told in heard.events]
    last_token = max(n for n, name in enumerate(names) if name == "token manager")
    assert last_token < names.index("reply manager") < names.index("manager")


def test_words_that_were_told_count_for_nothing_where_the_reply_fails(tmp_path: Path) -> None:
    heard = Heard()

    def breaks(call: Call) -> str:
        return honest(call)[:30] if call.role == "manager" else honest(call)

    with desk(tmp_path, ScriptedChat(breaks)) as opened:
        cycle = decided(opened, heard)
    assert (cycle.action, cycle.orders) == ("no_decision", ())
    assert any(told["role"] == "manager" for told in heard.named("token"))


def test_a_replay_and_a_finished_decision_tell_nothing(tmp_path: Path) -> None:
    heard, chat = Heard(), ScriptedChat(honest)
    with desk(tmp_path, chat) as opened:
        cycle = decided(opened, Heard())
        asked = len(chat.asked)
        assert opened.replay(cycle.id).differences == ()
        assert opened.resume(cycle.id, heard) == cycle
    assert len(chat.asked) == asked
    assert heard.events == []


def test_listening_changes_nothing(tmp_path: Path) -> None:
    with desk(tmp_path / "a", ScriptedChat(honest)) as opened:
        heard = decided(opened, Heard())
    with desk(tmp_path / "b", ScriptedChat(honest)) as opened:
        alone = opened.analyze("SPX", as_of=AS_OF)
    assert heard.digest == alone.digest
