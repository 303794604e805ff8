"""What `fks doctor` looks at. Each look says what it found, or what is wrong and the next command."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, get_args

from fks_agents.cli._commands import program, runnable
from fks_agents.errors import FksError

if TYPE_CHECKING:
    from fks_agents.settings import Settings

LEAST_FREE = 200 * 1024 * 1024
"""Bytes the home folder's disk must have free."""

EXTRAS = {
    "alerts": "apprise",
    "ccxt": "ccxt", "ollama": "langchain_ollama", "local": "xllamacpp", "forecast": "statsforecast", "ragas": "ragas",
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    name: str
    is_fine: bool
    detail: str
    next: str = ""
    """The command that helps; empty where nothing is wrong."""


class Unwell(Exception):  # noqa: N818  it is caught here and told, not raised to anyone
    """Something is wrong; the second argument is the command that helps."""


def examine(settings: Callable[[], Settings]) -> Iterator[Finding]:
    """Every finding, in the order in which things are needed; settings that do not load end it."""
    yield _look("python", _python, "")
    yield _look("packages", _packages, "run from another folder, or rename what stands in the way")
    yield _look("compiled core", _core, "make core")
    try:
        loaded = settings()
    except FksError as error:
        yield Finding("settings", False, str(error), f"{program()} init --print")
        return
    yield Finding("settings", True, f"digest {loaded.digest}")
    looks: tuple[tuple[str, Callable[[Settings], str], str], ...] = (
        ("home folder", _home, "fks doctor --home ANOTHER_FOLDER"),
        ("ledger", _ledger, "restore the ledger from a backup, or choose another --home"),
        ("sample data", _sample, "pip install 'arch>=7.2'"),
        ("embedder", _embedder, "pip install --force-reinstall wordllama"),
        ("memory index", _index, "fks memory rebuild"),
        ("policy", _policy, "name another file in the setting policy, or correct this one"),
        ("knowledge", _knowledge, "name another folder in the setting knowledge, or correct this one"),
    )
    for name, look, help_with in looks:
        yield _look(name, lambda look=look: look(loaded), help_with)  # type: ignore[misc]
    yield from _models(loaded)
    for extra, module in EXTRAS.items():
        missing = f"optional, not installed (pip install 'fks-agents[{extra}]')"
        yield Finding(extra, True, "optional, installed" if find_spec(module) is not None else missing)


def _look(name: str, look: Callable[[], str], help_with: str) -> Finding:
    try:
        return Finding(name, True, look())
    except Exception as error:  # a doctor reports whatever it meets
        detail = str(error) or type(error).__name__
        if isinstance(error, OSError) and error.strerror:
            detail = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
        command = detail.partition("`")[2].partition("`")[0]
        return Finding(name, False, detail, runnable(f"`{command or help_with}`").strip("`"))


def _python() -> str:
    return sys.version.split()[0]


def _packages() -> str:
    from fks_agents import _layout

    if found := _layout.problems():
        raise Unwell("; ".join(found))
    return "each package name is ours"


def _core() -> str:
    try:
        import execution_core
    except ImportError as error:
        raise Unwell(str(error)) from error
    return f"engine from {execution_core.Engine.__module__}"


def _home(settings: Settings) -> str:
    probe = settings.home / ".doctor"
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        raise Unwell(f"cannot write to {settings.home}: {error.strerror}") from error
    free = shutil.disk_usage(settings.home).free
    if free < LEAST_FREE:
        raise Unwell(f"{settings.home}: expected {LEAST_FREE // 2**20} MB free, was {free // 2**20} MB")
    return f"{settings.home}, {free / 2**30:.1f} GB free"


def _ledger(settings: Settings) -> str:
    from memory.ledger import Ledger

    with Ledger.open(settings.database_url.get_secret_value() or settings.home / "ledger.sqlite") as ledger:
        count = ledger.decisions.verify()
        ledger.judgements.verify()
        ledger.labels.verify()
        unfinished = ledger.decisions.unfinished_ids()
    if unfinished:
        raise Unwell(f"{len(unfinished)} decision(s) unfinished: `fks resume {unfinished[0]}`")
    return f"{count} decision{'' if count == 1 else 's'}, chain intact"


def _sample(settings: Settings) -> str:
    del settings
    from tools.market import open_market

    market = open_market("sample")
    first, last = market.span("SPX", "1d")
    return f"{', '.join(market.symbols())}, {first:%Y-%m-%d} to {last:%Y-%m-%d}"


def _embedder(settings: Settings) -> str:
    del settings
    from memory.embeddings import StaticEmbedder

    vector = StaticEmbedder().embed(["a probe"])[0]
    return f"offline, {len(vector)} dimensions"


def _index(settings: Settings) -> str:
    from memory.embeddings import StaticEmbedder
    from memory.index import Index
    from memory.ledger import Ledger
    from memory.places import of_lessons

    with Ledger.open(settings.database_url.get_secret_value() or settings.home / "ledger.sqlite") as ledger:
        index = Index(of_lessons(ledger, settings.home, settings.memory_server), ledger.lessons, StaticEmbedder())
        try:
            index.start()
            index.wait(60.0)
            if not index.is_ready:
                raise Unwell(f"{index.status}; decisions go on without it, searching the ledger")
            return index.status
        finally:
            index.close()


def _policy(settings: Settings) -> str:
    """Who decides over a paper order, as things are configured."""
    from evaluators.deciding import check_names
    from fks_agents.deps import JUDGES

    models = [name for role in JUDGES if (name := settings.named_model(role)) != "rules"]
    check_names(settings.policy, models)
    terms = settings.policy.terms("paper")
    if terms is None:
        return f"{settings.policy.name}: paper orders are closed"
    asked = [*terms.judges] if models or terms.demand == "always" else []
    told = f" and {', '.join(asked)}" if asked else ""
    return f"{settings.policy.name}: the rules{told} decide over paper orders"


def _knowledge(settings: Settings) -> str:
    from memory.passages import Passages

    if settings.knowledge is None:
        return "no documents"
    return f"{len(Passages(settings.knowledge).all)} passages in {settings.knowledge}"


def _models(settings: Settings) -> Iterator[Finding]:
    """Each model of the desk, on each server that should have it."""
    from fks_agents.deps import ChatRole

    roles: dict[str, list[str]] = {}
    for role in get_args(ChatRole):
        roles.setdefault(settings.named_model(role), []).append(role)
    named = {name: of for name, of in roles.items() if name != "rules"}
    if not named:
        yield Finding("model", True, "rules")
    for name, of in named.items():
        servers = settings.endpoints(name.partition(":")[0]) or ("",)
        for server in servers:
            only = {"model_endpoints": (f"{name.partition(':')[0]}={server}",)} if server else {}
            look = partial(_model, name, of, server, settings.having(**only))
            yield _look("model", look, "fks demo --model rules")


def _model(name: str, roles: Sequence[str], server: str, settings: Settings) -> str:
    from fks_agents import llm
    from fks_agents.llm.capabilities import Capable
    from fks_agents.llm.rehearsal import rehearse

    chat = llm.open_chat(name, settings)
    llm.preflight(chat)
    if chat is None:
        return name
    rehearse(chat, settings)
    at = f" at {server}" if server else ""
    able = f": {chat.capabilities().told()}" if isinstance(chat, Capable) else ""
    return f"{name}{at} ({', '.join(roles)}){able}"
