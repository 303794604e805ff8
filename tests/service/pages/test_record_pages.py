"""What the pages of the record show to whom: history, agents, memory, system."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic, sleep
from typing import NamedTuple

import pytest
from fastapi.testclient import TestClient
from nicegui import Client

from fks_agents.contracts import Cycle, Lesson, Verdict
from fks_agents.service.pages import system
from graphs.opening import moment_of
from graphs.running import alone
from tests.evaluators.reports.conftest import AS_OF
from tests.service.pages.conftest import sign_in
from tests.service.pages.test_backtest_pages import HOSTILE, service, shown


@pytest.fixture(scope="module")
def made(client: TestClient) -> dict[str, str]:
    """A sell that the rules make, once more as it is, and a decision whose every word comes from a stranger."""
    desk = service(client).desk
    sold = desk.analyze("SPX", as_of=moment_of("2018-04-20T20:00:00Z"))
    again = desk.analyze("SPX", as_of=moment_of("2018-04-20T20:00:00Z"))
    admission = desk.ledger.decisions.admit("SPX", "1d", AS_OF, desk.settings)
    strange = Cycle(
        id=admission.id, symbol=HOSTILE, timeframe="1d", as_of=AS_OF, action="no_decision", status="no_decision",
        reason=HOSTILE, models={"quick": HOSTILE, "deep": HOSTILE}, settings_digest="00",
        verdict=Verdict(outcome="unscored", reason=HOSTILE, warnings=(HOSTILE,)),
    )  # fmt: skip
    desk.ledger.decisions.finish(strange)
    lesson = Lesson(
        id="l1", agent="risk", text=HOSTILE, evidence=(HOSTILE,), learned_at=AS_OF + timedelta(days=1),
        decision_id=admission.id, symbol="SPX", regime="calm",
    )  # fmt: skip
    desk.memory.learn([lesson])
    return {"sold": sold.id, "again": again.id, "strange": admission.id}


class Drawn(NamedTuple):
    page: Client
    told: str


def drawn(client: TestClient, path: str, *wanted: str) -> Drawn:
    """A page that draws what takes a while, once it says all that is wanted."""
    before = set(Client.instances)
    shown(client, "eve", path)
    (page,) = [Client.instances[each] for each in set(Client.instances) - before]
    limit = monotonic() + 60.0
    while monotonic() < limit:
        told = "\n".join(str(getattr(element, "text", "")) for element in list(page.elements.values()))
        if all(words in told for words in wanted):
            return Drawn(page, told)
        sleep(0.2)
    pytest.fail(f"{path} never said all of {wanted}: {told}")


def test_a_row_leads_to_its_decision(client: TestClient, made: dict[str, str]) -> None:
    found = shown(client, "eve", "history?action=sell").split("\n")
    assert {f"history?id={made['sold']}", f"history?one={made['again']}&action=sell", "Time (UTC)", "Filters"} <= set(
        found
    )
    assert f"history?id={made['strange']}" not in found


def test_filters_that_find_nothing_or_mean_nothing_say_so(client: TestClient, made: dict[str, str]) -> None:
    assert "No finished decision fits these filters. " in shown(client, "eve", "history?symbol=NDX")
    found = shown(client, "eve", "history?action=panic")
    assert "action: expected one of buy, sell, hold, no_decision, was 'panic'" in found
    assert "Words in the reason" in found


def test_the_second_of_two_is_chosen_from_the_list(client: TestClient, made: dict[str, str]) -> None:
    found = shown(client, "eve", f"history?one={made['sold']}")
    assert f"Choose the decision to compare {made['sold']} with." in found
    assert f"history?one={made['sold']}&two={made['again']}" in found


def test_a_decision_is_told_from_its_facts_to_its_orders(client: TestClient, made: dict[str, str]) -> None:
    found = shown(client, "ana", f"history?id={made['sold'][:6]}").split("\n")
    panels = ["Seen", "Said", "Argued", "Planned", "Allowed", "Checked", "Approved", "Done", "Became"]
    assert [each for each in dict.fromkeys(found) if each in panels] == panels
    assert {f"../v1/ai/history/{made['sold']}/snapshot", f"snapshot-{made['sold']}.json", "Replay"} <= set(found)


def test_the_snapshot_that_is_linked_is_what_the_agents_saw(client: TestClient, made: dict[str, str]) -> None:
    sign_in(client, "eve")
    cycle = service(client).desk.ledger.decisions.cycle(made["sold"])
    assert cycle.snapshot is not None
    told = client.get(f"/v1/ai/history/{made['sold']}/snapshot")
    assert told.json() == cycle.snapshot.model_dump(mode="json")


def test_who_only_reads_cannot_replay(client: TestClient, made: dict[str, str]) -> None:
    found = shown(client, "eve", f"history?id={made['sold']}").split("\n")
    assert "Replaying needs the role trader." in found
    assert "Replay" not in found


@pytest.mark.parametrize("decision", ["ffffffff", "../../etc", "%00"])
def test_a_decision_that_is_not_there_is_told(client: TestClient, made: dict[str, str], decision: str) -> None:
    found = shown(client, "eve", f"history?id={decision}")
    assert "unknown decision 'ffffffff'" in found or "id: expected 4 to 12 of the digits" in found
    assert "Back to the history" in found


def test_a_decision_that_is_being_made_leads_to_where_it_is_watched(client: TestClient, made: dict[str, str]) -> None:
    desk = service(client).desk
    waiting = desk.ledger.decisions.admit("SPX", "1d", AS_OF, desk.settings).id
    with alone(desk.ledger, desk.settings.home, waiting):
        found = shown(client, "eve", f"history?id={waiting}").split("\n")
    assert {"Watch it being made", f"./?run={waiting}"} <= set(found)


def test_two_runs_that_agree_have_nothing_to_show_but_when_they_were_made(
    client: TestClient, made: dict[str, str]
) -> None:
    found = shown(client, "eve", f"history?one={made['sold']}&two={made['again']}")
    assert "No field differs. Ids and the time it took are not compared." in found
    other = shown(client, "eve", f"history?one={made['sold']}&two={made['strange']}").split("\n")
    assert {"What differs", "no_decision", HOSTILE, "not there"} <= set(other)


def test_words_from_outside_are_shown_as_they_are(client: TestClient, made: dict[str, str]) -> None:
    for path in ("history", f"history?id={made['strange']}", "memory?text=anything", f"history?symbol={HOSTILE}"):
        assert HOSTILE in shown(client, "eve", path)


def test_agents_say_how_little_is_known(client: TestClient, made: dict[str, str]) -> None:
    wanted = "too few outcomes to judge: 0 with a direction, at least 10 are needed"
    assert "1 x no headlines" not in drawn(client, "agents?limit=50", wanted).told


def test_memory_shows_nothing_of_later_and_says_how_much(client: TestClient, made: dict[str, str]) -> None:
    found = shown(client, "eve", "memory?text=anything&as_of=2018-10-12")
    assert HOSTILE not in found
    assert "1 lesson was learned later and cannot be seen from then." in found
    assert HOSTILE in shown(client, "eve", "memory?text=anything&as_of=2018-10-14")


def test_an_agent_that_learned_nothing_is_no_agent_of_the_memory(client: TestClient, made: dict[str, str]) -> None:
    assert "agent: expected one of risk, was 'nobody'" in shown(client, "eve", "memory?text=x&agent=nobody")


def test_the_system_page_tells_of_models_feeds_disk_and_ledger(client: TestClient, made: dict[str, str]) -> None:
    # 0 of 2 once the service has left alone what the fixture made beside it.
    found = drawn(client, "system", "enough room", "\n0 of 2\n").told.split("\n")
    assert {"rules", "reachable", "2018-12-31 21:00 UTC", "SQLite"} <= set(found)


def test_the_system_page_does_not_grow_while_it_stands_open(
    client: TestClient, made: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "EVERY", 0.05)
    opened = drawn(client, "system", "enough room")
    counted = len(opened.page.elements)
    sleep(1.5)
    assert len(opened.page.elements) == counted
