from __future__ import annotations

from collections.abc import Callable

from tests.cli.conftest import Ran


def test_scans_are_measured_at_several_closes(fks: Callable[..., Ran]) -> None:
    ran = fks("bench", "scan", "--symbols", "2", "--closes", "2", "--json")
    assert ran.code in (0, 6)
    assert [each["open_before"] for each in ran.json["scans"]] == [0, 2]
    assert all(sum(each["statuses"].values()) == 2 for each in ran.json["scans"])
    assert all(each["seconds"] > 0 < each["cpu_seconds"] for each in ran.json["scans"])
