"""Draw docs/demo.svg from what `fks demo` really prints: `python docs/terminal_picture.py`."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

WIDTH = 80
METER = re.compile(r"[-\\|/] \d+ calls?, ")
"""The line that tells what was spent so far: a terminal erases it, a picture would keep each of its states."""


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **os.environ, "COLUMNS": str(WIDTH), "FORCE_COLOR": "1", "TERM": "xterm-256color", "FKS_HOME": home,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }  # fmt: skip
        printed = subprocess.run(
            [sys.executable, "-m", "fks_agents", "demo"],
            env=environment, capture_output=True, text=True, check=True,
        ).stdout.replace(home, "~/.local/share/fks-agents")  # fmt: skip
    console = Console(width=WIDTH, record=True, file=io.StringIO())
    console.print(
        Text("\n").join(line for line in map(Text.from_ansi, printed.splitlines()) if not METER.match(line.plain))
    )
    picture = console.export_svg(title="fks demo", theme=MONOKAI, unique_id="demo")
    # The picture must not fetch a font; every system has a monospace one.
    picture = re.sub(r"@font-face\s*\{.*?\}\s*", "", picture, flags=re.DOTALL).replace("Fira Code", "ui-monospace")
    Path(__file__).with_name("demo.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
