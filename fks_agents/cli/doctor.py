from __future__ import annotations

from dataclasses import asdict

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal

UNWELL = 3


@verb
def command(terminal: Terminal) -> int:
    """Look whether everything works here; each failure comes with its next command.

    Exit code 3 where one is found.
    """
    from fks_agents.cli._checkup import Finding, examine
    from fks_agents.cli._story import marked, row

    findings: list[Finding] = []
    for finding in examine(lambda: terminal.settings):
        findings.append(finding)
        if not terminal.is_json:
            mark = marked("✓ " if finding.is_fine else "✗ ", finding.detail, "green" if finding.is_fine else "red")
            row(terminal.console, finding.name, mark)
            if finding.next:
                row(terminal.console, "", f"  next: {finding.next}")
    failed = [finding for finding in findings if not finding.is_fine]
    if terminal.is_json:
        terminal.write_json({"fine": not failed, "findings": [asdict(finding) for finding in findings]})
    else:
        terminal.console.print(f"\n{len(failed)} of {len(findings)} failed" if failed else "\nall is well")
    return UNWELL if failed else 0
