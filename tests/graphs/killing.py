"""Kill a deciding process at each step boundary and each side effect, resume it, and tell what was lost or done twice.

Run as `python -m tests.graphs.killing FOLDER [--naive]`; prints one JSON object for each kill. The parent forks
children before it has any thread; the oracle is a book of an exchange in one file, and a log of model calls in another.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from langgraph.checkpoint.sqlite import SqliteSaver

from fks_agents.contracts import AccountView, OrderIntent, Receipt
from fks_agents.deps import Call
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.settings import Settings, load
from graphs.checkpoints import sqlite_saver
from graphs.desk import Desk
from graphs.opening import open_desk
from tests.graphs.scripts import honest

AS_OF = datetime(2017, 6, 1, 21, tzinfo=UTC)


def append(path: Path, line: str) -> None:
    """One line that is on disk when this returns."""
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines() if path.exists() else []


class Trap:
    """Counts the moments at which a process can die, and kills it at the one it was set for."""

    def __init__(self, at: int | None) -> None:
        self.passed: list[str] = []
        self._at = at
        self._one_at_a_time = Lock()

    def step(self, name: str) -> None:
        # Nodes run side by side: two that were counted before either looked would both miss their moment.
        with self._one_at_a_time:
            self.passed.append(name)
            if len(self.passed) - 1 == self._at:
                os.kill(os.getpid(), signal.SIGKILL)


class Exchange:
    """An order book that outlives the process. With its key check it answers a known order as it did before."""

    def __init__(self, book: Path, trap: Trap, *, knows_ids: bool) -> None:
        self._book, self._trap, self._knows_ids = book, trap, knows_ids

    def account(self, symbol: str, as_of: datetime) -> AccountView:
        del symbol, as_of
        return AccountView(equity=100_000.0, cash=100_000.0)

    def known(self, bracket: object) -> None:
        raise AssertionError("nothing is halted")

    def place(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...]:
        self._trap.step("before the order")
        known = set(lines(self._book)) if self._knows_ids else set()
        for intent in bracket:
            if intent.client_order_id not in known:
                append(self._book, intent.client_order_id)
        self._trap.step("after the order")
        return tuple(Receipt(client_order_id=intent.client_order_id, status="working") for intent in bracket)


def trapped(saver: SqliteSaver, trap: Trap) -> SqliteSaver:
    """The saver, dying before and after each write."""
    put, put_writes = saver.put, saver.put_writes

    def dying(write: Callable[..., Any], name: str) -> Callable[..., Any]:
        def wrapped(*given: Any, **named: Any) -> Any:
            trap.step(f"before {name}")
            written = write(*given, **named)
            trap.step(f"after {name}")
            return written

        return wrapped

    saver.put = dying(put, "checkpoint")  # type: ignore[method-assign]
    saver.put_writes = dying(put_writes, "writes")  # type: ignore[method-assign]
    return saver


def desk_in(home: Path, trap: Trap, *, knows_ids: bool) -> Desk:
    def say(call: Call) -> str:
        trap.step(f"before {call.role} is asked")
        append(home / "calls", call.role)
        return honest(call)

    settings: Settings = load(home=home, model="scripted:all", min_conviction=0.5)
    chat = ScriptedChat(say)
    return open_desk(
        settings,
        chats={"quick": chat, "deep": chat},
        broker=lambda account, of: Exchange(home / "book", trap, knows_ids=knows_ids),
        checkpoints=lambda: trapped(sqlite_saver(home / "checkpoints.sqlite"), trap),
    )


def decide(home: Path, at: int | None, *, knows_ids: bool) -> None:
    """In a child: run the decision, or resume it where it was admitted already."""
    trap = Trap(at)
    with desk_in(home, trap, knows_ids=knows_ids) as desk:
        unfinished = desk.ledger.decisions.unfinished()
        finished = desk.ledger.decisions.history()
        if unfinished:
            cycle = desk.resume(unfinished[0].id)
        elif finished:
            cycle = desk.ledger.decisions.cycle(finished[0].id)
        else:
            cycle = desk.analyze("SPX", as_of=AS_OF)
    (home / "digest").write_text(cycle.digest)
    (home / "passed").write_text("\n".join(trap.passed))


def in_child(run: Callable[[], None]) -> int:
    """Exit status of a forked child; negative where a signal ended it."""
    pid = os.fork()
    if pid == 0:
        try:
            run()
        except BaseException as error:  # the child must not run the parent's code
            sys.stderr.write(f"{error!r}\n")
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def recorded(home: Path) -> Counter[str]:
    """Roles whose answers the ledger holds."""
    with closing(sqlite3.connect(home / "ledger.sqlite")) as ledger:
        return Counter(json.loads(call)["role"] for (call,) in ledger.execute("SELECT call FROM calls"))


def killed_at(
    folder: Path, at: int, moment: str, digest: str, calls: Counter[str], *, knows_ids: bool
) -> dict[str, Any]:
    home = folder / f"kill-{at}"
    home.mkdir()
    died = in_child(lambda: decide(home, at, knows_ids=knows_ids))
    # A call that was under way when the process died has no answer on record: it alone may be made again.
    under_way = Counter(lines(home / "calls")) - recorded(home)
    resumed = in_child(lambda: decide(home, None, knows_ids=knows_ids))
    made = Counter(lines(home / "calls"))
    orders = Counter(lines(home / "book"))
    told = {
        "moment": moment,
        "died": died,
        "resumed": resumed,
        "same_digest": resumed == 0 and (home / "digest").read_text() == digest,
        "under_way": sorted(under_way),
        "repeated_calls": sorted(made - calls - under_way),
        "missing_calls": sorted(calls - made),
        "orders": len(orders),
        "repeated_orders": sum(count - 1 for count in orders.values()),
    }
    shutil.rmtree(home)
    return told


def main() -> None:
    folder, knows_ids = Path(sys.argv[1]), "--naive" not in sys.argv
    every = 1 if "--every" not in sys.argv else int(sys.argv[sys.argv.index("--every") + 1])
    whole = folder / "whole"
    whole.mkdir(parents=True)
    if in_child(lambda: decide(whole, None, knows_ids=knows_ids)):
        sys.exit("the run without a kill failed")
    digest, calls = (whole / "digest").read_text(), Counter(lines(whole / "calls"))
    for at, moment in enumerate((whole / "passed").read_text().splitlines()):
        if at % every == 0 or "order" in moment:
            told = killed_at(folder, at, moment, digest, calls, knows_ids=knows_ids)
            sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
