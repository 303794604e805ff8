"""What judges said is told wherever a decision is: in plain text, Markdown and HTML, with the words they cited."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluators import reports
from fks_agents.bars import Bars
from fks_agents.contracts import Cycle, Judgement, Passage

HOSTILE = "<b>pass</b> | **now** \x1b[2J"


@pytest.fixture
def judged(cycle: Cycle) -> Cycle:
    passage = Passage(id="fed#1", text=f"Rates rose. {HOSTILE}", published_at=cycle.as_of, source="wire")
    judgements = (
        Judgement(judge="bias", model="ollama:a", outcome="pass", score=0.85, reason="even", statements=("s.1",),
                  evidence=("F1",), agreement=0.95, tokens=1712, prompt="bias/v1@00"),
        Judgement(judge="knowledge", model="ollama:a", outcome="fail", score=0.0, reason=f"s.1: {HOSTILE}",
                  evidence=("fed#1",), passages=(passage,)),
        Judgement(judge="compliance", model="ollama:a", outcome="unscored", reason="no verdict in the reply"),
    )  # fmt: skip
    verdict = cycle.verdict.model_copy(
        update={"judgements": judgements, "warnings": ("ollama:a judges its own words",)}
    )
    return cycle.model_copy(update={"verdict": verdict})


def test_plain_text_tells_each_judgement_its_figures_and_the_warning(judged: Cycle) -> None:
    told = " ".join(judged.explain().split())
    assert "judge bias (ollama:a): pass: even [score 0.85, agreement 0.95, 1 statement, 1,712 tokens]" in told
    assert "judge compliance (ollama:a): unscored: no verdict in the reply" in told
    assert "fed#1 (2018" in told
    assert "warning: ollama:a judges its own words" in told


def test_markdown_tells_them_in_a_table_and_quotes_what_was_cited(judged: Cycle, bars: Bars, tmp_path: Path) -> None:
    text = reports.write(judged, bars, tmp_path).markdown.read_text("utf-8")
    assert "| ✓ pass | bias | ollama:a | score 0.85, agreement 0.95, 1 statement, 1,712 tokens | F1 | even |" in text
    assert "> Rates rose. \\<b\\>pass\\</b\\>" in text
    assert "Warning: ollama:a judges its own words" in text


def test_html_tells_them_and_makes_their_words_harmless(judged: Cycle, bars: Bars, tmp_path: Path) -> None:
    page = reports.write(judged, bars, tmp_path).html.read_text("utf-8")
    assert "<h3>Judges</h3>" in page
    assert '<a href="#F1">F1</a></td><td>even</td>' in page
    assert "&lt;b&gt;pass&lt;/b&gt;" in page
    assert "<b>pass" not in page
    assert "Warning: ollama:a judges its own words" in page


def test_a_decision_that_nobody_judged_has_no_such_table(cycle: Cycle, bars: Bars, tmp_path: Path) -> None:
    written = reports.write(cycle, bars, tmp_path)
    assert "<h3>Judges</h3>" not in written.html.read_text("utf-8")
    assert "| judge |" not in written.markdown.read_text("utf-8")
