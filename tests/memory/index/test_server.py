"""An index on a Chroma server: away, back, emptied, talking nonsense, shared. Memory is read from SQL meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic

import httpx
import pytest

from fks_agents.errors import LedgerError
from fks_agents.settings import Settings
from memory.index import Index
from memory.knowledge import Knowledge
from memory.ledger import Ledger
from memory.places import Folder, Place, Server, of_documents, of_lessons
from memory.recall import Recall
from tests.chroma import ChromaServer
from tests.memory.conftest import EMBEDDER, NOON, lessons
from tests.memory.index.conftest import index_of, pid_of, ready, same_as_exact

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("index")]


@pytest.fixture
def kind() -> str:
    return "server"


def collections(server: ChromaServer, beginning: str) -> list[str]:
    kept = f"{server.url}/api/v2/tenants/default_tenant/databases/default_database/collections"
    return sorted(one["name"] for one in httpx.get(kept).json() if one["name"].startswith(beginning))


def at_once(index: Index) -> None:
    """As if the pause before the next start were over."""
    index._next_start = 0.0


def test_a_server_that_dies_and_comes_back_is_used_again_by_itself(
    ledger: Ledger, opened: Callable[..., Recall], chroma: ChromaServer
) -> None:
    ledger.lessons.learn(lessons(0, 200))
    recall = opened()
    index = ready(recall)
    chroma.kill()
    try:
        same_as_exact(recall, ledger, "a breakout on volume")
        index.wait(60)
        assert (
            index.status == f"not available: no Chroma server answers at {chroma.url}: [Errno 111] Connection refused"
        )
        recall.learn(lessons(200, 210))  # to SQL alone
        same_as_exact(recall, ledger, "oil")
    finally:
        chroma.start()
    at_once(index)
    same_as_exact(recall, ledger, "oil")  # still from SQL; starts it
    ready(recall)
    assert recall.status == "210 lessons; index: ready, 210 lessons"
    same_as_exact(recall, ledger, "rates and credit")


def test_a_server_that_lost_everything_is_filled_again(
    ledger: Ledger, opened: Callable[..., Recall], chroma: ChromaServer
) -> None:
    ledger.lessons.learn(lessons(0, 200))
    recall = opened()
    ready(recall)
    chroma.forget()
    same_as_exact(recall, ledger, "a breakout on volume")
    ready(recall)
    assert recall.status == "200 lessons; index: ready, 200 lessons"
    same_as_exact(recall, ledger, "a breakout on volume")


def test_a_server_that_hangs_is_given_up_in_time(
    ledger: Ledger, opened: Callable[..., Recall], chroma: ChromaServer
) -> None:
    ledger.lessons.learn(lessons(0, 200))
    recall = opened()
    index = ready(recall)
    index._timeout = 0.5
    chroma.pause()
    try:
        began = monotonic()
        same_as_exact(recall, ledger, "oil")
        index.wait(30)
        same_as_exact(recall, ledger, "oil")
        assert monotonic() - began < 15
        assert not index.is_ready
    finally:
        chroma.go_on()


@contextmanager
def answering(heartbeat: bytes, rest: bytes) -> Iterator[str]:
    """A server that is none of Chroma's; its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(heartbeat if self.path.endswith("heartbeat") else rest)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


BEAT = b'{"nanosecond heartbeat": 1}'


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("heartbeat", "rest", "said"),
    [
        (b"<html>a proxy's page</html>", b"", "no Chroma server answers at"),
        (b'{"status": "ok"}', b"", "is no Chroma server"),
        (BEAT, b"<html>a proxy's page</html>", "not available"),
        (BEAT, b"[" + b'{"name": 3}, ' * 10_000 + b"{}]", "not available"),
    ],
    ids=["a page", "another service", "pages later", "other fields"],
)
def test_nonsense_is_an_index_that_is_not_available(ledger: Ledger, heartbeat: bytes, rest: bytes, said: str) -> None:
    ledger.lessons.learn(lessons(0, 50))
    with answering(heartbeat, rest) as url:
        recall = Recall(ledger, Index(Server(url, "x"), ledger.lessons, EMBEDDER), EMBEDDER, Settings(), exact_up_to=0)
        try:
            assert not index_of(recall).wait(60)
            assert said in index_of(recall).status
            assert len(index_of(recall).status) < 400
            same_as_exact(recall, ledger, "oil")
        finally:
            recall.close()


def test_rebuilding_where_no_server_is_says_so(ledger: Ledger, socket_enabled: None) -> None:
    index = Index(Server("http://127.0.0.1:1", "x"), ledger.lessons, EMBEDDER)
    with pytest.raises(LedgerError, match="not available: no Chroma server answers at"):
        index.rebuild()


def put_a_stranger(place: Place, question: str) -> None:
    """What nobody learned, exactly where the question is."""
    process = place.newest(60)
    assert process is not None
    process.wait_until_open()
    process.request("add", "technical", ["made-up"], EMBEDDER.embed([question]).tobytes(), [{"learned_at": 0}])
    process.kill()


def test_what_the_ledger_does_not_know_is_not_believed(
    ledger: Ledger, opened: Callable[..., Recall], place: Callable[[Ledger], Place]
) -> None:
    ledger.lessons.learn(lessons(0, 100))
    recall = opened()
    ready(recall)
    put_a_stranger(place(ledger), "a breakout on volume")
    same_as_exact(recall, ledger, "a breakout on volume")
    ready(recall)
    assert recall.status == "100 lessons; index: ready, 100 lessons"
    same_as_exact(recall, ledger, "a breakout on volume")


