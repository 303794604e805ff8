"""Two services on one Postgres server, each on a machine of its own, and alerts that reach both at the same moment."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.postgres import Server, served
from tests.service.webhook.conftest import Exchange, alert, serving, settings_in

pytestmark = pytest.mark.real

ALERTS, TIMES = 12, 4


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with served() as found:
        yield found


def test_each_alert_is_decided_once(server: Server, tmp_path: Path) -> None:
    book, url = Exchange(), server.fresh()
    here, there = (settings_in(tmp_path / home, database_url=url, memory=False) for home in ("here", "there"))
    with serving(here, book) as first, serving(there, book) as second, ThreadPoolExecutor(8) as pool:
        bodies = [json.dumps(alert(id=f"a{n}", price=2_480 + 4 * n)) for n in range(ALERTS) for _ in range(TIMES)]
        replicas = [(first, second)[n % 2] for n in range(len(bodies))]
        answers = list(pool.map(lambda replica, body: replica.post(body), replicas, bodies))
        codes = Counter(answer.status_code for answer in answers)
        assert codes == {202: ALERTS, 200: ALERTS * (TIMES - 1)}, [answer.text for answer in answers]
        decisions = {answer.json()["alert"]: answer.json()["id"] for answer in answers}
        assert len({answer.json()["id"] for answer in answers}) == len(decisions) == ALERTS
        for decision_id in decisions.values():
            assert first.cycle(decision_id).status == "working"
    assert len(book.sent) == ALERTS
    assert len(set(book.entries())) == ALERTS
