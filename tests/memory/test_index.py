"""Chroma in its child process: killed, garbled, held by another. Nothing is ever lost, and nobody waits for ever."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from fks_agents.errors import LedgerError
from fks_agents.settings import Settings
from memory import _index_process
from memory.index import Index
from memory.ledger import Ledger
from memory.recall import Recall
from tests.memory.conftest import EMBEDDER, NOON, lessons

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("index")]


@pytest.fixture
def folder(path: Path) -> Path:
    return path.parent / "index"


@pytest.fixture
def opened(ledger: Ledger, folder: Path) -> Iterator[Callable[..., Recall]]:
    recalls: list[Recall] = []

    def one(**options: float) -> Recall:
        index = Index(folder, ledger.lessons, EMBEDDER, **options)
        recalls.append(Recall(ledger, index, EMBEDDER, Settings(), exact_up_to=0))
        return recalls[-1]

    yield one
    for recall in recalls:
        recall.close()


def index_of(recall: Recall) -> Index:
    assert recall._index is not None
    return recall._index


def ready(recall: Recall) -> Index:
    index = index_of(recall)
    assert index.wait(60), index.status
    return index


def pid_of(index: Index) -> int:
    assert index._process is not None
    return index._process.pid


def same_as_exact(recall: Recall, ledger: Ledger, question: str, minutes: int = 10**6) -> None:
    as_of = NOON + timedelta(minutes=minutes)
    exact = Recall(ledger, None, EMBEDDER, Settings())
    assert recall.query("technical", question, as_of, 5, "calm") == exact.query("technical", question, as_of, 5, "calm")


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


def test_an_index_that_always_breaks_is_given_up(ledger: Ledger, opened: Callable[..., Recall]) -> None:
    ledger.lessons.learn(lessons(0, 20))
    recall = opened()
    index = ready(recall)
    for _ in range(6):
        if index._process is not None:
            index._process.interrupt()
        same_as_exact(recall, ledger, "oil")
        index.wait(60)
        index._starts += 1  # as if it had not come up
    assert index.status.startswith("given up after")


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


_LEARNER = """
import sys
from pathlib import Path
from fks_agents.settings import Settings
from memory.index import Index
from memory.ledger import Ledger
from memory.recall import Recall
from tests.memory.conftest import EMBEDDER, lessons
home = Path(sys.argv[1])
ledger = Ledger.open(home / "ledger.db")
index = Index(home / "index", ledger.lessons, EMBEDDER)
recall = Recall(ledger, index, EMBEDDER, Settings(), exact_up_to=0)
recall.learn(lessons(0, 900))
index.wait()
sys.stdout.write(f"{index._process.pid}\\n")
sys.stdout.flush()
for start in range(900, 3_000, 50):
    recall.learn(lessons(start, start + 50))
    sys.stdout.write(f"{start + 50}\\n")
    sys.stdout.flush()
