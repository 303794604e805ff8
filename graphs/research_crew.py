"""A CrewAI crew that reads dated documents: news, sentiment and fundamentals, each with tools, none with a vote.

    Crew (CrewAI, sequential)  ->  DeskLLM  ->  the desk's own chat model, recorded, on its budget, behind its breaker

CrewAI keeps its loop of thought, action and observation. What it takes for a model here asks the desk's model for one
JSON object, a tool or findings, and writes the lines CrewAI expects: nothing is searched for in prose. Findings whose
quote does not stand in the document are dropped. CrewAI's telemetry and tracing are switched off before it is imported.
"""

from __future__ import annotations

import json
import logging
import os
import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, Literal, NamedTuple

from pydantic import Field, JsonValue

import prompts
from evaluators.rules.support import stands_in
from fks_agents import catalogue
from fks_agents.contracts import Direction, Document, Finding, Research, Snapshot
from fks_agents.deps import Call, ChatModel, Message, Researchers
from fks_agents.errors import ModelError
from fks_agents.llm.budget import estimate
from fks_agents.llm.canary import Watched, mark_of
from fks_agents.llm.structured import Answer, ask, schema_of
from fks_agents.outside import Topic
from fks_agents.settings import Settings
from fks_agents.toolset import Meter, Toolset
from fks_agents.toolset.crewai import offered
from tools.indicators.headlines import side

PROMPT = "researcher/v1"
MOST_FINDINGS = 5
LONGEST_QUOTE = 300
LONGEST_TEXT = 4_000
"""Characters of a document that stand in the prompt; the rest can be looked up."""
AROUND = 1_200
"""Tokens that CrewAI writes around a task and its tools."""
TOOLS = ("calendar", "documents", "facts", "headlines")

QUIET = {
    "CREWAI_DISABLE_TELEMETRY": "true", "CREWAI_DISABLE_TRACKING": "true", "CREWAI_TRACING_ENABLED": "false",
    "CREWAI_TESTING": "true", "CREWAI_DISABLE_VERSION_CHECK": "true",
}  # fmt: skip
"""What switches CrewAI's telemetry, traces and questions about them off; it reads the environment and nothing else."""


class Researcher(NamedTuple):
    name: str
    role: str
    focus: str
    topic: Topic


CREW = (
    Researcher("news", "News researcher", "Report events: what happened, to whom, and when.", "sentiment"),
    Researcher(
        "sentiment", "Sentiment researcher", "Report how people speak and feel about it: fear, greed, doubt, surprise.",
        "sentiment",
    ),
    Researcher(
        "fundamentals", "Fundamentals researcher",
        "Report what concerns the economy and the business: growth, prices, rates, earnings, debt.", "macro",
    ),
)  # fmt: skip


class SaidFinding(Answer):
    document: str
    quote: str
    direction: Direction


class Findings(Answer):
    tool: Literal["answer"]
    findings: list[SaidFinding]


class Step(Answer):
    """A tool to use, or the findings."""

    tool: str
    arguments: dict[str, JsonValue] = Field(default_factory=dict)
    findings: list[SaidFinding] = Field(default_factory=list)


class ResearchCrew:
    """Reads the documents of a snapshot with the model it is handed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def read(self, snapshot: Snapshot, chat: ChatModel | None) -> Research:
        """Never raises for a model's failure: the crew abstains and says why."""
        if chat is None:
            return Research(abstained="the research crew needs a model, was rules", model="rules")
        if find_spec("crewai") is None:
            return Research(abstained="crewai is not installed: pip install 'fks-agents[crew]'", model=chat.name)
        if not snapshot.documents:
            return Research(abstained=f"no documents on {snapshot.symbol}", model=chat.name)
        try:
            said = self._asked(snapshot, chat)
        except ModelError as error:
            return Research(abstained=str(error), model=chat.name, prompt=_digest())
        findings, dropped = grounded(said, snapshot.documents)
        return Research(findings=findings, dropped=dropped, model=chat.name, prompt=_digest())

    def _asked(self, snapshot: Snapshot, chat: ChatModel) -> list[tuple[Researcher, SaidFinding]]:
        _quiet(self._settings)
        mark = mark_of(snapshot.digest)
        watched = Watched(chat, mark)
        agents: list[Any] = []
        tasks: list[Any] = []
        llms: list[Any] = []
        with warnings.catch_warnings():
            # CrewAI warns about its own deprecated fields when it is imported, and whenever one of its objects is made.
            warnings.simplefilter("ignore")
            from crewai import Agent, Crew, Process, Task

            for researcher in CREW:
                meter = Meter(Toolset(catalogue.View(snapshot), TOOLS), self._settings.max_tool_calls)
                llm = _desk_llm(watched, researcher.name, meter, self._settings)
                agent = Agent(
                    role=researcher.role, goal=f"Report what the documents say about {prompts.name(snapshot.symbol)}",
                    backstory="You quote and never guess.", llm=llm, tools=offered(meter) if meter.most else [],
                    max_iter=meter.most + 2, max_retry_limit=0, allow_delegation=False, verbose=False, cache=False,
                )  # fmt: skip
                task = Task(
                    description=_task(researcher, snapshot, mark, self._settings), expected_output="findings as JSON",
                    agent=agent, context=[],
                )  # fmt: skip
                agents.append(agent)
                tasks.append(task)
                llms.append(llm)
            crew = Crew(
                agents=agents, tasks=tasks, process=Process.sequential, memory=False, cache=False, verbose=False,
                tracing=False,
            )  # fmt: skip
            try:
                crew.kickoff()
            except Exception as error:
                failed = next((llm.failure for llm in llms if llm.failure), None)
                raise failed or ModelError(f"{chat.name}: the crew broke off: {type(error).__name__}") from error
        return [(researcher, said) for researcher, llm in zip(CREW, llms, strict=True) for said in llm.findings]


