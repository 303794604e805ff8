"""Ask servers for decisions while they are killed, and tell afterwards what became of each."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from queue import Empty, Queue
from random import Random
from threading import Event, Thread
from time import monotonic, sleep
from typing import IO, Any

import httpx

from tests.chaos.serving import Plan, as_line
from tests.graphs.killing import lines

ROOT = Path(__file__).resolve().parents[2]
PORTS = range(8400, 8500)
PATIENCE = 300.0
"""Seconds after which something that should have happened has not."""


@dataclass
class Server:
    pid: int
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def lives(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """Returns when it is gone."""
        if self.lives:
            os.kill(self.pid, signal.SIGKILL)
        self.wait_for_death()

    def wait_for_death(self) -> None:
        ends = monotonic() + PATIENCE
        while self.lives:
            assert monotonic() < ends, "the server did not die"
            sleep(0.005)

    def wait_until_ready(self) -> bool:
        """False where it died before it answered."""
        ends = monotonic() + PATIENCE
        while self.lives:
            # A client of httpx would read all certificates of this machine for each look.
            looking = HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                looking.request("GET", "/health")
                return looking.getresponse().status == 200
            except (OSError, HTTPException):
                assert monotonic() < ends, "the server did not start"
                sleep(0.01)
            finally:
                looking.close()
        return False


class Servers:
    """Forks servers; those that still live when it is closed are killed."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.chaos.serving"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._started: list[Server] = []

    def start(self, plan: Plan) -> Server:
        _pipe(self._process.stdin).write(as_line(plan))
        _pipe(self._process.stdin).flush()
        line = _pipe(self._process.stdout).readline()
        assert line, "the process that forks servers ended"
        server = Server(int(line), plan.port)
        self._started.append(server)
        return server

    def kill_all(self) -> None:
        while self._started:
            self._started.pop().kill()

    def close(self) -> None:
        self.kill_all()
        _pipe(self._process.stdin).close()
        _pipe(self._process.stdout).close()
        self._process.wait(PATIENCE)


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def free_ports(count: int) -> list[int]:
    """Of PORTS; each process of the tests begins to look elsewhere."""
    found: list[int] = []
    begin = os.getpid() % len(PORTS)
    for port in [*PORTS[begin:], *PORTS[:begin]]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise AssertionError(f"no {count} free ports in {PORTS}")


@dataclass(frozen=True)
class Question:
    key: str
    """For asking once; empty: none is sent."""
    symbol: str
    as_of: str


