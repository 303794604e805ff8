"""A chat client talks to a desk: OpenAI's own client where it is there, else what it sends."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from fks_agents.errors import UsageError
from fks_agents.service.app import create_app
from fks_agents.service.reading import read
from fks_agents.settings import Settings, load
from tests.service.conftest import AS_OF, signed

ASKED = f"What about SPX 1d {AS_OF}?"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    app = create_app(load(home=tmp_path_factory.mktemp("chat")), guard=signed)
    with TestClient(app, headers={"X-Person": "ana/trader"}, raise_server_exceptions=False) as client:
        yield client


def test_the_official_client_is_told_the_decision(desk: TestClient) -> None:
    openai = pytest.importorskip("openai", reason="OpenAI's client is not installed")
    client = openai.OpenAI(
        base_url="http://testserver/v1", api_key="unused", http_client=desk, default_headers={"X-Person": "ana/trader"}
    )
    assert [model.id for model in client.models.list()] == ["fks-desk"]
    messages = [{"role": "system", "content": "You are NDX."}, {"role": "user", "content": ASKED}]
    whole = client.chat.completions.create(model="fks-desk", messages=messages, temperature=0.2)
    said = whole.choices[0].message.content
    assert said.splitlines()[0].startswith("SPX"), said
    assert ("sell" in said, whole.usage.total_tokens) == (True, 0)
    pieces = list(client.chat.completions.create(model="fks-desk", messages=messages, stream=True))
    streamed = "".join(piece.choices[0].delta.content or "" for piece in pieces)
    assert (pieces[0].choices[0].delta.role, pieces[-1].choices[0].finish_reason) == ("assistant", "stop")
    assert without_id(streamed) == without_id(said)
    with pytest.raises(openai.NotFoundError, match="unknown model 'gpt-9'"):
        client.chat.completions.create(model="gpt-9", messages=messages)


def without_id(text: str) -> str:
    """Two decisions about one moment differ in their ids, and in how long they took."""
    return "\n".join(line for line in text.splitlines() if not line.startswith(("decision ", "took ")))


def told(desk: TestClient, content: object) -> str:
    body = {"model": "fks-desk", "messages": [{"role": "user", "content": content}]}
    answer = desk.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    found: str = answer.json()["choices"][0]["message"]["content"]
    return found


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("hello", "Name one symbol"),
        ("SPX 1d 1w", "more than one timeframe"),
        ("SPX on 2018-04-20", "say the moment too"),
        ("SPX 2018-04-20T99:00:00Z", "expected a time like"),
        ("SPX 1990-04-20T20:00:00Z", "SPX"),
        ([{"type": "text", "text": "SPX"}, {"type": "text", "text": "2999-01-01T00:00:00Z"}], "1900 and 2200"),
    ],
)
def test_what_can_be_put_right_is_told_in_words(desk: TestClient, content: object, part: str) -> None:
    before = desk.get("/v1/runs").json()
    said = told(desk, content)
    assert part in said
    assert "digest " not in said
    assert desk.get("/v1/runs").json() == before


def test_a_refusal_can_be_streamed_too(desk: TestClient) -> None:
    body = {"model": "fks-desk", "stream": True, "messages": [{"role": "user", "content": "hello"}]}
    answer = desk.post("/v1/chat/completions", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "Name one symbol" in answer.text
    assert answer.text.endswith("data: [DONE]\n\n")


def test_what_is_no_conversation_is_refused(desk: TestClient) -> None:
    for body in ({"model": "fks-desk"}, {"model": "fks-desk", "messages": []},
                 {"model": "fks-desk", "messages": [{"role": "system", "content": "SPX"}]}):  # fmt: skip
        assert desk.post("/v1/chat/completions", json=body).status_code == 422
    words = {"model": "fks-desk", "messages": [{"role": "user", "content": "SPX"}]}
    viewer = {"X-Person": "eve/viewer"}
    assert desk.post("/v1/chat/completions", json=words, headers=viewer).status_code == 403


def test_a_trade_that_waits_says_so(asking: Settings, serve: Callable[[Settings], TestClient]) -> None:
    assert "waits for a person" in told(serve(asking), ASKED)


def test_a_source_that_lists_nothing_is_asked_for_pairs() -> None:
    assert read("Is BTC/USDT worth it on 4h?", ()) == ("BTC/USDT", "4h", None)
    assert read("spx.", ("SPX",)).symbol == "SPX"
    with pytest.raises(UsageError, match="Name one symbol"):
        read("and/or", ())
    with pytest.raises(UsageError, match="one thing at a time; this names SPX, NDX"):
        read("SPX or NDX?", ("NDX", "SPX"))
