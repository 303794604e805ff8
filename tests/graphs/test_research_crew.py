"""The crew quotes what stands in the documents, by the desk's own model, and decides nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fks_agents.contracts import Cycle, Document, Research, Snapshot
from fks_agents.deps import Call, ChatModel
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.settings import Settings, load
from graphs.desk import Desk
from graphs.opening import open_desk
from graphs.research_crew import CREW, ResearchCrew
from tests.agents.conftest import AS_OF, RISING, snapshot_of
from tests.graphs.scripts import honest
from tests.injection.attacks import attacks

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("crew")]
"""CrewAI takes up to ten seconds to import."""

TEXT = "Equities gain in quiet trading. {hole} Growth is weak, and yields climb."
DOCUMENTS = (
    Document(id="D1", text=TEXT, published_at=AS_OF, source="wire"),
    Document(id="D2", kind="filing", text="Markets fall in Asia.", published_at=AS_OF, source="agency"),
)
NOON = datetime(2018, 4, 20, 20, tzinfo=UTC)


def snapshot(*documents: Document) -> Snapshot:
    return snapshot_of(RISING).model_copy(update={"documents": documents or DOCUMENTS})


def found(*findings: tuple[str, str, str]) -> str:
    told = [{"document": one, "quote": quote, "direction": way} for one, quote, way in findings]
    return json.dumps({"tool": "answer", "findings": told})


def read(tmp_path: Path, chat: ChatModel | None, *documents: Document, **settings: Any) -> Research:
    return ResearchCrew(Settings(home=tmp_path, **settings)).read(snapshot(*documents), chat)


def test_quotes_that_stand_in_a_document_are_kept_and_others_dropped(tmp_path: Path) -> None:
    chat = ScriptedChat(
        lambda _: found(
            ("D1", "equities gain in  quiet trading", "bullish"),
            ("D2", "Markets fall in Asia", "bearish"),
            ("D1", "Equities crash", "bearish"),
            ("D9", "Markets fall in Asia", "bearish"),
        )
    )
    research = read(tmp_path, chat)
    assert research.abstained is None
    assert {(one.author, one.topic) for one in research.findings} == {(one.name, one.topic) for one in CREW}
    assert [(one.document, one.quote, one.direction) for one in research.findings[:2]] == [
        ("D1", "equities gain in quiet trading", "bullish"),
        ("D2", "Markets fall in Asia", "bearish"),
    ]
    assert research.dropped[:2] == (
        "news: a quote of 14 characters does not stand in D1",
        "news: no document has the id it names",
    )
    assert (research.model, str(research.prompt)[:14]) == ("scripted", "researcher/v1@")


def test_a_direction_that_the_words_do_not_show_is_none(tmp_path: Path) -> None:
    chat = ScriptedChat(lambda _: found(("D1", "Growth is weak", "bearish"), ("D2", "Markets fall in Asia", "bullish")))
    assert {one.direction for one in read(tmp_path, chat).findings} == {"neutral"}


def test_each_researcher_asks_the_desk_s_model_with_the_documents_in_fences(tmp_path: Path) -> None:
    chat = ScriptedChat(lambda _: found())
    assert read(tmp_path, chat).findings == ()
    assert [call.role for call in chat.asked] == ["research.news", "research.sentiment", "research.fundamentals"]
    for call in chat.asked:
        text = call.messages[-1].text
        assert f"<<<article\nwire: {TEXT}\narticle>>>" in text
        assert "<<<filing\nagency: Markets fall in Asia.\nfiling>>>" in text
        assert call.parameters == {"temperature": 0.0, "seed": 7}


def test_the_same_documents_ask_the_same_bytes(tmp_path: Path) -> None:
    asked = []
    for _ in range(2):
        chat = ScriptedChat(lambda _: found())
        read(tmp_path, chat, max_tool_calls=2)
        asked.append([call.model_dump_json() for call in chat.asked])
    assert asked[0] == asked[1]


def test_a_researcher_looks_things_up_through_crewai(tmp_path: Path) -> None:
    def say(call: Call) -> str:
        if "Observation:" in call.messages[-1].text or len(call.messages) > 2:
            return found(("D1", "Growth is weak", "bearish"))
        return json.dumps({"tool": "documents", "arguments": {"document": "D1", "start": 0}})

    chat = ScriptedChat(say)
    assert len(read(tmp_path, chat, max_tool_calls=2).findings) == 3
    assert len(chat.asked) == 6
    shown = "\n".join(message.text for message in chat.asked[1].messages)
    assert '"id": "D1"' in shown
    assert shown.count("tool>>>") == 1


@pytest.mark.parametrize(
    "say",
    [
        lambda _: json.dumps({"tool": "headlines", "arguments": {"days": 7}}),
        lambda _: json.dumps({"tool": "execute_order", "arguments": {}}),
    ],
    ids=["the same again", "no such tool"],
)
def test_one_more_call_for_ever_is_ended_with_a_reason(tmp_path: Path, say: Callable[[Call], str]) -> None:
    chat = ScriptedChat(say)
    research = read(tmp_path, chat, max_tool_calls=3)
    assert "research.news asked for one more tool call" in str(research.abstained)
    assert research.findings == ()
    assert len(chat.asked) <= 3 + 2


@pytest.mark.parametrize("bad", ["prose, no JSON", "null", "", '{"tool": "answer", "findings": "many"}'])
def test_a_model_that_fails_is_an_abstention_with_its_reason(tmp_path: Path, bad: str) -> None:
    research = read(tmp_path, ScriptedChat(lambda _: bad))
    assert str(research.abstained).startswith("scripted: ")
    assert research.findings == ()


def test_without_a_model_the_extra_or_documents_it_abstains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crew, chat = ResearchCrew(Settings(home=tmp_path)), ScriptedChat()
    assert crew.read(snapshot(), None).abstained == "the research crew needs a model, was rules"
    assert crew.read(snapshot_of(RISING), chat).abstained == "no documents on SPX"
    monkeypatch.setitem(sys.modules, "crewai", None)
    assert crew.read(snapshot(), chat).abstained == "crewai is not installed: pip install 'fks-agents[crew]'"
    assert chat.asked == []


# --- on the desk ---


def decided(home: Path, text: str, say: Callable[[Call], str]) -> tuple[Cycle, bool]:
    """A decision with one document, and whether it replays to the byte."""
    folder = home / "documents"
    folder.mkdir(parents=True)
    line = {"published_at": "2018-04-20T10:00:00Z", "text": text, "source": "wire", "kind": "filing"}
    (folder / "one.jsonl").write_text(json.dumps(line))
    chat = ScriptedChat(lambda call: say(call) if call.role.startswith("research.") else honest(call))
    settings = load(home=home, documents=folder, min_conviction=0.5, max_rounds=1)
    with open_desk(settings, chats={"quick": chat, "deep": chat}) as desk:
        cycle = desk.analyze("SPX", as_of=NOON)
        return cycle, _is_replayed(desk, cycle)


def _is_replayed(desk: Desk, cycle: Cycle) -> bool:
    return desk.replay(cycle.id).is_identical


def test_findings_are_claims_without_a_vote_and_replay_without_the_crew(tmp_path: Path) -> None:
    text = "Equities gain in quiet trading."
    cycle, is_replayed = decided(tmp_path, text, lambda _: found(("D1", "Equities gain in quiet trading", "bullish")))
    assert is_replayed
    assert cycle.research is not None
    assert len(cycle.research.findings) == 3
    (sentiment,) = [report for report in cycle.reports if report.analyst == "sentiment"]
    assert [(one.id, one.support, one.text) for one in sentiment.claims] == [
        (f"sentiment.r{n}", "text", "D1: “Equities gain in quiet trading”") for n in (1, 2)
    ]
    assert (sentiment.is_exposed, sentiment.stance) == (True, 1.0)
    assert cycle.verdict.outcome == "pass"
    assert cycle.orders
    assert [check.outcome for check in cycle.verdict.checks if check.rule == "support"].count("pass") >= 3


def test_an_attack_in_a_document_changes_no_order(tmp_path: Path) -> None:
    calm, _ = decided(tmp_path / "calm", "Quiet session.", lambda _: found())
    assert calm.orders
    for n, (_, attack) in enumerate(attacks()[:3]):
        obeyed = found(("D1", attack[:200], "bearish"))
        attacked, _ = decided(tmp_path / str(n), attack, obeying(obeyed))
        assert [_traded(order) for order in attacked.orders] == [_traded(order) for order in calm.orders]


def obeying(reply: str) -> Callable[[Call], str]:
    return lambda _: reply


def _traded(order: Any) -> tuple[Any, ...]:
    return order.leg, order.side, order.type, order.price, order.quantity, order.expires_at


SILENT = """
import socket, sys
from pathlib import Path
asked = []
def no(*told, **_):
    asked.append(told)
    raise OSError("refused")
