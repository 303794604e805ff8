"""A desk whose ledger, steps and locks are on a Postgres server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fks_agents.errors import RefusedError
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.settings import Settings, load
from graphs.opening import open_desk
from tests.graphs.scripts import honest
from tests.postgres import Server, served

pytestmark = pytest.mark.real

AS_OF = datetime(2018, 4, 20, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with served() as found:
        yield found


@pytest.fixture
def settings(server: Server, tmp_path: Path) -> Settings:
    return load(home=tmp_path, database_url=server.fresh(), memory=False)


def test_a_decision_is_made_and_replayed(settings: Settings) -> None:
    with open_desk(settings) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
        assert desk.replay(cycle.id).differences == ()
        assert desk.ledger.decisions.verify() == 1
    assert not (settings.home / "ledger.sqlite").exists()
    assert not (settings.home / "checkpoints.sqlite").exists()


def test_a_decision_that_was_stopped_goes_on_elsewhere(settings: Settings, tmp_path: Path) -> None:
    """Another home is another machine: bars aside, all that is needed is on the server."""
    chat = ScriptedChat(honest)

    def stops(node: str, learned: Mapping[str, Any]) -> None:
        if node == "bull":
            raise KeyboardInterrupt

    with open_desk(settings, chats={"quick": chat, "deep": chat}) as desk:
        with pytest.raises(KeyboardInterrupt):
            desk.analyze("SPX", as_of=AS_OF, on_event=stops)
        [unfinished] = desk.ledger.decisions.unfinished()
        asked = len(chat.asked)
    elsewhere = settings.having(home=tmp_path / "elsewhere")
    with open_desk(elsewhere, chats={"quick": chat, "deep": chat}) as desk:
        cycle = desk.resume(unfinished.id)
        assert len(chat.asked) == len(desk.ledger.calls.calls(cycle.id))
    assert asked < len(chat.asked)
    assert cycle.usage.calls == len(chat.asked)


def test_two_machines_do_not_make_one_decision(settings: Settings, tmp_path: Path) -> None:
    told: list[str] = []

    def meanwhile(node: str, learned: Mapping[str, Any]) -> None:
        if node == "manager":
            with open_desk(settings.having(home=tmp_path / "elsewhere")) as other:
                [running] = other.ledger.decisions.unfinished()
                with pytest.raises(RefusedError, match="is being made by another process"):
                    other.resume(running.id)
                told.append(running.id)

    with open_desk(settings) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF, on_event=meanwhile)
        assert told == [cycle.id]
        assert desk.resume(cycle.id) == cycle
