"""Commands of chats: whoever may ask, what they are told, and what is done in their name."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings as how, strategies as st

from fks_agents.service import commands
from fks_agents.service.app import create_app
from fks_agents.service.chats import CUT_OFF, Chats, people_of
from fks_agents.service.commands import Reply, _asking, answer
from fks_agents.service.people import RANK, Person, Role
from fks_agents.service.state import Service
from fks_agents.settings import Settings, load
from tests.service.conftest import AS_OF, signed

SOLD = datetime.fromisoformat(AS_OF)
VIEWER, TRADER = Person("eve", "viewer"), Person("ana", "trader")
EVERY = ("daily", "emergency_stop", "help", "pause", "positions", "resume", "signals", "status")


@pytest.fixture
def service(settings: Settings, serve: Callable[[Settings], TestClient]) -> Service:
    return held(serve(settings.having(account="main", service_chat_people=("telegram:1=ana/trader",))))


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """For tests that change nothing."""
    people = ("telegram:1=ana/trader",)
    app = create_app(load(home=tmp_path_factory.mktemp("calm"), service_chat_people=people), guard=signed)
    with TestClient(app) as client:
        yield held(client)


def held(client: TestClient) -> Service:
    found: Service = client.app.state.service  # type: ignore[attr-defined]
    return found


def test_a_file_is_a_command() -> None:
    assert _asking.names() == EVERY
    assert set(EVERY) == {path.stem for path in Path(commands.__file__).parent.glob("[a-z]*.py")}


@pytest.mark.parametrize("name", EVERY)
def test_every_command_says_what_it_is_and_answers(name: str, service: Service) -> None:
    module = _asking.command(name)
    assert module.ROLE in RANK
    assert 0 < len(module.TEXT) < 100
    said = answer(name, Person("root", "admin"), service)
    assert 0 < len(said.text) <= 1_900
    assert "broke off" not in said.text


@pytest.mark.parametrize("name", EVERY)
def test_a_role_that_is_too_small_does_nothing(name: str, calm: Service) -> None:
    needed: Role = _asking.command(name).ROLE
    said = answer(f"{name} confirm now", VIEWER, calm).text
    assert said.startswith(f"{name} needs the role {needed}, yours is viewer") is (needed != "viewer")
    assert calm.desk.ledger.halts.log() == ()


@pytest.mark.parametrize("text", ["/status", "STATUS", " status ", "/status@fks_bot", "/Status@fks_bot please"])
def test_chats_write_commands_in_their_own_ways(text: str, calm: Service) -> None:
    assert answer(text, VIEWER, calm).text.startswith("Trading is not halted\nDecisions: 0 running")


def test_help_names_what_the_person_may_do(calm: Service) -> None:
    lines = answer("help", TRADER, calm).text.splitlines()
    assert [line.partition(":")[0] for line in lines] == list(EVERY)
    mine = [line.partition(":")[0] for line in answer("help", VIEWER, calm).text.splitlines()]
    assert mine == ["daily", "help", "positions", "signals", "status"]


def test_an_unknown_word_gets_the_nearest_command(calm: Service) -> None:
    assert (
        answer("statsu", VIEWER, calm).text
        == "I do not know 'statsu'; did you mean status? Send help for what there is."
    )
    assert answer("", VIEWER, calm).text == "I do not know ''. Send help for what there is."


def test_what_is_too_long_is_not_read(calm: Service) -> None:
    said = answer(f"pause {'x' * 400}", TRADER, calm).text
    assert said == "Expected at most 400 characters, was 406; nothing was done."
    assert calm.desk.ledger.halts.current() is None


def test_a_pause_and_its_end_are_kept_with_who_and_why(service: Service) -> None:
    assert answer("/pause news at\n14:30", TRADER, service).text.startswith("Done: trading is halted since")
    assert answer("pause again", TRADER, service).text.startswith("Nothing was changed: trading is halted")
    assert answer("resume over", TRADER, service).text.startswith("Done: trading goes on since")
    assert answer("resume", TRADER, service).text == "Nothing was changed: trading is not halted."
    log = service.desk.ledger.halts.log()
    assert [(each.is_halted, each.by, each.reason) for each in log] == [
        (True, "ana", "news at 14:30"), (False, "ana", "over"),
    ]  # fmt: skip


def test_positions_and_signals_say_what_there_is(service: Service) -> None:
    assert answer("positions", VIEWER, service).text == "Nothing is held, and no order works."
    assert answer("signals", VIEWER, service).text == "No decision has been made yet."
    cycle = service.desk.analyze("SPX", as_of=SOLD)
    assert answer("positions", VIEWER, service).text == "main: 1 order works"
    assert answer("signals", VIEWER, service).text == f"2018-04-20 20:00 UTC SPX 1d: sell, working, {cycle.id}"
    service.desk.advance(until=SOLD + timedelta(days=4))
    view = service.desk.broker("main", service.settings).account("SPX", SOLD + timedelta(days=4))
    assert view.position is not None
    assert answer("positions", VIEWER, service).text.splitlines()[0] == (
        f"SPX: short {view.position.quantity:.4f} at {view.position.average_price:,.2f}, "
        f"{view.position.unrealised:+,.2f} before fees (main)"
    )
    assert "main: equity" in answer("status", VIEWER, service).text


def test_the_report_of_the_last_day_comes_with_words(calm: Service) -> None:
    assert "No decision is about this time" in answer("daily", VIEWER, calm).text


@pytest.mark.parametrize(
    "text", ["emergency_stop", "emergency_stop now", "emergency-stop", "emergency_stop please confirm"]
)
def test_an_emergency_stop_needs_its_word(text: str, calm: Service) -> None:
    assert answer(text, TRADER, calm).text.startswith("Nothing was done. To halt trading")
    assert calm.desk.ledger.halts.current() is None


def test_an_emergency_stop_halts_and_takes_back_what_has_not_filled(service: Service) -> None:
    cycle = service.desk.analyze("SPX", as_of=SOLD)
    said = answer("/emergency_stop CONFIRM war", TRADER, service).text.splitlines()
    assert said[0].endswith("by ana: emergency stop: war")
    assert said[1:] == [
        "1 entry was taken back (main).",
        "Positions are not closed; they keep their stops and targets.",
    ]
    assert {receipt.status for receipt in service.desk.ledger.orders.receipts(cycle.id)[-3:]} == {"rejected"}
    service.desk.advance()
    assert service.desk.ledger.paper.fills() == ()
    assert "0 entries were taken back." in answer("emergency_stop confirm", TRADER, service).text


def test_without_the_stop_the_entry_fills(service: Service) -> None:
    service.desk.analyze("SPX", as_of=SOLD)
    service.desk.advance()
    assert service.desk.ledger.paper.fills() != ()


def test_a_defect_is_told_without_its_insides(calm: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    broken = Service(**{name: getattr(calm, name) for name in calm.__dataclass_fields__} | {"runner": None})
    assert answer("status", VIEWER, broken).text == "status broke off: a defect of the service; its log says more."


def test_secrets_in_a_reason_come_back_redacted(service: Service) -> None:
    said = answer("pause password=hunter2 sk-live0123456789abcdef", TRADER, service).text
    assert "hunter2" not in said
    assert "sk-live" not in said
    assert "hunter2" not in answer("status", VIEWER, service).text


@how(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(max_size=500))
def test_any_text_gets_an_answer_that_fits(text: str, calm: Service) -> None:
    assert 0 < len(answer(text, VIEWER, calm).text) <= 1_900


# --- what stands between a chat and the commands


def test_each_message_is_acted_on_once(service: Service) -> None:
    chats = Chats(service)
    assert chats.heard("telegram", "1", "77", "pause news") is not None
    answer("resume", TRADER, service)
    assert chats.heard("telegram", "1", "77", "pause news") is None
    assert Chats(service).heard("telegram", "1", "77", "pause news") is None  # after a restart
    assert service.desk.ledger.halts.current() is None
    assert chats.heard("telegram", "1", "78", "pause news") is not None  # the control: another message
    assert service.desk.ledger.halts.current() is not None


def test_what_a_killed_process_took_up_is_not_acted_on_and_said_to_be_uncertain(service: Service) -> None:
    service.desk.ledger.messages.take("telegram/77", SOLD)
    assert Chats(service).heard("telegram", "1", "77", "pause news") == Reply(CUT_OFF)
    assert service.desk.ledger.halts.current() is None
    assert Chats(service).heard("telegram", "1", "77", "pause news") is None


def test_a_stranger_is_told_their_id_and_nothing_else(calm: Service) -> None:
    for text in ("status", "help", "emergency_stop confirm", "pause"):
        said = Chats(calm).heard("telegram", "2", "1", text)
        assert said == Reply(
            "You are not known here. Whoever runs this service can add telegram:2 to service_chat_people."
        )
    assert calm.desk.ledger.halts.log() == ()
    assert Chats(calm).heard("discord", "1", "1", "status") == Reply(
        "You are not known here. Whoever runs this service can add discord:1 to service_chat_people."
    )


def test_strangers_cannot_make_it_talk_without_end(calm: Service) -> None:
    chats = Chats(calm)
    said = [chats.heard("telegram", str(number), "1", "x") for number in range(2, 42)]
    assert sum(each is not None for each in said) == 20


def test_a_flood_is_refused_but_never_an_emergency_stop(service: Service) -> None:
    chats = Chats(service)
    said = [chats.heard("telegram", "1", str(number), "pause") for number in range(22)]
    assert said[-1] is not None
    assert said[-1].text.startswith("Too many messages")
    stopped = chats.heard("telegram", "1", "99", "/emergency_stop confirm")
    assert stopped is not None
    assert stopped.text.startswith("Done")


def test_people_are_those_of_the_settings() -> None:
    settings = load(service_chat_people=("telegram:1=ana/trader", "discord:99=root.b/admin"))
    assert people_of(settings) == {"telegram:1": Person("ana", "trader"), "discord:99": Person("root.b", "admin")}
