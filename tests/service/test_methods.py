"""A method that a path has not is refused with those that it has, as the API's description says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from fks_agents.service.app import create_app
from fks_agents.settings import load

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return create_app(load(home=tmp_path_factory.mktemp("home")))


def at(paths: dict[str, Any], path: str) -> set[str]:
    """The methods of all described paths that an address fits."""
    address = re.sub(r"\{\w+\}", "abc", path)
    return {
        method.upper()
        for other, operations in paths.items()
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", other), address)
        for method in operations
    }


@pytest.mark.parametrize("version", ["/v1", ""])
def test_a_method_that_is_not_there_is_told_those_that_are(app: FastAPI, version: str) -> None:
    paths = app.openapi()["paths"]
    several = 0
    with TestClient(app, raise_server_exceptions=False) as client:
        for path in paths:
            there = at(paths, path)
            several += len(there) > 1
            address = version + re.sub(r"\{\w+\}", "abc", path).removeprefix("/v1")
            for method in set(METHODS) - there:
                answer = client.request(method, address)
                told = (answer.status_code, answer.headers.get("content-type"), answer.headers.get("Allow"))
                assert told == (405, "application/problem+json", ", ".join(sorted(there))), (method, address)
    assert several >= 9  # where the first route alone would not tell the truth


def test_every_operation_says_so(app: FastAPI) -> None:
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            refused = operation["responses"]["405"]
            assert set(refused["headers"]) == {"Allow"}, (method, path)
            assert set(refused["content"]) == {"application/problem+json"}, (method, path)


def test_an_unknown_path_is_not_found_by_any_method(app: FastAPI) -> None:
    with TestClient(app, raise_server_exceptions=False) as client:
        assert {client.request(method, "/v1/nowhere").status_code for method in METHODS} == {404}
