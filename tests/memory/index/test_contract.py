"""What an index promises wherever it lies: it proposes what an exact search finds, or steps aside in time."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from fks_agents.settings import Settings
from memory.index import Index
from memory.ledger import Ledger
from memory.places import Place
from memory.recall import Recall
from tests.memory.conftest import EMBEDDER, lessons
from tests.memory.index.conftest import pid_of, ready, same_as_exact

pytestmark = [
    pytest.mark.real,
    pytest.mark.xdist_group("index"),
    pytest.mark.parametrize("kind", ["folder", "server"], indirect=True),
]


def test_the_index_proposes_what_an_exact_search_finds(ledger: Ledger, opened: Callable[..., Recall]) -> None:
    ledger.lessons.learn(lessons(0, 1_200))
    ledger.lessons.learn(lessons(1_200, 1_210, "macro"))
    recall = opened()
    index = ready(recall)
    assert recall.status == "1210 lessons; index: ready, 1210 lessons"
    pid = pid_of(index)
    for question, minutes in (("a breakout on volume", 10**6), ("rates and credit", 700), ("oil", 3), ("gap", -1)):
        same_as_exact(recall, ledger, question, minutes)
    recall.learn(lessons(1_210, 1_215))  # goes to SQL, then into the running index
    same_as_exact(recall, ledger, "carry and yields")
    assert pid_of(index) == pid  # never lost on the way


def test_what_another_process_learned_is_found_at_the_next_question(
    ledger: Ledger, opened: Callable[..., Recall], path: Path
) -> None:
    ledger.lessons.learn(lessons(0, 100))
    recall = opened()
    index = ready(recall)
    pid = pid_of(index)
    with Ledger.open(path) as other:
        Recall(other, None, EMBEDDER, Settings()).learn(lessons(100, 130))
    same_as_exact(recall, ledger, "carry and yields")
    assert (index.status, pid_of(index)) == ("ready, 130 lessons", pid)


def test_an_answer_nobody_waited_for_is_not_given_to_the_next_question(
    ledger: Ledger, opened: Callable[..., Recall]
) -> None:
    ledger.lessons.learn(lessons(0, 100))
    recall = opened()
    index = ready(recall)
    assert index._process is not None
    index._process._connection.send(("ids", "technical"))  # an exchange that was broken off half way ...
    index._process.interrupt()  # ... ends the child
    same_as_exact(recall, ledger, "oil")
    ready(recall)
    same_as_exact(recall, ledger, "oil")


def test_five_thousand_lessons_are_paged(ledger: Ledger, opened: Callable[..., Recall]) -> None:
    many = lessons(0, 5_000)
    ledger.lessons.learn(many)
    index = ready(opened())
    assert index._process is not None
    assert sorted(index._process.request("ids", "technical")) == [lesson.id for lesson in many]


def test_a_killed_child_is_replaced_and_nobody_notices(ledger: Ledger, opened: Callable[..., Recall]) -> None:
    ledger.lessons.learn(lessons(0, 300))
    recall = opened()
    index = ready(recall)
    first = pid_of(index)
    os.kill(first, signal.SIGKILL)
    same_as_exact(recall, ledger, "a breakout on volume")  # answered from SQL
    assert index.status.startswith(("restarting: the index process ended", "ready"))
    ready(recall)
    assert pid_of(index) != first
    same_as_exact(recall, ledger, "a breakout on volume")


def test_a_child_that_hangs_is_given_up_in_time(ledger: Ledger, opened: Callable[..., Recall]) -> None:
    ledger.lessons.learn(lessons(0, 300))
    recall = opened()
    index = ready(recall)
    index._timeout = 0.5
    os.kill(pid_of(index), signal.SIGSTOP)
    same_as_exact(recall, ledger, "oil")
    assert index.status.startswith(("restarting: the index process ended", "ready", "not available"))


def test_closing_during_the_start_does_not_wait_for_it(ledger: Ledger, opened: Callable[..., Recall]) -> None:
    ledger.lessons.learn(lessons(0, 2_000))
    for delay in (0.0, 0.1, 0.8):
        recall = opened()
        threading.Event().wait(delay)
        closing = threading.Thread(target=recall.close)
        closing.start()
        closing.join(10)
        assert not closing.is_alive()
        assert recall.status == "2000 lessons; index: closed"


def test_an_index_of_lessons_that_sql_does_not_know_is_built_anew(
    ledger: Ledger, opened: Callable[..., Recall], place: Callable[[Ledger], Place], tmp_path: Path
) -> None:
    with Ledger.open(tmp_path / "other.db") as other:
        other.lessons.learn(lessons(5_000, 5_020))
        stranger = Index(place(ledger), other.lessons, EMBEDDER)
        assert stranger.rebuild() == 20
        stranger.close()
    ledger.lessons.learn(lessons(0, 30))
    recall = opened()
    ready(recall)
    assert recall.status == "30 lessons; index: ready, 30 lessons"
    same_as_exact(recall, ledger, "oil")
