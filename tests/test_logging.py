from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from fks_agents import _logging


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers = list(root.handlers)
    yield
    root.handlers = handlers
    structlog.reset_defaults()


def test_lines_are_json_on_stderr_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    _logging.configure("info")
    structlog.get_logger().info("asked", tokens=812)
    out, err = capsys.readouterr()
    assert out == ""
    line = json.loads(err)
    assert (line["event"], line["tokens"], line["level"]) == ("asked", 812, "info")


def test_lines_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    _logging.configure("warning")
    structlog.get_logger().info("asked")
    assert capsys.readouterr().err == ""


def test_what_libraries_log_is_cleaned_too_and_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    _logging.configure("warning")
    _logging.configure("warning")
    logging.getLogger("some.library").warning("retrying with key %s", "sk-abcdEFGH1234567890abcd")
    [line] = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "retrying with key [redacted]"
    assert json.loads(line)["logger"] == "some.library"


def test_an_exception_is_logged_without_its_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    _logging.configure("error")
    try:
        int("postgresql://fks:hunter2@db/fks")
    except ValueError:
        structlog.get_logger().error("failed", exc_info=True)
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "hunter2" not in err
