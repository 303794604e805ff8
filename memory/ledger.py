"""The ledger: everything that was decided, asked, ordered, filled and learned, in one database.

Each write is one transaction, on disk when the call returns; what cannot be written raises LedgerError.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import Self

from memory._database import Connections, Database, locate
from memory.allowances import Allowances
from memory.backtests import Backtests
from memory.calls import Calls
from memory.decisions import Decisions
from memory.halts import Halts
from memory.ideas import Ideas
from memory.identity import identity_of
from memory.jobs import Jobs
from memory.judgements import Judgements
from memory.labels import Labels
from memory.lessons import Lessons
from memory.limits import Limits
from memory.messages import Messages
from memory.notices import Notices
from memory.orders import Orders
from memory.paper import PaperAccounts
from memory.people import People
from memory.requests import Requests
from memory.results import Results
from memory.scans import Scans
from memory.strategies import Strategies
from memory.verdicts import Verdicts
from memory.watchlists import Watchlists


class Ledger:
    """Safe in several threads and beside other processes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.decisions = Decisions(database)
        self.calls = Calls(database)
        self.allowances = Allowances(database)
        self.orders = Orders(database)
        self.paper = PaperAccounts(database)
        self.results = Results(database)
        self.lessons = Lessons(database)
        self.judgements = Judgements(database)
        self.labels = Labels(database)
        self.verdicts = Verdicts(database)
        self.ideas = Ideas(database)
        self.halts = Halts(database)
        self.requests = Requests(database)
        self.people = People(database)
        self.limits = Limits(database)
        self.strategies = Strategies(database)
        self.notices = Notices(database)
        self.messages = Messages(database)
        self.backtests = Backtests(database)
        self.scans = Scans(database)
        self.watchlists = Watchlists(database)
        self.jobs = Jobs(database)

    @classmethod
    def open(cls, url_or_path: str | Path, *, busy_seconds: float = 10.0) -> Self:
        """Open, create or migrate the ledger at a SQLite file or SQLAlchemy URL, and write to it once.

        Raises ConfigError for an unusable URL, LedgerError where it cannot be written or is held by another process
        for longer than `busy_seconds`.
        """
        database = Database(locate(url_or_path), busy_seconds)
        try:
            database.prepare()
        except BaseException:
            database.close()
            raise
        return cls(database)

    @cached_property
    def identity(self) -> str:
        """What tells it from other ledgers; a copy has that of the original."""
        return identity_of(self._database)

    @property
    def connections(self) -> Connections:
        """Of this process."""
        return self._database.connections

    @property
    def is_on_server(self) -> bool:
        """Whether processes of other machines may work on it, too."""
        return self._database.is_on_server

    def alone(self, decision_id: str) -> AbstractContextManager[bool]:
        """Hold a decision on the server while the block runs; False where another process holds it."""
        return self._database.held(f"decision/{decision_id}")

    def sole(self, task: str) -> AbstractContextManager[bool]:
        """Hold a task that one process at a time does on a server; True, too, where the ledger is a file."""
        return self._database.held(f"task/{task}") if self.is_on_server else nullcontext(enter_result=True)

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *unused: object) -> None:
        self.close()
