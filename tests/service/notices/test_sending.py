"""Each notice becomes one message, whatever is killed, slow or down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from fks_agents.service.notices.sending import ATTEMPTS, REPEAT
from memory.ledger import Ledger
from tests.service.notices.conftest import NOON, Hands, Post, notice, sender
from tools.alerts import Message, NotSentError


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
