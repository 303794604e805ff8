"""The command line `fks`: one file for each verb, imported when it is asked for.

A public module here is a verb and has a function `command`; a folder is a group of verbs. Nothing imports this package.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the script `fks`; ends the process with the exit code."""
    from fks_agents.cli._app import run

    sys.exit(run(sys.argv[1:]))