"""


@pytest.mark.parametrize("victim", ["parent", "child"])
@pytest.mark.parametrize("seed", range(int(os.environ.get("FKS_TEST_INDEX_KILLS", "2"))))
def test_killed_in_the_middle_of_batched_adds_every_acknowledged_lesson_is_there(
    tmp_path: Path, victim: str, seed: int
) -> None:
    home = tmp_path / "home"
    run = subprocess.Popen([sys.executable, "-c", _LEARNER, str(home)], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    child = int(run.stdout.readline())
    acknowledged, until = 900, Random(seed).randint(1_000, 2_000)
    for line in run.stdout:
        acknowledged = int(line)
        if acknowledged >= until:
            os.kill(run.pid if victim == "parent" else child, signal.SIGKILL)
            until = 10**9
    run.wait()
    run.stdout.close()
    if victim == "child":
        assert acknowledged == 3_000  # the parent went on
    with Ledger.open(home / "ledger.db") as ledger:
        known = {lesson.id for lesson in ledger.lessons.learned("technical")}
        assert {f"L{n:05d}" for n in range(acknowledged)} <= known
        index = Index(home / "index", ledger.lessons, EMBEDDER)
        recall = Recall(ledger, index, EMBEDDER, Settings(), exact_up_to=0)
        _wait_for_the_lock(index)
        assert index.status == f"ready, {len(known)} lessons"
        same_as_exact(recall, ledger, "squeeze and carry")
        recall.close()


def _wait_for_the_lock(index: Index) -> None:
    """The orphan of a killed parent lets go when it has finished its request."""
    for _ in range(40):
        if index.wait(60):
            return
        threading.Event().wait(0.1)
        index._starts = 0
        index.start()


def _cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def _garble(file: Path) -> None:
    draw = Random(file.name)
    content = bytearray(file.read_bytes())
    for place in draw.sample(range(len(content)), min(len(content), 2_000)):
        content[place] = draw.randrange(256)
    file.write_bytes(bytes(content))


@pytest.mark.parametrize("harm", [_cut, _garble, Path.unlink], ids=["cut", "garbled", "deleted"])
@pytest.mark.parametrize("which", ["chroma.sqlite3", "*.bin"])
def test_harmed_files_are_built_anew_by_themselves(
    ledger: Ledger, opened: Callable[..., Recall], folder: Path, which: str, harm: Callable[[Path], None]
) -> None:
    ledger.lessons.learn(lessons(0, 1_100))
    recall = opened()
    ready(recall)
    recall.close()
    harmed = [file for file in folder.rglob(which) if file.stat().st_size]
    assert harmed
    for file in harmed:
        harm(file)
    again = opened()
    for question in ("a breakout on volume", "oil", "rates and credit"):
        index_of(again).wait(60)
        same_as_exact(again, ledger, question)
    ready(again)
    assert again.status == "1100 lessons; index: ready, 1100 lessons"
    same_as_exact(again, ledger, "squeeze and carry", 500)


def test_an_index_of_lessons_that_sql_does_not_know_is_built_anew(
    ledger: Ledger, opened: Callable[..., Recall], folder: Path, tmp_path: Path
) -> None:
    with Ledger.open(tmp_path / "other.db") as other:
        other.lessons.learn(lessons(5_000, 5_020))
        stranger = Index(folder, other.lessons, EMBEDDER)
        assert stranger.rebuild() == 20
        stranger.close()
    ledger.lessons.learn(lessons(0, 30))
    recall = opened()
    ready(recall)
    assert recall.status == "30 lessons; index: ready, 30 lessons"


def test_rebuilding_on_request_counts_what_is_indexed(
    ledger: Ledger, opened: Callable[..., Recall], folder: Path
) -> None:
    ledger.lessons.learn(lessons(0, 40))
    recall = opened()
    assert recall.rebuild() == 40
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 1
    shutil.rmtree(next(path for path in folder.iterdir() if path.is_dir()))  # under the running child
    assert recall.rebuild() == 40


def test_a_second_process_is_told_and_searches_sql(ledger: Ledger, opened: Callable[..., Recall]) -> None:
    ledger.lessons.learn(lessons(0, 50))
    ready(opened())
    second = opened()
    assert not index_of(second).wait(60)
    assert second.status == "50 lessons; index: not available: another process uses it"
    same_as_exact(second, ledger, "oil")
    with pytest.raises(LedgerError, match="another process uses it"):
        second.rebuild()


def test_without_chroma_memory_goes_on(
    ledger: Ledger, opened: Callable[..., Recall], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chromadb.py").write_text("raise ModuleNotFoundError('no chroma', name='chromadb')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    ledger.lessons.learn(lessons(0, 50))
    recall = opened()
    assert not index_of(recall).wait(60)
    assert recall.status == ("50 lessons; index: not available: chromadb is not installed: pip install chromadb")
    same_as_exact(recall, ledger, "oil")


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


def test_the_child_ends_with_its_parent(tmp_path: Path) -> None:
    script = _LEARNER.replace("for start in range(900, 3_000, 50):", "import os; os._exit(0)\nfor start in ():")
    run = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    child = int(run.stdout)
    for _ in range(100):
        if not Path(f"/proc/{child}").exists() or "Z" in Path(f"/proc/{child}/stat").read_text().split()[2]:
            return
        threading.Event().wait(0.05)
    pytest.fail(f"process {child} outlived its parent")


def test_the_child_imports_nothing_of_ours() -> None:
    source = _index_process._SCRIPT.read_text(encoding="utf-8")
    assert "import memory" not in source
    assert "from memory" not in source
    assert "fks_agents" not in source
