"""An index in a folder: killed, garbled, held by another. Nothing is ever lost, and nobody waits for ever."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from fks_agents.errors import LedgerError
from fks_agents.settings import Settings
from memory import _index_process
from memory.index import Index
from memory.ledger import Ledger
from memory.places import Folder
from memory.recall import Recall
from tests.memory.conftest import EMBEDDER, lessons
from tests.memory.index.conftest import index_of, ready, same_as_exact

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("index")]


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


_LEARNER = """
import sys
from pathlib import Path
from fks_agents.settings import Settings
from memory.index import Index
from memory.ledger import Ledger
from memory.places import Folder
from memory.recall import Recall
from tests.memory.conftest import EMBEDDER, lessons
home = Path(sys.argv[1])
ledger = Ledger.open(home / "ledger.db")
index = Index(Folder(home / "index"), ledger.lessons, EMBEDDER)
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
        index = Index(Folder(home / "index"), ledger.lessons, EMBEDDER)
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
