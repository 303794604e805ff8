"""What the doctor says of models: each once, on each server that should have it, with the next command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fks_agents.cli._checkup import Finding, _models
from fks_agents.settings import load
from tests.llm.conftest import FakeOllama, listening

pytestmark = [pytest.mark.real, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

Server = tuple[FakeOllama, str]


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    with listening() as first, listening() as second:
        for fake, _ in (first, second):
            fake.says('{"is_ready": true}', read=60)
            fake.pulled = ("tiny", "big")
        yield first, second


def found(home: Path, servers: tuple[Server, Server], **more: object) -> list[Finding]:
    addresses = tuple(address for _, address in servers)
    return list(_models(load(home=home, model="ollama:tiny", model_endpoints=addresses, **more)))


def test_a_model_is_looked_at_once_on_each_server(tmp_path: Path, servers: tuple[Server, Server]) -> None:
    told = found(tmp_path, servers)
    able = "llama 3.2B, context not told, schema yes, tools no, thinking no"
    assert [finding.detail for finding in told] == [
        f"ollama:tiny at {address} (quick, deep, judge): {able}" for _, address in servers
    ]
    assert all(finding.is_fine for finding in told)


def test_a_server_without_it_has_its_own_command(tmp_path: Path, servers: tuple[Server, Server]) -> None:
    (_, one), (second, two) = servers
    second.pulled = ()
    fine, missing = found(tmp_path, servers)
    assert (fine.is_fine, one in fine.detail) == (True, True)
    assert (missing.is_fine, missing.next) == (False, f"OLLAMA_HOST={two} ollama pull tiny")


def test_each_role_s_model_is_looked_at(tmp_path: Path, servers: tuple[Server, Server]) -> None:
    told = found(tmp_path, servers, model_deep="ollama:big", model_judge="rules")
    assert [finding.detail.partition(":tiny")[1] or "big" for finding in told] == [":tiny", ":tiny", "big", "big"]


def test_a_model_that_does_not_keep_to_a_schema_is_told(tmp_path: Path, servers: tuple[Server, Server]) -> None:
    (first, _), _ = servers
    first.says("I am ready.", read=60)
    broken, fine = found(tmp_path, servers)
    assert "does not keep to a JSON schema" in broken.detail
    assert (broken.is_fine, fine.is_fine) == (False, True)


def test_rules_need_nothing(tmp_path: Path) -> None:
    assert [(finding.detail, finding.is_fine) for finding in _models(load(home=tmp_path))] == [("rules", True)]
