"""The secret sessions are signed with: strong or refused, made once, never told."""

from __future__ import annotations

from pathlib import Path

import pytest

from fks_agents.errors import ConfigError
from fks_agents.service.app import create_app
from fks_agents.service.auth.limits import Limiter
from fks_agents.service.auth.signing import signing_key
from fks_agents.service.problems import Problem
from fks_agents.settings import load

STRONG = "q8Zr2vLx0NfYw7Tb5KsHj3MdPc9GuE1a"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("short", "expected at least 32 bytes, was 5"),
        ("a" * 64, "bits of chance"),
        ("ab" * 32, "bits of chance"),
        ("my-secret-my-secret-my-secret-my-secret", "well-known word"),
        ("changeme-Zr2vLx0NfYw7Tb5KsHj3MdPc", "well-known word"),
    ],
)
def test_the_service_does_not_start_with_a_weak_secret(given: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=why) as refused:
        create_app(load(home=tmp_path).having(service_secret=given))
    assert given not in str(refused.value)


def test_a_strong_secret_is_taken_as_it_is(tmp_path: Path) -> None:
    assert signing_key(STRONG, tmp_path) == STRONG.encode()
    assert not (tmp_path / "service.key").exists()


def test_without_one_a_secret_is_made_once_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    made = signing_key("", tmp_path)
    assert (len(made), signing_key("", tmp_path)) == (32, made)
    assert (tmp_path / "service.key").stat().st_mode & 0o777 == 0o600


def test_a_broken_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "service.key").write_bytes(b"x")
    with pytest.raises(ConfigError, match=r"service\.key: expected 32 bytes, was 1"):
        signing_key("", tmp_path)


def test_who_asks_too_often_is_told_when_to_come_back() -> None:
    limiter = Limiter("2/minute")
    limiter.hit("ana")
    limiter.hit("ana")
    limiter.hit("bob")
    with pytest.raises(Problem, match="wait a little") as refused:
        limiter.hit("ana")
    assert (refused.value.status, int(refused.value.headers["Retry-After"]) <= 60) == (429, True)