def test_without_that_check_a_stranger_takes_a_lesson_s_place(
    ledger: Ledger, opened: Callable[..., Recall], place: Callable[[Ledger], Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.lessons.learn(lessons(0, 100))
    recall = opened()
    index = ready(recall)
    put_a_stranger(place(ledger), "a breakout on volume")
    monkeypatch.setattr(index, "_are_known", lambda ids: True)
    vector = EMBEDDER.embed(["a breakout on volume"])[0]
    found = index.query("technical", vector, None, 5, 100)
    assert found is not None
    assert found[0] == "made-up"


def test_replicas_share_it_and_one_may_build_it_anew(
    ledger: Ledger, opened: Callable[..., Recall], chroma: ChromaServer
) -> None:
    ledger.lessons.learn(lessons(0, 150))
    one = opened()
    assert ready(one).status == "ready, 150 lessons"
    other = opened()  # now: two that start at one moment may build a generation each
    assert ready(other).status == "ready, 150 lessons"
    one.learn(lessons(150, 160))
    same_as_exact(other, ledger, "oil")
    assert index_of(other).status == "ready, 160 lessons"
    assert one.rebuild() == 160
    names = collections(chroma, f"fks-{ledger.identity}-")
    assert [name.split(".")[1] for name in names] == ["000002", "000002"]  # the lessons, and that they are complete
    for question in ("oil", "rates and credit"):
        same_as_exact(other, ledger, question)  # the first from SQL: what it had is gone
        ready(other)
    assert collections(chroma, f"fks-{ledger.identity}-") == names  # and it was not made again half full


def test_replicas_that_start_at_one_moment_end_with_one_index(
    ledger: Ledger, opened: Callable[..., Recall], chroma: ChromaServer
) -> None:
    ledger.lessons.learn(lessons(0, 150))
    replicas = [opened() for _ in range(3)]
    for question in ("oil", "rates and credit"):
        for replica in replicas:
            same_as_exact(replica, ledger, question)  # a replica whose generation went meanwhile answers from SQL
            assert ready(replica).status == "ready, 150 lessons"
    names = collections(chroma, f"fks-{ledger.identity}-")
    assert len({name.split(".")[1] for name in names}) == 1


def test_ledgers_share_a_server_and_do_not_see_one_another(
    ledger: Ledger, opened: Callable[..., Recall], chroma: ChromaServer, tmp_path: Path
) -> None:
    ledger.lessons.learn(lessons(0, 60))
    ours = opened()
    ready(ours)
    pid = pid_of(index_of(ours))
    with Ledger.open(tmp_path / "other.db") as other:
        assert other.identity != ledger.identity
        other.lessons.learn(lessons(5_000, 5_020))
        place = Server(chroma.url, f"fks-{other.identity}-lessons")
        theirs = Recall(other, Index(place, other.lessons, EMBEDDER), EMBEDDER, Settings(), exact_up_to=0)
        assert ready(theirs).status == "ready, 20 lessons"
        assert theirs.rebuild() == 20
        same_as_exact(theirs, other, "oil")
        theirs.close()
    same_as_exact(ours, ledger, "oil")
    assert pid_of(index_of(ours)) == pid


def test_documents_have_an_index_of_their_own_there(
    ledger: Ledger, opened: Callable[..., Recall], chroma: ChromaServer, tmp_path: Path
) -> None:
    ledger.lessons.learn(lessons(0, 40))
    ready(opened())
    folder = tmp_path / "documents"
    folder.mkdir()
    for day, said in enumerate(("Oil fell.", "The Federal Reserve raised its range.", "Gold rose to a record."), 1):
        (folder / f"2018-11-{day:02d}-wire.md").write_text(said)
    place = of_documents(ledger, tmp_path, chroma.url, folder)
    indexed = Knowledge(folder, place, EMBEDDER, exact_up_to=0)
    exact = Knowledge(folder, Folder(tmp_path / "never"), EMBEDDER)
    try:
        assert indexed._index.wait(60), indexed._index.status
        assert indexed._index.status == "ready, 3 lessons"
        for question in ("gold", "rates of the Federal Reserve", "oil"):
            assert indexed.search(question, NOON, 2) == exact.search(question, NOON, 2) != ()
    finally:
        indexed.close()


def test_a_ledger_is_called_the_same_by_every_process(ledger: Ledger, path: Path) -> None:
    with Ledger.open(path) as again:
        assert again.identity == ledger.identity
    assert len(bytes.fromhex(ledger.identity)) == 6


def test_the_setting_says_where(ledger: Ledger, tmp_path: Path) -> None:
    assert isinstance(of_lessons(ledger, tmp_path, ""), Folder)
    assert isinstance(of_lessons(ledger, tmp_path, "http://127.0.0.1:1"), Server)
    assert isinstance(of_documents(ledger, tmp_path, "", tmp_path), Folder)
    names = {
        place._name
        for place in (
            of_lessons(ledger, tmp_path, "http://chroma:8000"),
            of_documents(ledger, tmp_path, "http://chroma:8000", tmp_path / "one"),
            of_documents(ledger, tmp_path, "http://chroma:8000", tmp_path / "other"),
        )
        if isinstance(place, Server)
    }
    assert len(names) == 3
    assert all(name.startswith(f"fks-{ledger.identity}-") for name in names)


def test_nothing_newer_than_the_moment_is_proposed(
    ledger: Ledger, opened: Callable[..., Recall], chroma: ChromaServer
) -> None:
    ledger.lessons.learn(lessons(0, 300))
    recall = opened()
    ready(recall)
    same_as_exact(recall, ledger, "oil", 20)
    found = recall.query("technical", "oil", NOON + timedelta(minutes=20), 50)
    assert len(found) == 21
