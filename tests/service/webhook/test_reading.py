"""What is an alert and what is none: JSON, numbers, times, intervals, texts. Each refusal names its field."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fks_agents.service.problems import Problem
from fks_agents.service.webhook.alert import INTERVALS, Alert
from fks_agents.service.webhook.reading import MOST_BYTES, parsed, read
from tests.service.webhook.conftest import NOW, alert

FUZZ = Path(__file__).resolve().parents[4] / "shared" / "data" / "fuzz"


def taken(**said: Any) -> Alert:
    return read(parsed(json.dumps(alert(**said)).encode()))


def refused(body: str | bytes | dict[str, Any]) -> Problem:
    raw = json.dumps(body).encode() if isinstance(body, dict) else body.encode() if isinstance(body, str) else body
    with pytest.raises(Problem) as told:
        read(parsed(raw))
    return told.value


NOT_JSON = [
    b"", b" ", b"{", b"}", b"[", b'{"id"', b'{"id":', b'{"id": 1,}', b"{'id': 1}", b'{"id": 1} trailing', b'{"id": 01}',
    b'{"id": +1}', b'{"id": .5}', b'{"id": 1.}', b'{"id": 0x1}', b'{"id": 1e}', b'{"id": tru}', b'{"id": True}',
    b'{"id": None}', b'{"id": nan}', b'{"id": "a\nb"}', b'{"id": "\\x41"}', b'{"id": "\\u12"}', b'{"id": "a}',
    b'{"id": "\xff"}', b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b'{"id": 1}{"id": 2}', b'{id: 1}', b'{"id" 1}',
    b'{"price": 2,500.10}', b"/* c */ {}", b'{"id": 1 // c\n}', b"buy SPX now", b"\x00", b"{}\x00",
]  # fmt: skip


@pytest.mark.parametrize("body", NOT_JSON)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    assert refused(body).status == 400


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"1", b"-0.5e3", b"true", b"null", b'[{"id": 1}]', b"NaN"])
def test_json_that_is_no_object_is_refused_as_such(body: bytes) -> None:
    problem = refused(body)
    assert (problem.status, problem.errors[0].expected) == (422, "expected one JSON object")


def test_a_field_that_comes_twice_is_refused_and_named() -> None:
    problem = refused('{"symbol": "SPX", "action": "buy", "action": "sell"}')
    assert (problem.status, problem.detail) == (422, "action: expected each field once, was given twice")


def test_long_and_deep_bodies_are_refused() -> None:
    assert refused(b'{"comment": "' + b"x" * MOST_BYTES + b'"}').status == 413
    deep = b'{"comment": ' + b"[" * 65 + b"]" * 65 + b"}"
    assert refused(deep).status == 400


NUMBERS = {
    "2670.14": 2670.14, "0.5": 0.5, "1e3": 1000.0, "1E+3": 1000.0, "25e-1": 2.5, "007": 7.0, "1000000000000": 1e12,
    "12345678901.123456789": 12345678901.123457,
}  # fmt: skip
NO_NUMBERS: list[Any] = [
    "NaN", "nan", "null", "", " ", "Infinity", "-inf", "2,670.14", "2 670.14", "2670.14 USD", "$2670", "2670,14", "+1",
    ".5", "1.", "0x10", "1_000", "1e999", "9" * 30, "٢٦٧٠", "２６７０", "²", "1e", "--1", "{{close}}", "0", "-5", "0.0",
    "1000000000001", "2670.14\n", None, True, False, [], {}, ["1"], {"a": 1},
]  # fmt: skip


@pytest.mark.parametrize("text", NUMBERS)
@pytest.mark.parametrize("field", ["price", "stop"])
def test_numbers_are_read_with_and_without_quotes(field: str, text: str) -> None:
    assert getattr(taken(**{field: text}), field) == NUMBERS[text]
    if text != "007":
        unquoted = json.dumps(alert()).removesuffix("}") + f', "{field}": {text}}}'
        assert getattr(read(parsed(unquoted.encode())), field) == NUMBERS[text]


@pytest.mark.parametrize("value", NO_NUMBERS, ids=repr)
@pytest.mark.parametrize("field", ["price", "stop", "targets"])
def test_what_is_no_price_is_refused_and_named(field: str, value: Any) -> None:
    if field == "targets" and value == ["1"]:
        return
    problem = refused(alert() | {field: value})
    assert problem.status == 422
    assert problem.errors[0].field.split(".")[0] == field
    assert problem.errors[0].was


@pytest.mark.parametrize("token", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("field", ["price", "targets", "time", "id", "symbol", "comment", "action", "interval"])
def test_bare_nan_is_refused_in_every_field(field: str, token: str) -> None:
    rest = {name: value for name, value in alert().items() if name != field}
    problem = refused(json.dumps(rest).removesuffix("}") + f', "{field}": {token}}}')
    assert (problem.status, problem.errors[0].field.split(".")[0]) == (422, field)


def test_targets_are_one_or_up_to_three() -> None:
    assert taken(targets=2700).targets == (2700.0,)
    assert taken(targets=["2700", 2750, "2.8e3"]).targets == (2700.0, 2750.0, 2800.0)
    assert refused(alert(targets=[1, 2, 3, 4])).errors[0].field == "targets"
    problem = refused(alert(targets=[2700, "NaN"]))
    assert (problem.errors[0].field, problem.errors[0].was) == ("targets.1", "'NaN'")


def test_prices_on_the_wrong_side_are_refused_and_named() -> None:
    assert refused(alert(price=100, stop=100)).detail == "stop: expected below the price 100 of a buy, was 100"
    assert refused(alert(action="sell", price=100, stop=99)).errors[0].field == "stop"
    assert refused(alert(price=100, stop=99, targets=[101, 100])).errors[0].field == "targets.1"
    assert taken(action="sell", price=100, stop=101, targets=99).stop == 101.0


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2026-01-02T15:00:00Z", NOW), ("2026-01-02T16:00:00+01:00", NOW), (int(NOW.timestamp()), NOW),
        (str(int(NOW.timestamp())), NOW), (int(NOW.timestamp()) * 1000, NOW), (NOW.timestamp() + 0.5, None),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_times_are_iso_or_seconds_or_milliseconds(written: object, read_as: datetime | None) -> None:
    assert taken(time=written).time == (read_as or datetime(2026, 1, 2, 15, 0, 0, 500_000, tzinfo=UTC))


@pytest.mark.parametrize(
    "value",
    [
        "", "now", "{{timenow}}", "2026-01-02", "2026-01-02T15:00:00", "2026-13-02T15:00:00Z", "0001-01-01T00:00:00Z",
        "99999999999", "-1", -1, "NaN", 1e300, None, True, [], "12:00", "2026-01-02T15:00:00Z ", "１７６７３６６０００",
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_time_is_refused_and_named(value: Any) -> None:
    problem = refused(alert() | {"time": value})
    assert (problem.status, problem.errors[0].field) == (422, "time")


@pytest.mark.parametrize(("word", "timeframe"), INTERVALS.items())
def test_intervals_are_read_as_tradingview_says_them(word: str, timeframe: str) -> None:
    assert taken(interval=word).interval == timeframe
    if word.isdigit():
        assert taken(interval=int(word)).interval == timeframe


@pytest.mark.parametrize(
    "word", ["1M", "M", "3", "1D ", "d", "", "1H", "720", 2, None, True, ["D"], "S", "{{interval}}"]
)
def test_other_intervals_are_refused(word: Any) -> None:
    assert refused(alert() | {"interval": word}).errors[0].field == "interval"


@pytest.mark.parametrize("action", ["buy", "SELL", "Buy"])
def test_an_action_may_be_written_in_capitals(action: str) -> None:
    assert taken(action=action).action == action.lower()


@pytest.mark.parametrize(
    "action", ["close", "hold", "long", "", "buy ", "buy\n", None, True, 1, ["buy"], "{{strategy.order.action}}"]
)
def test_other_actions_are_refused(action: Any) -> None:
    assert refused(alert() | {"action": action}).errors[0].field == "action"


@pytest.mark.parametrize("field", ["id", "symbol", "comment"])
@pytest.mark.parametrize("value", [None, True, [], {}, "\ud800", "x" * 2_001], ids=lambda value: repr(value)[:12])
def test_texts_are_texts_of_a_length_that_can_be_kept(field: str, value: Any) -> None:
    assert refused(alert() | {field: value}).errors[0].field == field


@pytest.mark.parametrize("value", ["", " ", "a\nb", "a\x00b", "\x7f", "x" * 129])
def test_an_id_is_a_line(value: str) -> None:
    assert refused(alert(id=value)).errors[0].field == "id"


@pytest.mark.parametrize("field", ["quantity", "size", "leverage", "mode", "approved", "conviction", "risk", "qty"])
def test_what_an_alert_may_not_say_is_refused_by_name(field: str) -> None:
    problem = refused(alert() | {field: 1})
    assert (problem.errors[0].field, problem.errors[0].was) == (field, "given")


def test_every_fault_is_told() -> None:
    problem = refused(alert(price="NaN", action="close", symbol="", token="x", time=None))
    assert {each.field for each in problem.errors} == {"price", "action", "symbol", "token", "time"}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"comment": "a hunter2hunter2"}, "comment"), ({"id": "hunter2hunter2"}, "id"), ({"hunter2hunter2": 1}, "body"),
        ({"token": "hunter2hunter2"}, "body"), ({"targets": [1, {"a": ["hunter2hunter2"]}]}, "targets"),
    ],
)  # fmt: skip
def test_a_secret_in_another_field_is_refused_and_not_shown(said: dict[str, Any], field: str) -> None:
    with pytest.raises(Problem) as told:
        read(parsed(json.dumps(alert() | said).encode()), ("hunter2hunter2",))
    assert [each.field for each in told.value.errors] == [field]
    assert "hunter2" not in f"{told.value.detail}{told.value.errors}"


def test_a_field_name_of_half_a_pair_can_be_answered() -> None:
    assert refused('{"\\ud800": 1}').errors[-1].field.encode()
    assert refused('{"\\ud800": 1, "\\ud800": 2}').errors[0].field == "\\ud800"


# --- larger sets, where they are ---


def suite() -> list[Any]:
    path = FUZZ / "jsontestsuite.jsonl.gz"
    if not path.is_file():
        return [pytest.param(b"", "", marks=pytest.mark.skip(reason="the set of JSON texts is not here"))]
    rows = [json.loads(line) for line in gzip.decompress(path.read_bytes()).decode().splitlines()]
    return [pytest.param(base64.b64decode(row["b64"]), row["expect"], id=row["name"]) for row in rows]


@pytest.mark.parametrize(("body", "expect"), suite())
def test_json_is_what_the_suite_says_it_is(body: bytes, expect: str) -> None:
    """None is an alert. What is JSON is refused for what it says, what is not JSON as such."""
    problem = refused(body)
    is_called_json = problem.status == 422
    assert problem.status in (400, 413, 422)
    if expect == "accept":
        assert is_called_json
    if expect == "refuse":
        # NaN and Infinity are read so far that the field can be named.
        assert not is_called_json or b"NaN" in body or b"Infinity" in body


def naughty() -> list[Any]:
    path = FUZZ / "blns.json"
    if not path.is_file():
        return [pytest.param("", marks=pytest.mark.skip(reason="the set of naughty texts is not here"))]
    return [pytest.param(text, id=str(n)) for n, text in enumerate(json.loads(path.read_text("utf-8")))]


@pytest.mark.parametrize("text", naughty())
def test_a_naughty_text_is_a_comment_or_an_id_and_nothing_else(text: str) -> None:
    assert taken(comment=text).comment == text
    is_line = bool(text.strip()) and len(text) <= 128 and not any(ord(c) < 32 or ord(c) == 127 for c in text)
    if is_line:
        assert taken(id=text).key == text
    else:
        assert refused(alert(id=text)).errors[0].field == "id"
    for field in ("action", "interval", "time"):
        if (field, text) != ("interval", "1"):
            assert _outcome(field, text) in ("refused", "epoch")
    for field in ("price", "stop", "targets"):
        assert _outcome(field, text) in ("refused", "number")


def _outcome(field: str, text: str) -> str:
    """`refused` by that field's name; else what it was read as, which its text must then be, plainly."""
    body = alert() | {field: text}
    try:
        read(parsed(json.dumps(body).encode()))
    except Problem as problem:
        return "refused" if [each.field.split(".")[0] for each in problem.errors] == [field] else str(problem)
    assert text.isascii()
    float(text)
    return "epoch" if field == "time" else "number"
