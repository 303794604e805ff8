from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fks_agents.catalogue import View
from fks_agents.contracts import AccountView, CalendarEvent, Document, Headline, Snapshot
from fks_agents.settings import Settings
from graphs.opening import open_desk

AS_OF = datetime(2018, 4, 20, 20, tzinfo=UTC)


@pytest.fixture(scope="session")
def taken(tmp_path_factory: pytest.TempPathFactory) -> View:
    """The sample's snapshot of 20 April 2018 with words from outside, and the bars behind it."""
    home = tmp_path_factory.mktemp("catalogue")
    with open_desk(Settings(home=home)) as desk:
        seen = desk.look("SPX", as_of=AS_OF)
        bars = desk.store.bars(seen.bars[0].digest)
    return View(with_words(seen), (bars,))


def with_words(seen: Snapshot, text: str = "Stocks rally in Tokyo") -> Snapshot:
    hour = timedelta(hours=1)
    return seen.model_copy(
        update={
            "headlines": (Headline(id="H1", text=text, published_at=AS_OF - hour, source="wire"),),
            "documents": (Document(id="D1", text=f"{text}. Yields climb.", published_at=AS_OF - hour, source="wire"),),
            "calendar": (CalendarEvent(name=text, at=AS_OF + hour, importance="high"),),
            "account": AccountView(equity=100_000.0, cash=100_000.0),
        }
    )
