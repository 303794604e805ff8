"""What happened becomes one notice each, and each notice one message, whatever is killed, slow, down or indiscreet."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from fks_agents._serving_settings import NoticeKind
from fks_agents.contracts import Bite, Cycle, LimitEvent, Usage
from fks_agents.errors import ConfigError
from fks_agents.service.app import create_app
from fks_agents.service.notices import wording
from fks_agents.service.notices.notifying import Notifier, open_channels
from fks_agents.service.notices.sending import ATTEMPTS, REPEAT, Sender, Tallies
from fks_agents.service.notices.watching import Watcher, last_due, moment_on
from fks_agents.settings import Settings, load
from graphs.desk import Desk
from graphs.opening import open_desk
from memory.halts import Halt
from memory.ledger import Ledger
from memory.notices import Notice
from tests.service.conftest import AS_OF
from tools.alerts import Channel, Message, NotSentError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOLD = datetime.fromisoformat(AS_OF)
UTC_ZONE = ZoneInfo("UTC")


@dataclass
class Hands:
    """A clock whose hands are moved."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Post:
    """An address that takes what it is given, or fails as it is told."""

    failures: list[Exception] = field(default_factory=list)
    got: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.got.append(message)

    @property
    def titles(self) -> list[str]:
        return [message.title for message in self.got]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.got]


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "l.sqlite") as opened:
        yield opened


def halt(*, on: bool = True, reason: str = "news", at: datetime = NOON) -> Halt:
    return Halt(is_halted=on, by="ana", at=at, reason=reason)


def keys(ledger: Ledger) -> list[str]:
    return [notice.key for notice in reversed(ledger.notices.all())]


# --- what is written down


@pytest.fixture
def desk(settings: Settings, clock: Hands) -> Iterator[Desk]:
    with open_desk(settings, clock=clock) as opened:
        yield opened


def watcher(desk: Desk, daily_at: str = "") -> Watcher:
    made = Watcher(desk, daily_at, UTC_ZONE)
    made.look()
    return made


def test_the_kinds_that_can_be_chosen_are_those_that_are_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text("utf-8")
    table = page.partition("## What is told")[2].partition("- **Once.**")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(get_args(NoticeKind))


def test_a_trade_and_its_fills_and_a_halt_are_told_once_each(desk: Desk) -> None:
    first, other = watcher(desk), watcher(desk)
    cycle = desk.analyze("SPX", as_of=SOLD)
    desk.advance()
    desk.ledger.halts.turn(halt())
    fills = desk.ledger.paper.fills()
    assert (first.look(), other.look(), first.look()) == (2 + len(fills), 0, 0)
    told = keys(desk.ledger)
    assert told[0] == f"idea/{cycle.id}/working"
    assert [key.split("/")[0] for key in told] == ["idea", *["fill"] * len(fills), "halt"]
    assert watcher(desk).look() == 0  # after a restart
    newest = {notice.kind: notice for notice in desk.ledger.notices.all()}
    assert newest["idea"].title == "SPX 1d: sell was ordered by itself"
    assert f"decision {cycle.id} about 2018-04-20 20:00 UTC" in newest["idea"].text
    assert newest["halt"].text.startswith("news\n")


def test_what_was_before_anybody_watched_is_not_told(desk: Desk) -> None:
    desk.analyze("SPX", as_of=SOLD)
    desk.advance()
    desk.ledger.halts.turn(halt())
    assert watcher(desk).look() == 0
    assert keys(desk.ledger) == []


def test_what_happens_between_the_start_and_the_first_look_is_told(desk: Desk) -> None:
    looking = Watcher(desk, "", UTC_ZONE)
    looking.started()
    desk.analyze("SPX", as_of=SOLD)
    desk.ledger.halts.turn(halt())
    assert looking.look() == 2


def test_what_happens_while_nobody_watches_is_told_afterwards(desk: Desk) -> None:
    watcher(desk)
    for number in range(60):  # more than a page of the history
        desk.cancel(desk.ledger.decisions.admit("SPX", "1d", SOLD, desk.settings).id, f"nobody wants {number}")
    assert Watcher(desk, "", UTC_ZONE).look() == 60
    assert [notice.kind for notice in desk.ledger.notices.all()] == ["failure"] * 60
    assert "nobody wants 0" in desk.ledger.notices.all()[-1].text


