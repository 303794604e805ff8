from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fks_agents.errors import RefusedError
from memory.ledger import Ledger
from memory.limits import LimitChange
from memory.strategies import Version

NOON = datetime(2018, 4, 20, 12, tzinfo=UTC)


def test_the_newest_word_on_each_limit_counts(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        assert ledger.limits.current() == {}
        for seen, limits in enumerate(({"max_position": 0.2, "max_drawdown": 0.1}, {"max_position": 0.1})):
            ledger.limits.change(LimitChange(limits=limits, by="ana", at=NOON, reason="quieter"), after=seen)
        late = LimitChange(limits={"max_position": 0.15}, by="bob", at=NOON, reason="a little less")
        with pytest.raises(RefusedError, match="changed meanwhile"):
            ledger.limits.change(late, after=1)
        assert ledger.limits.current() == {"max_position": 0.1, "max_drawdown": 0.1}
        assert [change.by for change in ledger.limits.log()] == ["ana", "ana"]


def test_versions_follow_one_another_and_a_deleted_one_keeps_them(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:

        def add(number: int, strategy: str | None) -> None:
            ledger.strategies.add(Version(name="mine", number=number, by="ana", at=NOON, strategy=strategy))

        add(1, "{}")
        with pytest.raises(RefusedError, match="changed meanwhile: 1 is not its next version"):
            add(1, "{}")
        assert [each.number for each in ledger.strategies.newest()] == [1]
        add(2, None)
        assert ledger.strategies.newest() == ()
        assert [each.number for each in ledger.strategies.of("mine")] == [1, 2]
