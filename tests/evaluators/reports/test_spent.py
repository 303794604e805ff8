"""A report says what the model calls cost, and what gave way; without a call it says nothing of it."""

from __future__ import annotations

from pathlib import Path

from evaluators.reports import write
from fks_agents.contracts import Bite, Spent, Usage
from tests.test_contracts import CYCLE

USAGE = Usage(
    spent=(Spent(role="<b>bull</b>", calls=2, input_tokens=1_000, output_tokens=234, seconds=2.5, money=None),),
    bites=(Bite(phase="prompt", role="bull", effect="trimmed", reason="left out: <i>lessons</i>"),),
)


def test_both_files_show_calls_and_gates(tmp_path: Path) -> None:
    written = write(CYCLE.model_copy(update={"usage": USAGE}), None, tmp_path)
    markdown, html = (path.read_text("utf-8") for path in written)
    for text in (markdown, html):
        assert "Model calls" in text
        assert "2 calls, 1,234 tokens, 2.5 s of model time, price not known" in text
        assert "<b>" not in text
        assert "<i>" not in text
    assert "shortened: left out: &lt;i&gt;lessons" in html


def test_without_calls_there_is_no_section(tmp_path: Path) -> None:
    for path in write(CYCLE, None, tmp_path):
        assert "Model calls" not in path.read_text("utf-8")