def test_a_trade_that_waits_is_told_and_so_is_its_answer(asking: Settings, clock: Hands) -> None:
    with open_desk(asking, clock=clock) as desk:
        looking = watcher(desk)
        cycle = desk.analyze("SPX", as_of=SOLD)
        assert (looking.look(), looking.look(), watcher(desk).look()) == (1, 0, 0)
        [waiting] = desk.ledger.notices.all()
        assert (waiting.key, waiting.title) == (f"idea/{cycle.id}/waits/1", "SPX 1d: sell waits for you")
        assert "stop" in waiting.text
        desk.approvals.modify(cycle.id, by="ana", quantity=1.0)
        assert looking.look() == 0
        desk.approvals.approve(cycle.id, by="ana")
        assert looking.look() == 1
        assert desk.ledger.notices.all()[0].title == "SPX 1d: sell was ordered by ana"


def test_an_idea_that_nobody_answers_is_told_when_it_expires(asking: Settings, clock: Hands) -> None:
    with open_desk(asking.having(account="main"), clock=clock) as desk:
        looking = watcher(desk)
        desk.analyze("SPX", as_of=SOLD)
        looking.look()
        assert len(desk.approvals.expire()) == 1  # the sample's newest bar is years later
        looking.look()
        assert desk.ledger.notices.all()[0].title == "SPX 1d: sell has expired"


def test_a_service_that_goes_on_after_a_kill_says_so_once(desk: Desk) -> None:
    left = desk.ledger.decisions.admit("SPX", "1d", SOLD, desk.settings)
    for _ in range(2):  # two replicas
        Watcher(desk, "", UTC_ZONE).started()
    [told] = desk.ledger.notices.all()
    assert told.title == "The service has started again and finishes 1 decision"
    assert left.id in told.text


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Cycle:
    with open_desk(load(home=tmp_path_factory.mktemp("sold"))) as desk:
        return desk.analyze("SPX", as_of=SOLD)


def test_a_limit_that_ends_trading_is_told_once_a_day(sold: Cycle, ledger: Ledger) -> None:
    assert sold.sized is not None
    cut = LimitEvent(limit="drawdown", before=10.0, after=0.0, reason="drawdown 16 %, stops at 15 %")
    other = LimitEvent(limit="max_position", before=10.0, after=5.0, reason="too large")
    stopped = sold.model_copy(
        update={"status": "refused", "sized": sold.sized.model_copy(update={"limits": (other, cut)})}
    )
    told = [*wording.decided(stopped, NOON), *wording.decided(stopped.model_copy(update={"id": "b" * 12}), NOON)]
    assert ledger.notices.add(*told) == 1
    assert keys(ledger) == ["limit/drawdown/2018-04-20"]


def test_a_breaker_is_told_when_it_opens_and_not_while_it_is_open(sold: Cycle) -> None:
    bite = Bite(phase="breaker", role="bull", effect="rules", reason="3 failures in a row")
    broken = sold.model_copy(update={"usage": Usage(bites=(bite, bite))})
    [told] = wording.opened(broken, sold, NOON)
    assert told.title == "The breaker of bull has opened: its model is left alone"
    assert list(wording.opened(broken, broken, NOON)) == []


def test_the_report_of_a_day_is_told_once_its_time_has_come(desk: Desk, clock: Hands) -> None:
    looking = watcher(desk, "22:00")
    clock.move(hours=9, minutes=59)
    assert looking.look() == 0
    clock.move(minutes=1)
    assert (looking.look(), looking.look(), watcher(desk, "22:00").look()) == (1, 0, 0)
    [told] = desk.ledger.notices.all()
    assert (told.kind, told.key) == ("daily", "daily/2026-03-02")
    assert "From 2026-03-01 22:00 to 2026-03-02 22:00 (UTC)" in told.text
    clock.move(days=3)  # of days that were missed the last one is told
    assert looking.look() == 1
    assert desk.ledger.notices.all()[0].key == "daily/2026-03-05"


