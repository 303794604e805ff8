from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal
from fks_agents.errors import ConfigError, UsageError

OLLAMA = {
    "model_quick": "ollama:llama3.2:3b",
    "model_deep": "ollama:qwen3:14b",
    "model_judge": "ollama:gemma3:12b",
}
"""Small for the six who speak side by side, able for those who decide, and of another family for those who judge."""


@verb
def command(
    terminal: Terminal,
    path: Annotated[Path, typer.Argument(help="Where to write.")] = Path("fks.toml"),
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    ollama: Annotated[bool, typer.Option("--ollama", help="Set models of an Ollama server for each role.")] = False,
    only_print: Annotated[bool, typer.Option("--print", help="Print it instead of writing it.")] = False,
) -> int:
    """Write a settings file with every setting at its default and a comment on each.

    With --ollama it sets a quick, a deep and a judging model, and says how to get them.
    """
    from fks_agents import settings

    chosen = OLLAMA if ollama else {}
    text = settings.template(**chosen)
    if only_print:
        if terminal.is_json:
            terminal.write_json({"template": text})
        else:
            terminal.write(text)
        return 0
    if path.exists() and not force:
        raise UsageError(f"{path} exists; `fks init --force` overwrites it, `fks init --print` only prints")
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
    if terminal.is_json:
        terminal.write_json({"path": str(path.absolute())})
    else:
        terminal.console.print(f"wrote {path}; uncomment what you change, `fks doctor` checks it", soft_wrap=True)
        for model in chosen.values():
            terminal.console.print(f"  ollama pull {model.removeprefix('ollama:')}", soft_wrap=True)
    return 0