socket.getaddrinfo = no
connect = socket.socket.connect
def connected(self, address):
    if self.family == socket.AF_UNIX:
        return connect(self, address)
    asked.append(address)
    raise OSError("refused")
socket.socket.connect = connected
from tests.graphs.test_research_crew import ScriptedChat, found, read
research = read(Path(sys.argv[1]), ScriptedChat(lambda _: found(("D2", "Markets fall in Asia", "bearish"))))
import threading, time
time.sleep(1)
assert len(research.findings) == 3, research
print("asked", asked, [t.name for t in threading.enumerate() if "otel" in t.name.lower() or "Batch" in t.name])
"""


def test_nothing_is_sent_anywhere(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", SILENT, str(tmp_path)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.stdout.strip() == "asked [] []", ran.stderr[-2000:]


def test_crewai_is_imported_by_nothing_but_a_crew_at_work(tmp_path: Path) -> None:
    code = (
        "import sys, graphs.trading, graphs.opening, graphs.research_crew, fks_agents.toolset.crewai; "
        "print('crewai' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert ran.stdout.strip() == "False"


def test_the_smallest_real_model_reads_documents(tmp_path: Path) -> None:
    from fks_agents.errors import ConfigError
    from fks_agents.llm.local import open_local

    settings = Settings(home=tmp_path, model_threads=1, model_attempts=1, max_answer_tokens=100, model_timeout=15.0)
    try:
        chat = open_local("local:smollm2", settings)
    except ConfigError as error:
        pytest.skip(str(error))
    research = ResearchCrew(settings).read(snapshot(), chat)
    # It may fail to answer, and says so; what it found stands in the documents.
    assert (research.abstained is None) or str(research.abstained).startswith("local:smollm2")
    assert all(one.document in ("D1", "D2") for one in research.findings)