def test_a_day_ends_by_the_clock_of_its_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    # The clocks went forward on 2026-03-29: 22:00 is 21:00 UTC the day before, 20:00 UTC from then on.
    assert moment_on(datetime(2026, 3, 28).date(), "22:00", berlin) == datetime(2026, 3, 28, 21, tzinfo=UTC)  # noqa: DTZ001
    assert moment_on(datetime(2026, 3, 29).date(), "22:00", berlin) == datetime(2026, 3, 29, 20, tzinfo=UTC)  # noqa: DTZ001
    assert last_due(datetime(2026, 3, 29, 19, 59, tzinfo=UTC), "22:00", berlin).isoformat() == "2026-03-28"
    assert last_due(datetime(2026, 3, 29, 20, 0, tzinfo=UTC), "22:00", berlin).isoformat() == "2026-03-29"


# --- what is sent


def notice(number: int, kind: str = "fill") -> Notice:
    return Notice(kind=kind, key=f"n/{number}", title=f"title {number}", text=f"text {number}", at=NOON)


def sender(ledger: Ledger, clock: Hands, channel: Channel, rate: int = 100, name: str = "1-post") -> Sender:
    made = Sender(name, channel, ledger.notices, clock, Tallies(CollectorRegistry()), rate)
    made.begin()
    return made


def test_notices_are_sent_in_order_and_once(ledger: Ledger, clock: Hands) -> None:
    post = Post()
    sending = sender(ledger, clock, post)
    ledger.notices.add(notice(1), notice(2))
    sending.step()
    sending.step()
    assert post.texts == ["text 1", "text 2"]
    sender(ledger, clock, post).step()  # after a restart
    assert len(post.got) == 2


def test_two_processes_send_each_notice_once(ledger: Ledger, clock: Hands) -> None:
    post = Post()
    replicas = [sender(ledger, clock, post, rate=1_000) for _ in range(4)]
    ledger.notices.add(*map(notice, range(60)))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: each.step(), replicas * 3))
    assert sorted(post.titles) == sorted(f"title {number}" for number in range(60))


def test_without_taking_them_up_they_would_be_sent_twice(ledger: Ledger, clock: Hands) -> None:
    post = Post()
    replicas = [sender(ledger, clock, post, name=name) for name in ("1-post", "2-post")]  # do not know of each other
    ledger.notices.add(notice(1))
    for each in replicas:
        each.step()
    assert post.titles == ["title 1", "title 1"]


def test_more_than_the_rate_share_one_message_and_none_is_lost(ledger: Ledger, clock: Hands) -> None:
    post = Post()
    sending = sender(ledger, clock, post, rate=3)
    ledger.notices.add(*(notice(number, "fill" if number % 2 else "idea") for number in range(14)))
    sending.step()
    assert post.titles == ["title 0", "title 1", "12 more: 6 fill, 6 idea"]
    assert [message.kind for message in post.got] == ["idea", "fill", None]
    assert post.got[-1].text.splitlines() == [f"title {number}" for number in range(2, 14)]
    ledger.notices.add(notice(14), notice(15))
    sending.step()
    assert len(post.got) == 3  # nothing more in this minute
    clock.move(seconds=60)
    sending.step()
    assert post.titles[3:] == ["title 14", "title 15"]
    assert ledger.notices.states() == {("1-post", "sent"): 5, ("1-post", "summarised"): 11}


def test_a_summary_too_long_for_one_message_says_how_many_more_there_are(ledger: Ledger, clock: Hands) -> None:
    post = Post()
    sending = sender(ledger, clock, post, rate=1)
    ledger.notices.add(*map(notice, range(400)))
    sending.step()
    [message] = post.got
    *lines, last = message.text.splitlines()
    assert len(message.text) < 1_900
    assert last == f"... and {400 - len(lines)} more"