def _quiet(settings: Settings) -> None:
    for name, value in QUIET.items():
        os.environ[name] = value
    os.environ.setdefault("CREWAI_STORAGE_DIR", str(settings.home / "crew"))
    logging.getLogger("crewai").setLevel(logging.ERROR)


def _digest() -> str:
    prompt = prompts.load(PROMPT)
    return f"{prompt.name}@{prompt.digest}"


def _task(researcher: Researcher, snapshot: Snapshot, mark: str, settings: Settings) -> str:
    """The task with as many documents, the newest last, as the prompt has room for."""
    prompt = prompts.load(PROMPT)

    def rendered(kept: Sequence[Document]) -> str:
        left_out = len(snapshot.documents) - len(kept)
        note = [f"({left_out} older documents left out to keep the prompt short)"] if left_out else []
        return prompt.render(
            symbol=prompts.name(snapshot.symbol), as_of=snapshot.as_of.isoformat(), focus=researcher.focus,
            documents="\n".join([*note, *map(_shown, kept)]), canary=mark,
        )  # fmt: skip

    for first in range(len(snapshot.documents)):
        text = rendered(snapshot.documents[first:])
        if estimate(text) + AROUND <= settings.max_prompt_tokens:
            return text
    raise ModelError(f"prompt too long: one document alone does not fit {settings.max_prompt_tokens} tokens")


def _shown(document: Document) -> str:
    head = f"{document.id}, {document.kind}, {document.published_at.isoformat()}"
    return f"{head}\n{prompts.fence(document.kind, f'{document.source}: {document.text[:LONGEST_TEXT]}')}"


def grounded(
    said: Sequence[tuple[Researcher, SaidFinding]], documents: Sequence[Document]
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Findings whose quotes stand where they say; a direction only where the word list reads the same."""
    texts = {document.id: document.text for document in documents}
    kept: list[Finding] = []
    dropped: list[str] = []
    for researcher, one in said:
        quote = " ".join(one.quote.split())
        if one.document not in texts:
            dropped.append(f"{researcher.name}: no document has the id it names")
        elif not 0 < len(quote) <= LONGEST_QUOTE or not stands_in(quote, texts[one.document]):
            dropped.append(f"{researcher.name}: a quote of {len(quote)} characters does not stand in {one.document}")
        else:
            read: Direction = {1: "bullish", -1: "bearish"}.get(side(quote), "neutral")  # type: ignore[assignment]
            kept.append(
                Finding(
                    topic=researcher.topic,
                    author=researcher.name,
                    document=one.document,
                    quote=quote,
                    direction=read if read == one.direction else "neutral",
                )
            )
    return tuple(dict.fromkeys(kept)), tuple(dropped)


def _desk_llm(chat: ChatModel, researcher: str, meter: Meter, settings: Settings) -> Any:
    """The desk's chat model in the form CrewAI asks; made here because its base class takes seconds to import."""
    from crewai import BaseLLM

    class DeskLLM(BaseLLM):
        findings: list[Any] = Field(default_factory=list)
        failure: Any = None
        steps: int = 0

        def call(self, messages: Any, *unused: Any, **also_unused: Any) -> str:
            del unused, also_unused
            try:
                return self._answered(messages)
            except ModelError as error:
                self.failure = error
                raise

        def _answered(self, messages: Any) -> str:
            spoken = [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
            call = Call(
                model=chat.name,
                role=f"research.{researcher}",
                messages=tuple(Message(role=_role(each["role"]), text=str(each["content"])) for each in spoken),
                answer_schema=_schema(meter, meter.most - self.steps),
                parameters={"temperature": settings.temperature, "seed": settings.seed},
            )
            step, _ = ask(chat, call, Step, settings.model_attempts)
            if step.tool == "answer":
                self.findings = step.findings[:MOST_FINDINGS]
                return f"Thought: I now know the final answer\nFinal Answer: {len(self.findings)} findings"
            self.steps += 1
            if self.steps > meter.most or step.tool not in meter.toolset.names:
                raise ModelError(
                    f"{chat.name}: {call.role} asked for one more tool call after {self.steps - 1} of {meter.most}"
                )
            return f"Thought: I look it up\nAction: {step.tool}\nAction Input: {json.dumps(step.arguments)}"

        def get_context_window_size(self) -> int:
            return settings.max_prompt_tokens + settings.max_answer_tokens

        def get_input_tokens_count(self, *unused: Any, **also_unused: Any) -> int:
            del unused, also_unused
            return 0

        def supports_stop_words(self) -> bool:
            return False

    return DeskLLM(model=chat.name, provider="desk")


def _role(role: str) -> Literal["system", "user", "assistant"]:
    return "system" if role == "system" else "assistant" if role == "assistant" else "user"


def _schema(meter: Meter, left: int) -> dict[str, JsonValue]:
    """One of the tools while calls are left, or the findings."""
    from fks_agents.agents.consulting import choice_of

    if left <= 0:
        return schema_of(Findings)
    answer = dict(schema_of(Findings))
    definitions = answer.pop("$defs", {})
    choices: list[JsonValue] = [choice_of(tool) for tool in meter.toolset.tools()]
    return {"title": "step", "anyOf": [answer, *choices], "$defs": definitions}


_: type[Researchers] = ResearchCrew
