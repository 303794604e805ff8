"""A process that forks servers of the desk, so that one can be killed and another is there a moment later.

Run as `python -m tests.chaos.serving` by `tests.chaos.killing.Servers`: one plan a line on stdin, one process id a line
on stdout. It never has a second thread and never opens a ledger: what a server needs it opens after the fork.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import uvicorn

from fks_agents.contracts import AccountView, OrderIntent, Receipt
from fks_agents.deps import Call, ChatModel, ChatRole
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.policy import Unattended, shipped
from fks_agents.service.app import create_app
from fks_agents.service.runner import Runner
from fks_agents.settings import Settings, load
from graphs.desk import Desk
from graphs.opening import open_desk
from graphs.trading import build  # noqa: F401  what a server would import after the fork
from memory.ledger import Ledger
from tests.graphs.killing import append, lines
from tests.graphs.scripts import honest
from tests.service.conftest import signed

POINTS = (
    "before the admission", "after the admission", "before the answer", "after the answer", "before it is begun",
    "before the first step is kept", "after the first step is kept", "before the first event",
)  # fmt: skip
"""Between a request and the first node of its decision, in their order."""

AROUND_ORDERS = ("before the order", "after the order")


@dataclass(frozen=True)
class Plan:
    """One server. `folder` is shared: the exchange's book and the log of model calls lie there."""

    folder: str
    home: str
    port: int
    database_url: str = ""
    asks_above: float = 1.0
    """Risk of a trade above which a person is asked."""
    is_modelled: bool = False
    """Scripted models speak, and each call is logged with the process that made it."""
    dies_at: str = ""
    """One of POINTS, or of those around orders."""
    forgets: bool = False
    """The exchange takes a known order again: a control."""
    recovers: bool = True
    """Without it, what was left unfinished is left alone: a control."""
    has_lock: bool = True
    """Without it, replicas do not see one another's locks: a control."""

    @property
    def settings(self) -> Settings:
        policy = shipped().model_copy(update={"unattended": Unattended(below_risk=self.asks_above)})
        given = {"model": "scripted:all", "call_cache": False} if self.is_modelled else {}
        return load(home=Path(self.home), database_url=self.database_url, memory=False, min_conviction=0.5).having(
            policy=policy, service_rate="100000/second", **given
        )


class Failpoint:
    """Ends the process where it was set to, and writes down that it did."""

    def __init__(self, folder: Path, at: str) -> None:
        self._folder, self._at, self._lock = folder, at, Lock()

    def pass_by(self, point: str) -> None:
        if point and point == self._at:
            with self._lock:
                append(self._folder / "kills", point)
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, work: Callable[..., Any], before: str, after: str = "") -> Callable[..., Any]:
        def passed(*given: Any, **named: Any) -> Any:
            self.pass_by(before)
            done = work(*given, **named)
            self.pass_by(after)
            return done

        return passed


class Exchange:
    """An order book that outlives every server; it answers a known order as before."""

    def __init__(self, folder: Path, failpoint: Failpoint, *, forgets: bool = False) -> None:
        self._book, self._lock = folder / "book", folder / "lock"
        self._failpoint, self._forgets = failpoint, forgets

    def account(self, symbol: str, as_of: datetime) -> AccountView:
        del symbol, as_of
        return AccountView(equity=100_000.0, cash=100_000.0)

    def known(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...] | None:
        book = set(lines(self._book))
        return _working(bracket) if all(intent.client_order_id in book for intent in bracket) else None

    def place(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...]:
        with self._lock.open("a") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            self._failpoint.pass_by(AROUND_ORDERS[0])
            book = set() if self._forgets else set(lines(self._book))
            for intent in bracket:
                if intent.client_order_id not in book:
                    append(self._book, intent.client_order_id)
            self._failpoint.pass_by(AROUND_ORDERS[1])
        return _working(bracket)


def _working(bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...]:
    return tuple(Receipt(client_order_id=intent.client_order_id, status="working") for intent in bracket)


def opened(plan: Plan, failpoint: Failpoint) -> Desk:
    folder = Path(plan.folder)

    def say(call: Call) -> str:
        asked = sha256("".join(message.text for message in call.messages).encode()).hexdigest()[:16]
        append(folder / "calls", f"{os.getpid()} {call.role} {asked}")
        return honest(call)

    chat = ScriptedChat(say)
    chats: dict[ChatRole, ChatModel | None] = {"quick": chat, "deep": chat}
    desk = open_desk(
        plan.settings,
        chats=chats if plan.is_modelled else None,
        broker=lambda account, of: Exchange(folder, failpoint, forgets=plan.forgets),
    )
    decisions, requests, checkpoints = desk.ledger.decisions, desk.ledger.requests, desk.checkpoints
    decisions.admit = failpoint.around(decisions.admit, POINTS[0], POINTS[1])  # type: ignore[method-assign]
    requests.tell = failpoint.around(requests.tell, POINTS[7])  # type: ignore[method-assign]

    def trapped() -> Any:
        failpoint.pass_by(POINTS[4])
        saver = checkpoints()
        saver.put = failpoint.around(saver.put, POINTS[5], POINTS[6])  # type: ignore[method-assign]
        return saver

    return replace(desk, checkpoints=trapped)


def answering(app: Callable[..., Awaitable[None]], failpoint: Failpoint) -> Callable[..., Awaitable[None]]:
    """The application, with failpoints before and after a request for a decision is answered."""

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        is_request = scope["type"] == "http" and scope["path"].endswith("/analyze")

        async def sent(message: Any) -> None:
            if is_request and message["type"] == "http.response.start":
                failpoint.pass_by(POINTS[2])
            await send(message)
            if is_request and message["type"] == "http.response.body" and not message.get("more_body"):
                failpoint.pass_by(POINTS[3])

        await app(scope, receive, sent)

    return asked


class Prepared:
    """An application that is built before the fork, which takes longer than all the rest."""

    def __init__(self, settings: Settings) -> None:
        self._plan, self._failpoint = Plan("", "", 0), Failpoint(Path(), "")
        self._app = create_app(settings, open_with=lambda _: opened(self._plan, self._failpoint), guard=signed)

    def serve(self, plan: Plan) -> None:
        self._plan, self._failpoint = plan, Failpoint(Path(plan.folder), plan.dies_at)
        if not plan.recovers:
            Runner.recover = lambda *unused, **named: None  # type: ignore[method-assign]
        if not plan.has_lock:
            Ledger.is_on_server = property(lambda _: False)  # type: ignore[method-assign, assignment]
        app = answering(self._app, self._failpoint)
        uvicorn.run(app, host="127.0.0.1", port=plan.port, log_level="warning", lifespan="on")


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a killed server
    prepared: dict[Settings, Prepared] = {}
    for line in sys.stdin:
        plan = Plan(**json.loads(line))
        if plan.settings not in prepared:
            prepared[plan.settings] = Prepared(plan.settings)
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                prepared[plan.settings].serve(plan)
            except BaseException as error:  # the child must not run the parent's code
                sys.stderr.write(f"{error!r}\n")
                sys.stderr.flush()
                os._exit(1)
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def as_line(plan: Plan) -> str:
    return json.dumps(asdict(plan)) + "\n"


if __name__ == "__main__":
    main()