def questions(count: int, seed: int) -> list[Question]:
    """Each about another day of the sample, weekends too: the newest bar before them is meant."""
    random = Random(seed)
    days = random.sample(range(2_500), (count + 1) // 2)
    asked = [
        (symbol, f"{date(2011, 6, 1) + timedelta(days=day)}T21:00:00Z") for day in days for symbol in ("SPX", "IXIC")
    ]
    return [Question(f"k{number}", *each) for number, each in enumerate(asked[:count])]


@dataclass
class Crowd:
    """Clients that ask until each question is answered 202; what gets no answer is asked again with the same key."""

    urls: Sequence[str]
    accepted: dict[str, set[str]] = field(default_factory=dict)
    """Key -> the ids that came back for it."""
    refused: Counter[int] = field(default_factory=Counter)
    _waiting: Queue[Question] = field(default_factory=Queue)
    _is_over: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def begin(self, clients: int) -> None:
        for number in range(clients):
            self._threads.append(Thread(target=self._ask_all, args=(number,), daemon=True))
            self._threads[-1].start()

    def put(self, asked: Sequence[Question]) -> None:
        for question in asked:
            self._waiting.put(question)

    def end(self) -> None:
        """Returns once everything that was put is answered."""
        self._is_over.set()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "a request was never accepted"

    def _ask_all(self, number: int) -> None:
        with httpx.Client(timeout=10, headers={"X-Person": "ana/trader"}) as client:
            while True:
                try:
                    question = self._waiting.get(timeout=0.02)
                except Empty:
                    if self._is_over.is_set():
                        return
                    continue
                self.ask(client, question, number)

    def ask(self, client: httpx.Client, question: Question, number: int = 0) -> None:
        body = {"symbol": question.symbol, "as_of": question.as_of}
        key = {"Idempotency-Key": question.key} if question.key else {}
        ends = monotonic() + PATIENCE
        while monotonic() < ends:
            url = self.urls[number % len(self.urls)]
            number += 1  # the next try goes to another replica
            try:
                answer = client.post(f"{url}/v1/ai/analyze", json=body, headers=key)
            except httpx.TransportError:
                sleep(0.02)
                continue
            if answer.status_code == 202:
                self.accepted.setdefault(question.key, set()).add(answer.json()["id"])
                return
            self.refused[answer.status_code] += 1
            sleep(0.1)


@dataclass(frozen=True)
class Found:
    """What is on record, read past the desk's own code, beside what the exchange saw."""

    admitted: frozenset[str]
    digests: dict[str, str]
    """Of the finished ones."""
    waiting: frozenset[str]
    intended: frozenset[str]
    book: Counter[str]
    """Orders of the exchange -> how often it took them."""

    @property
    def unfinished(self) -> frozenset[str]:
        return self.admitted - set(self.digests) - self.waiting

    @property
    def faults(self) -> list[str]:
        """Of the record alone; empty where all is well."""
        told = []
        if self.unfinished:
            told.append(f"lost: {sorted(self.unfinished)}")
        if twice := [order for order, count in self.book.items() if count > 1]:
            told.append(f"sent twice: {sorted(twice)}")
        if unknown := set(self.book) - self.intended:
            told.append(f"sent and not on record: {sorted(unknown)}")
        if unsent := self.intended - set(self.book):
            told.append(f"on record and not sent: {sorted(unsent)}")
        return told


def found(folder: Path, ledger: Any = None) -> Found:
    """`ledger` is a connection of its database, by default of the file in `folder`."""
    with closing(ledger or sqlite3.connect(folder / "home" / "ledger.sqlite")) as opened:
        rows = opened.execute("SELECT decision_id, kind FROM ideas ORDER BY sequence").fetchall()
        last = dict(rows)
        digests = dict(opened.execute("SELECT decision_id, digest FROM cycles").fetchall())
        return Found(
            admitted=frozenset(id_ for (id_,) in opened.execute("SELECT id FROM admissions")),
            digests=digests,
            waiting=frozenset(id_ for id_, kind in last.items() if kind in ("proposed", "modified", "reopened")),
            intended=frozenset(id_ for (id_,) in opened.execute("SELECT client_order_id FROM intents")),
            book=Counter(lines(folder / "book")),
        )


def wait_until_made(look: Callable[[], Found], patience: float = PATIENCE) -> Found:
    """Until nothing is unfinished but what waits for a person; what is on record then."""
    ends = monotonic() + patience
    while left := (what := look()).unfinished:
        assert monotonic() < ends, f"unfinished: {sorted(left)}"
        sleep(0.2)
    return what


def wrongly_accepted(crowd: Crowd, asked: Sequence[Question], what: Found) -> list[str]:
    """Keys that were answered with several ids or none, and ids that the record does not know."""
    told = []
    if several := {key: ids for key, ids in crowd.accepted.items() if len(ids) > 1}:
        told.append(f"several ids for one key: {several}")
    if unanswered := {question.key for question in asked} - set(crowd.accepted):
        told.append(f"never accepted: {sorted(unanswered)}")
    ids = {id_ for accepted in crowd.accepted.values() for id_ in accepted}
    if unknown := ids - what.admitted:
        told.append(f"accepted and not on record: {sorted(unknown)}")
    if extra := what.admitted - ids:
        told.append(f"on record and asked by nobody: {sorted(extra)}")
    return told