def test_a_failing_address_is_tried_again_after_growing_pauses(ledger: Ledger, clock: Hands) -> None:
    post = Post([NotSentError("error=403", is_unclear=False)] * 3)
    sending = sender(ledger, clock, post)
    ledger.notices.add(notice(1), notice(2))
    tried = []
    for second in range(60):
        left = len(post.failures)
        sending.step()
        if len(post.failures) < left:
            tried.append(second)
        clock.move(seconds=1)
    assert tried == [0, 5, 15]  # pauses of 5, 10, 20 seconds
    assert sorted(post.texts) == ["text 1", "text 2"]  # no repeat: it was refused


def test_what_may_have_arrived_is_sent_again_and_says_so(ledger: Ledger, clock: Hands) -> None:
    post = Post([NotSentError("the answer did not come", is_unclear=True)])
    sending = sender(ledger, clock, post)
    ledger.notices.add(notice(1))
    sending.step()
    clock.move(seconds=5)
    sending.step()
    assert post.texts == [f"text 1\n{REPEAT}"]


def test_what_a_killed_process_took_up_is_sent_by_the_next_one_and_says_so(ledger: Ledger, clock: Hands) -> None:
    post = Post()
    sending = sender(ledger, clock, post)
    ledger.notices.add(notice(1))
    ledger.notices.take("1-post", NOON, kinds=(), within=timedelta(minutes=10))  # and dies
    sending.step()
    assert post.got == []
    clock.move(minutes=10)
    sending.step()
    assert post.texts == [f"text 1\n{REPEAT}"]


def test_an_address_that_never_takes_it_is_given_up_and_the_others_are_told(
    ledger: Ledger, clock: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    down, up = Post([NotSentError("error=404", is_unclear=False)] * 1_000), Post()
    senders = [sender(ledger, clock, down, name="1-down"), sender(ledger, clock, up, name="2-up")]
    ledger.notices.add(notice(1))
    for _ in range(60):
        for each in senders:
            each.step()
        clock.move(hours=1)
    assert 1_000 - len(down.failures) >= ATTEMPTS
    assert ledger.notices.states()["1-down", "failed"] == 2  # the notice, and that it was not sent
    assert up.titles == ["title 1", "Not sent: title 1"]
    assert "1-down: given up after 12 attempts: title 1" in caplog.text


def test_one_notice_that_is_not_taken_holds_up_no_other(ledger: Ledger, clock: Hands) -> None:
    class Picky(Post):
        def send(self, message: Message) -> None:
            if message.title == "title 1":
                raise NotSentError("error=400", is_unclear=False)
            super().send(message)

    post = Picky()
    sending = sender(ledger, clock, post)
    ledger.notices.add(notice(1), notice(2), notice(3))
    for _ in range(4):
        sending.step()
        clock.move(seconds=30)
    assert post.titles == ["title 2", "title 3"]


def test_what_a_stop_finds_taken_up_and_not_begun_is_left_to_the_next_process(ledger: Ledger, clock: Hands) -> None:
    class Stopping(Post):
        def send(self, message: Message) -> None:
            super().send(message)
            sending.stopped.set()

    post = Stopping()
    sending = sender(ledger, clock, post)
    ledger.notices.add(notice(1), notice(2))
    sending.step()
    assert post.titles == ["title 1"]
    after = Post()
    sender(ledger, clock, after).step()
    assert after.texts == ["text 2"]  # and is no repeat


def test_a_defective_plug_in_is_a_failure_like_any_other(ledger: Ledger, clock: Hands) -> None:
    post = Post([ZeroDivisionError("plug-in")])
    sending = sender(ledger, clock, post)
    ledger.notices.add(notice(1))
    sending.step()
    clock.move(seconds=5)
    sending.step()
    assert post.titles == ["title 1"]


# --- the whole


def wait_for(there: Callable[[], bool], seconds: float = 15.0) -> None:
    ends = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.02)


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def test_the_service_tells_of_a_halt(
    settings: Settings, serve: Callable[[Settings], TestClient], tmp_path: Path
) -> None:
    file = tmp_path / "told.jsonl"
    client = serve(settings.having(service_alerts=(SecretStr(f"file://{file}"),)))
    client.post("/v1/halt", json={"reason": "news"})
    wait_for(lambda: len(lines(file)) == 1)
    assert lines(file)[0]["title"] == "Trading is halted: ana"
    assert 'fks_notices_sent_total{channel="1-file"} 1.0' in client.get("/metrics").text


