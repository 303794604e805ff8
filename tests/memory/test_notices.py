"""What a person should know: written once, taken up by one process at a time, never lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from memory.ledger import Ledger
from memory.notices import UNCLEAR, Cursor, Notice, Taken
from tests.memory.conftest import NOON

MINUTE = timedelta(minutes=1)


def notice(key: str, kind: str = "fill", at: datetime = NOON) -> Notice:
    return Notice(kind=kind, key=key, title=f"title of {key}", text="text", at=at)


def taken(ledger: Ledger, at: datetime = NOON, *kinds: str) -> list[tuple[str, int]]:
    return [(one.notice.key, one.attempts) for one in ledger.notices.take("1-log", at, kinds=kinds, within=2 * MINUTE)]


def test_the_same_thing_is_written_once(ledger: Ledger) -> None:
    assert ledger.notices.add(notice("a"), notice("a"), notice("b")) == 2
    assert ledger.notices.add(notice("a", kind="idea")) == 0
    assert [(each.key, each.kind) for each in ledger.notices.all()] == [("b", "fill"), ("a", "fill")]


def test_without_the_key_it_would_be_written_twice(ledger: Ledger) -> None:
    assert ledger.notices.add(notice("a/1"), notice("a/2")) == 2


def test_an_address_begins_with_what_comes_after_it_was_set_up(ledger: Ledger) -> None:
    ledger.notices.add(notice("before"))
    assert taken(ledger) == []
    ledger.notices.add(notice("after"))
    assert taken(ledger) == [("after", 1)]


def test_what_is_taken_up_is_nobody_else_s_until_its_time_is_over(ledger: Ledger) -> None:
    taken(ledger)
    ledger.notices.add(notice("a"))
    assert taken(ledger) == [("a", 1)]
    assert taken(ledger, NOON + MINUTE) == []
    assert taken(ledger, NOON + 2 * MINUTE) == [("a", 2)]


def test_processes_that_take_at_once_take_each_notice_once(ledger: Ledger) -> None:
    taken(ledger)
    ledger.notices.add(*(notice(f"n{number}") for number in range(40)))
    with ThreadPoolExecutor(4) as pool:
        found = [one for some in pool.map(lambda _: taken(ledger), range(8)) for one in some]
    assert sorted(found) == sorted((f"n{number}", 1) for number in range(40))


def test_what_was_tried_in_vain_waits_and_what_was_sent_is_over(ledger: Ledger) -> None:
    taken(ledger)
    ledger.notices.add(notice("a"), notice("b"), notice("c"))
    a, b, c = ledger.notices.take("1-log", NOON, kinds=(), within=MINUTE)
    ledger.notices.settle("1-log", [a], "sent", NOON)
    ledger.notices.settle("1-log", [b], "waiting", NOON, problem="HTTP 500", due_at=NOON + MINUTE)
    ledger.notices.settle("1-log", [c], "failed", NOON, problem="HTTP 404")
    assert taken(ledger, NOON + timedelta(seconds=59)) == []
    assert taken(ledger, NOON + MINUTE) == [("b", 2)]
    assert ledger.notices.states() == {("1-log", "sent"): 1, ("1-log", "sending"): 1, ("1-log", "failed"): 1}


def test_each_address_has_all_of_them(ledger: Ledger) -> None:
    for channel in ("1-log", "2-log"):
        ledger.notices.take(channel, NOON, kinds=(), within=MINUTE)
    ledger.notices.add(notice("a"))
    for channel in ("1-log", "2-log"):
        assert len(ledger.notices.take(channel, NOON, kinds=(), within=MINUTE)) == 1


def test_only_the_kinds_that_are_wanted_are_taken(ledger: Ledger) -> None:
    taken(ledger)
    ledger.notices.add(notice("a", "idea"), notice("b", "halt"))
    assert taken(ledger, NOON, "halt", "daily") == [("b", 1)]


def test_a_summary_counts_as_one_message(ledger: Ledger) -> None:
    taken(ledger)
    ledger.notices.add(*(notice(f"n{number}") for number in range(4)))
    first, *others, last = ledger.notices.take("1-log", NOON, kinds=(), within=MINUTE)
    ledger.notices.settle("1-log", [first, last], "sent", NOON)
    ledger.notices.settle("1-log", others, "summarised", NOON)
    assert ledger.notices.sent_since("1-log", NOON - MINUTE) == 2
    assert ledger.notices.sent_since("1-log", NOON) == 0


def test_what_was_finished_with_long_ago_is_not_looked_at_again(ledger: Ledger) -> None:
    taken(ledger)
    ledger.notices.add(notice("a"), notice("b"))
    a, b = ledger.notices.take("1-log", NOON, kinds=(), within=MINUTE)
    ledger.notices.settle("1-log", [a], "sent", NOON)
    ledger.notices.settle("1-log", [b], "waiting", NOON, due_at=NOON + timedelta(days=1))
    later = NOON + timedelta(hours=1)
    assert taken(ledger, later) == []
    assert ledger.notices.read_to("channel/1-log", 0).value == 1  # the waiting one is number 2
    assert taken(ledger, NOON + timedelta(days=1)) == [("b", 2)]


def test_how_far_somebody_read_is_kept_with_what_they_wrote(ledger: Ledger) -> None:
    assert ledger.notices.read_to("fills", 7) == Cursor("fills", 7)
    ledger.notices.add(notice("a"), read=Cursor("fills", 9))
    ledger.notices.add(read=Cursor("fills", 8))  # another process was further already
    assert ledger.notices.read_to("fills", 0) == Cursor("fills", 9)
    assert ledger.notices.began("fills", 0) == 7


def test_a_message_is_new_once(ledger: Ledger) -> None:
    assert ledger.messages.take("telegram/1", NOON) == "new"
    assert ledger.messages.take("telegram/1", NOON) == "unanswered"
    ledger.messages.answer("telegram/1")
    assert ledger.messages.take("telegram/1", NOON) == "answered"


def test_a_picture_comes_back_as_it_was(ledger: Ledger) -> None:
    picture = bytes(range(256))
    ledger.notices.add(notice("a").model_copy(update={"picture": picture}))
    assert ledger.notices.all()[0].picture == picture


def test_what_may_have_arrived_says_so_when_it_is_taken_up_again(ledger: Ledger) -> None:
    taken(ledger)
    ledger.notices.add(notice("a"), notice("b"), notice("c"))
    refused, unclear, cut_off = ledger.notices.take("1-log", NOON, kinds=(), within=MINUTE)
    ledger.notices.settle("1-log", [refused], "waiting", NOON, problem="HTTP 403", due_at=NOON)
    ledger.notices.settle("1-log", [unclear], "waiting", NOON, problem=f"{UNCLEAR}HTTP 502", due_at=NOON)
    again = ledger.notices.take("1-log", NOON + MINUTE, kinds=(), within=MINUTE)
    assert {one.notice.key: one.may_have_arrived for one in again} == {"a": False, "b": True, "c": True}
    assert cut_off.may_have_arrived is False


def test_what_may_have_arrived_once_may_have_for_ever(ledger: Ledger) -> None:
    taken(ledger)
    ledger.notices.add(notice("a"))
    ledger.notices.take("1-log", NOON, kinds=(), within=MINUTE)  # and dies

    def again() -> Taken:
        [one] = ledger.notices.take("1-log", NOON + MINUTE, kinds=(), within=MINUTE)
        return one

    released = again()
    ledger.notices.release("1-log", [released], NOON)
    refused = again()
    ledger.notices.settle("1-log", [refused], "waiting", NOON, problem="HTTP 403", due_at=NOON)
    assert [one.may_have_arrived for one in (released, refused, again())] == [True, True, True]


def test_what_was_not_tried_counts_no_attempt_and_comes_before_what_was(ledger: Ledger) -> None:
    taken(ledger)
    ledger.notices.add(notice("a"), notice("b"))
    a, b = ledger.notices.take("1-log", NOON, kinds=(), within=MINUTE)
    ledger.notices.settle("1-log", [a], "waiting", NOON, problem="HTTP 500", due_at=NOON)
    ledger.notices.release("1-log", [b], NOON)
    assert taken(ledger) == [("b", 1), ("a", 2)]


def test_whoever_writes_it_a_secret_is_not_kept(ledger: Ledger) -> None:
    spilled = Notice(kind="scan", key="a", title="key\nsk-live0123456789abcdef", text="password=hunter2", at=NOON)
    ledger.notices.add(spilled)
    [kept] = ledger.notices.all()
    assert (kept.title, kept.text) == ("key [redacted]", "password=[redacted]")
    long = Notice(kind="scan", key="b", title=f"{'x' * 188} password=hi", text="password=hi " * 1_666, at=NOON)
    ledger.notices.add(long, Notice(kind="scan", key="c", title=" ", at=NOON))
    assert [len(each.title) for each in ledger.notices.all()] == [4, 200, 14]  # they are read back, though grown


def test_a_task_is_one_process_s_on_a_server_and_free_again_afterwards(ledger: Ledger) -> None:
    with ledger.sole("telegram") as first, ledger.sole("telegram") as second, ledger.sole("other") as other:
        assert (first, second, other) == (True, not ledger.is_on_server, True)
    with ledger.sole("telegram") as again:
        assert again
