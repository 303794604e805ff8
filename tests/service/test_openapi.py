"""The OpenAPI document is true: whatever is sent, what comes back is in it, and is no defect.

FKS_TEST_CASES says how many cases are sent; the default is what a quick run has time for.
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from traceback import format_exception
from typing import Any, NamedTuple

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, seed, settings as how, strategies as st
from hypothesis.errors import Unsatisfiable
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.generation import GenerationMode

from fks_agents.service.app import create_app
from fks_agents.service.auth import keys
from fks_agents.settings import load
from tests.service.conftest import AS_OF

_LOG = logging.getLogger(__name__)
CASES = int(os.environ.get("FKS_TEST_CASES", "300"))
STEPS = 12
"""Of one story."""
# Decisions that run beside make LangGraph draw from `random`, and hypothesis takes that for its own strategies' doing.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
OPEN = {"/v1/health", "/v1/ready"}
"""Routes that answer strangers."""
NOW = datetime(2026, 1, 2, tzinfo=UTC)
TOKEN = "hT5-kQ8wXz_3vBn7cRyL2mPa9dGf4sJu6eWo"


class Target(NamedTuple):
    app: FastAPI
    schema: Any
    key: str
    decision_id: str


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A service with real sign-in, one finished decision and one strategy."""
    fast = "1000000/second"
    app = create_app(
        load(
            home=tmp_path_factory.mktemp("openapi"),
            service_rate=fast,
            service_stranger_rate=fast,
            service_queue=50,
            service_webhook_token=TOKEN,
            service_webhook_sender_rate=fast,
            service_webhook_rate=fast,
        )
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        held = app.state.service
        whole, _ = keys.make(held.desk.ledger.people, "robot", "admin", by="test", at=NOW, expires_at=None)
        signed = {"Authorization": f"Bearer {whole}"}
        asked = {"symbol": "SPX", "as_of": AS_OF, "wait": True}
        decision_id = client.post("/v1/ai/analyze", json=asked, headers=signed).json()["id"]
        yield Target(app, schemathesis.openapi.from_asgi("/openapi.json", app), whole, decision_id)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("is_signed", [True, False])
def test_what_comes_back_is_documented(target: Target, mode: GenerationMode, is_signed: bool) -> None:
    operations = [found.ok() for found in target.schema.get_all_operations()]
    each = max(CASES // 4 // len(operations), 1)
    answered: Counter[int] = Counter()
    wrong = []
    for operation in operations:
        try:
            answered += sent(target, operation, mode, each, is_signed=is_signed)
        except Exception as error:  # the other routes are asked all the same
            wrong.append(f"{operation.label}: {''.join(format_exception(error))[-4_000:]}")
    _LOG.info("%s, signed in %s: %d cases, %s", mode.value, is_signed, answered.total(), sorted(answered.items()))
    assert not wrong, "\n\n".join(wrong)
    assert answered.total() >= each * len(operations) // 2, answered


@pytest.mark.parametrize("is_signed", [True, False])
def test_what_comes_back_is_documented_along_the_links_too(target: Target, is_signed: bool) -> None:
    """What one answer names is asked for next: read, cancelled, approved, deleted, in any order."""
    answered: Counter[int] = Counter()
    followed: Counter[str] = Counter()

    class Story(target.schema.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            """Its own key: a story may take away the one it uses."""
            people = target.app.state.service.desk.ledger.people
            key, _ = keys.make(people, "robot", "admin", by="test", at=NOW, expires_at=None)
            self.headers = {"Authorization": f"Bearer {key}"} if is_signed else {}

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            case.headers.pop("Authorization", None)
            case.cookies.clear()
            return {"headers": self.headers}

        def validate_response(self, response: Any, case: Any, **given: Any) -> None:
            del given
            answered[response.status_code] += 1
            if case.path not in OPEN and 200 <= response.status_code < 300:
                followed[case.operation.label] += 1
            case.validate_response(response, checks=CHECKS)
            if not is_signed and case.path not in OPEN:
                assert not 200 <= response.status_code < 300, case.as_curl_command()

    # One story at a time: what earlier ones left behind changes what the next may find.
    one = how(
        max_examples=1, stateful_step_count=STEPS, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    while answered.total() < CASES // 4:
        run_state_machine_as_test(Story, settings=one)
    _LOG.info("signed in %s: %s, %s", is_signed, sorted(answered.items()), followed.most_common())
    assert bool(followed) == is_signed


def test_an_answer_names_what_its_id_is_good_for(target: Target) -> None:
    links = target.schema.raw_schema["paths"]["/v1/ai/analyze"]["post"]["responses"]["202"]["links"]
    taken = {link["operationId"] for link in links.values()}
    assert len(taken) >= 9
    assert {tuple(link["parameters"].items()) for link in links.values()} == {(("decision_id", "$response.body#/id"),)}


def sent(target: Target, operation: Any, mode: GenerationMode, count: int, *, is_signed: bool) -> Counter[int]:
    answered: Counter[int] = Counter()
    headers = {"Authorization": f"Bearer {target.key}"} if is_signed else {}
    cases = operation.as_strategy(generation_mode=mode)

    @seed(7)
    @how(
        max_examples=count, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=cases, is_known=st.booleans())
    def send(case: Any, is_known: bool) -> None:
        if is_known and "decision_id" in (case.path_parameters or {}):
            case.path_parameters["decision_id"] = target.decision_id
        if is_known and is_signed and "token" in (case.path_parameters or {}):
            case.path_parameters["token"] = TOKEN
        case.headers.pop("Authorization", None)
        case.cookies.clear()
        response = case.call(headers=headers)
        answered[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)
        if not is_signed and case.path not in OPEN:
            assert not 200 <= response.status_code < 300, case.as_curl_command()

    try:
        send()
    except Unsatisfiable:  # what takes nothing cannot be asked wrongly
        assert mode is GenerationMode.NEGATIVE
    return answered