def test_only_the_kinds_that_are_wanted_are_sent(
    settings: Settings, serve: Callable[[Settings], TestClient], tmp_path: Path
) -> None:
    file = tmp_path / "told.jsonl"
    client = serve(settings.having(service_alerts=(SecretStr(f"file://{file}"),), service_alerts_for=("halt",)))
    assert client.post("/v1/ai/analyze", json={"symbol": "SPX", "as_of": AS_OF, "wait": True}).status_code == 200
    client.post("/v1/halt", json={"reason": "news"})
    wait_for(lambda: len(lines(file)) == 1)
    assert [(line["kind"], line["title"]) for line in lines(file)] == [("halt", "Trading is halted: ana")]
    assert datetime.fromisoformat(lines(file)[0]["at"]).tzinfo is not None


def test_an_address_that_hangs_holds_up_no_decision(desk: Desk, settings: Settings) -> None:
    hangs = Event()

    class Hanging:
        def send(self, message: Message) -> None:
            hangs.wait(30)

    notifier = Notifier(desk, settings, {"1-hangs": Hanging()}, Tallies(CollectorRegistry()))
    notifier.start()
    desk.ledger.notices.add(notice(1))
    wait_for(lambda: ("1-hangs", "sending") in desk.ledger.notices.states())
    assert desk.analyze("SPX", as_of=SOLD).status == "working"
    hangs.set()
    notifier.stop()


def test_an_address_that_cannot_be_one_keeps_the_service_from_starting(settings: Settings) -> None:
    with pytest.raises(ConfigError, match=r"discord://\.\.\.: expected an address") as caught:
        create_app(settings.having(service_alerts=(SecretStr("discord://hunter2"),)))
    assert "hunter2" not in str(caught.value)


SECRETS = ("sk-live0123456789abcdef", "hunter2hunter2", "123456789:AAFakeTokenOfABotWithEnoughLetters00")
PLANTED = f"key {SECRETS[0]} postgresql://me:{SECRETS[1]}@db/x https://api.telegram.org/bot{SECRETS[2]}/getMe"


def test_no_secret_reaches_a_row_a_line_or_an_address(
    sold: Cycle, ledger: Ledger, clock: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    spilled = sold.model_copy(update={"reason": PLANTED, "symbol": PLANTED})
    failed = spilled.model_copy(update={"choice": None, "status": "no_decision", "action": "no_decision"})
    bite = Bite(phase="breaker", role="bull", effect="rules", reason=PLANTED)
    broken = spilled.model_copy(update={"usage": Usage(bites=(bite,))})
    told = [
        *wording.decided(spilled, NOON), *wording.decided(failed, NOON), *wording.opened(broken, None, NOON),
        wording.turned(halt(reason=PLANTED), NOON), wording.undelivered("1-post", PLANTED, 1, PLANTED, 12, NOON),
    ]  # fmt: skip
    post = Post([NotSentError(PLANTED, is_unclear=True)])
    sending = sender(ledger, clock, post)
    ledger.notices.add(*told)
    for _ in range(3):
        sending.step()
        clock.move(minutes=1)
    assert len(post.got) == len(told) == 5
    with ledger._database.read() as connection:
        rows = str(connection.exec_driver_sql("SELECT * FROM notices").all())
        rows += str(connection.exec_driver_sql("SELECT * FROM deliveries").all())
    for secret in SECRETS:
        assert secret not in str(post.got)
        assert secret not in rows
        assert secret not in caplog.text


def test_addresses_are_named_without_their_secrets(settings: Settings) -> None:
    urls = (SecretStr("log://"), SecretStr("json://me:hunter2@127.0.0.1/hunter2"))
    assert list(open_channels(settings.having(service_alerts=urls))) == ["1-log", "2-json"]
