"""Forged and worn-out tokens: none opens any route."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi.testclient import TestClient

from fks_agents.service.auth.tokens import ALGORITHM, AUDIENCE, ISSUER, TYPE
from tests.service.auth.conftest import PASSWORD


def now() -> datetime:
    """When it is asked: what was made at the start of a long run of tests would have expired."""
    return datetime.now(UTC)  # noqa: TID251  the service compares with the clock on the wall


def claims(**changes: Any) -> dict[str, Any]:
    made = int(now().timestamp())
    whole = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "root", "ver": 1, "jti": "forged", "csrf": "x",
        "iat": made, "nbf": made - 5, "exp": made + 600,
    }  # fmt: skip
    return {name: value for name, value in (whole | changes).items() if value is not None}


def raw(header: dict[str, Any], payload: dict[str, Any], signature: bytes = b"") -> str:
    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    return ".".join((part(json.dumps(header).encode()), part(json.dumps(payload).encode()), part(signature)))


def _hs512(key: bytes) -> str:
    unsigned = raw({"alg": "HS512", "typ": TYPE}, claims()).rpartition(".")[0]
    seal = hmac.digest(key, unsigned.encode(), "sha512")
    return f"{unsigned}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"


def signed(key: bytes | str, header: dict[str, Any] | None = None, **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, ALGORITHM, headers={"typ": TYPE} | (header or {}))


PRIVATE = rsa.generate_private_key(65537, 2048)
WRONG = b"w" * 32
PAST, FUTURE = (int((now() + timedelta(days=days)).timestamp()) for days in (-1, 1))

ATTACKS: dict[str, Callable[[bytes], str]] = {
    **{
        f"alg {name}": lambda key, name=name: raw({"alg": name, "typ": TYPE}, claims())  # type: ignore[misc]
        for name in ("none", "None", "NONE", "nOnE")
    },
    "alg missing": lambda key: raw({"typ": TYPE}, claims()),
    "alg none, signed": lambda key: raw({"alg": "none", "typ": TYPE}, claims(), b"sig"),
    "wrong key": lambda key: signed(WRONG),
    "empty key": lambda key: raw({"alg": "HS256", "typ": TYPE}, claims(), b""),
    "RS256 by a key of theirs": lambda key: jwt.encode(claims(), PRIVATE, "RS256", headers={"typ": TYPE}),
    "other HMAC": lambda key: _hs512(key),
    "embedded jwk": lambda key: signed(WRONG, {"jwk": {"kty": "oct", "k": base64.urlsafe_b64encode(WRONG).decode()}}),
    "jku": lambda key: signed(WRONG, {"jku": "https://evil.example/keys"}),
    "x5u": lambda key: signed(WRONG, {"x5u": "https://evil.example/cert"}),
    "kid path": lambda key: signed(WRONG, {"kid": "../../../dev/null"}),
    "kid sql": lambda key: signed(WRONG, {"kid": "x' UNION SELECT 'k"}),
    "extra header, right key": lambda key: signed(key, {"kid": "1"}),
    "crit": lambda key: signed(key, {"crit": ["exp"]}),
    "typ JWT": lambda key: signed(key, {"typ": "JWT"}),
    "expired": lambda key: signed(key, exp=PAST),
    "not yet": lambda key: signed(key, nbf=FUTURE, exp=FUTURE + 60),
    "no exp": lambda key: signed(key, exp=None),
    "no nbf": lambda key: signed(key, nbf=None),
    "no sub": lambda key: signed(key, sub=None),
    "no jti": lambda key: signed(key, jti=None),
    "other audience": lambda key: signed(key, aud="other"),
    "other issuer": lambda key: signed(key, iss="other"),
    "exp as text": lambda key: signed(key, exp="9999999999"),
    "exp as float": lambda key: signed(key, exp=FUTURE + 0.5),
    "exp beyond reason": lambda key: signed(key, exp=10**18),
    "other version": lambda key: signed(key, ver=2),
    "nobody": lambda key: signed(key, sub="nobody"),
    "extra claim": lambda key: signed(key, role="admin"),
    "one megabyte": lambda key: signed(key, sub="a" * 1_000_000),
    "no dots": lambda key: "abc",
    "four parts": lambda key: signed(key) + ".x",
    "not base64": lambda key: "%%%.%%%.%%%",
    "header is a list": lambda key: raw([], claims()),  # type: ignore[arg-type]
    "payload is a list": lambda key: raw({"alg": "HS256", "typ": TYPE}, []),  # type: ignore[arg-type]
    "null bytes": lambda key: "\x00.\x00.\x00".encode("unicode_escape").decode(),
}


@pytest.fixture(scope="module")
def key(client: TestClient) -> bytes:
    found: bytes = client.app.state.guard.tokens.key  # type: ignore[attr-defined]
    return found


def test_a_token_like_these_that_is_whole_opens(client: TestClient, key: bytes) -> None:
    """The control: what the attacks are made of is good where nothing is wrong with it."""
    assert client.get("/v1/auth/me", headers={"Authorization": f"Bearer {signed(key)}"}).json()["name"] == "root"


def test_there_are_as_many_attacks_as_were_promised() -> None:
    assert len(ATTACKS) >= 32


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_forged_token_opens_any_route(attack: str, client: TestClient, key: bytes) -> None:
    token = ATTACKS[attack](key)
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        if path in ("/v1/health", "/v1/ready", "/v1/auth/login"):
            continue
        for method in operations:
            concrete = path.replace("{decision_id}", "abcd").replace("{key_id}", "0" * 16).replace("{name}", "ana")
            answer = client.request(
                method, concrete, headers={"Authorization": f"Bearer {token}"}, json={"reason": "x"}
            )
            # No session opens a webhook; none is set up here, and that is all anybody is told.
            refusals = (404,) if path.startswith("/v1/webhook/") else (401, 422)
            assert answer.status_code in refusals, (attack, method, path, answer.status_code)
            assert answer.status_code != 422 or method in ("post", "patch", "put")
    assert client.cookies.get("fks_session") is None


@pytest.mark.parametrize(
    "scheme", ["Basic cm9vdDpyb290", "Bearer", "bearer fks_", "Bearer fks_0000000000000000_x", "Token x"]
)
def test_other_ways_to_ask_are_refused(scheme: str, client: TestClient) -> None:
    answer = client.get("/v1/runs", headers={"Authorization": scheme})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_password_is_never_told_again(client: TestClient) -> None:
    answer = client.post("/v1/auth/login", json={"name": "ana", "password": PASSWORD, "stray": PASSWORD})
    assert answer.status_code == 422
    assert PASSWORD not in answer.text
