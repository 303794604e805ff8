from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from evaluators import reports
from evaluators.reports import _chart
from fks_agents.bars import Bars
from fks_agents.contracts import Claim, Cycle, Headline, Report, Turn
from fks_agents.errors import LedgerError, LookaheadError

VOID = {"meta", "br", "hr", "img", "input", "link", "rect", "use", "path"}
HOSTILE = "<script>alert('x')</script> ](javascript:x) \" onload=x | # <img src=http://evil.example/a.png> {{ 7*7 }}"


class Page(HTMLParser):
    """What a browser would see: elements, ids, links; refuses a tag that does not fit the open one."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag, f"</{tag}> at {self.getpos()}"

    def ids(self) -> list[str]:
        return [str(attrs["id"]) for _, attrs in self.tags if "id" in attrs]

    def links(self) -> list[str]:
        return [str(attrs[name]) for _, attrs in self.tags for name in ("href", "src", "xlink:href") if name in attrs]


@pytest.fixture
def html(cycle: Cycle, bars: Bars, tmp_path: Path) -> str:
    return reports.write(cycle, bars, tmp_path).html.read_text(encoding="utf-8")


def hostile(cycle: Cycle) -> Cycle:
    assert cycle.snapshot is not None
    headline = Headline(id="H1", text=HOSTILE, published_at=cycle.as_of, source=HOSTILE)
    claim = Claim(id=HOSTILE, text=HOSTILE, fact_ids=("F1", HOSTILE))
    report = Report(analyst=HOSTILE, stance=0.1, claims=(claim,), model=HOSTILE)
    turn = Turn(speaker="bull", round=1, abstained=HOSTILE, model=HOSTILE, rebuts=(HOSTILE,))
    event = cycle.snapshot.events[0].model_copy(update={"kind": "bos $\\frac{1}{"})
    return cycle.model_copy(
        update={
            "reason": HOSTILE, "symbol": HOSTILE, "reports": (report,), "debate": (turn,),
            "snapshot": cycle.snapshot.model_copy(update={"headlines": (headline,), "events": (event,)}),
        }
    )  # fmt: skip


def test_the_same_decision_gives_the_same_bytes(cycle: Cycle, bars: Bars, tmp_path: Path) -> None:
    first, second = (reports.write(cycle, bars, tmp_path / name) for name in ("a", "b"))
    assert first.html.read_bytes() == second.html.read_bytes()
    assert first.markdown.read_bytes() == second.markdown.read_bytes()


def test_every_link_of_the_page_leads_somewhere_in_the_page(html: str) -> None:
    page = Page(html)
    assert len(page.ids()) == len(set(page.ids()))
    assert page.links()
    assert {link for link in page.links() if link[1:] not in page.ids()} == set()


def test_nothing_is_fetched_and_nothing_runs(html: str) -> None:
    page = Page(html)
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & {tag for tag, _ in page.tags}
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert "@import" not in html
    assert re.findall(r"url\((?!#)", html) == []


def test_a_claim_leads_to_its_facts_and_to_its_checks(html: str) -> None:
    claim = html[html.index('id="claim-1"') :]
    claim = claim[: claim.index("</li>")]
    assert 'href="#F1"' in claim
    assert "close = 2,794.63" in claim
    assert re.search(
        r'href="#check-1"[^>]*>number</a> <span class="up">✓ pass</span> stated -80.00, computed -80', claim
    )


def test_a_failed_check_stands_first_and_open(refused: Cycle, bars: Bars, tmp_path: Path) -> None:
    html = reports.write(refused, bars, tmp_path).html.read_text(encoding="utf-8")
    assert "<details open>" in html
    assert html.index("✗ fail</span></td>") < html.index("✓ pass</span></td>")
    assert "stated -80.00, computed -8.00" in html


def test_a_refused_decision_does_not_look_like_a_success(cycle: Cycle, tmp_path: Path) -> None:
    """The gate may pass and a limit refuse."""
    limited = cycle.model_copy(update={"status": "refused", "orders": (), "receipts": ()})
    assert '<span class="pill down">refused</span>' in reports.write(limited, None, tmp_path).html.read_text("utf-8")


def test_outside_text_stays_text_in_html(cycle: Cycle, bars: Bars, tmp_path: Path) -> None:
    text = reports.write(hostile(cycle), bars, tmp_path).html.read_text(encoding="utf-8")
    page = Page(text)
    assert not {"script", "img"} & {tag for tag, _ in page.tags}
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert all(link.startswith("#") for link in page.links())
    assert "{{ 7*7 }}" in text


def test_outside_text_stays_text_in_markdown(cycle: Cycle, bars: Bars, tmp_path: Path) -> None:
    text = reports.write(hostile(cycle), bars, tmp_path).markdown.read_text(encoding="utf-8")
    unescaped = re.sub(r"\\.|`[^`]*`", "", text)
    assert not re.search(r"[<>\[\]]", unescaped)
    assert "http://" not in unescaped


def test_a_page_that_leaves_out_escaping_would_be_caught(cycle: Cycle, bars: Bars, tmp_path: Path) -> None:
    """The control: the same check fails on the raw text."""
    text = reports.write(hostile(cycle), bars, tmp_path).html.read_text(encoding="utf-8")
    raw = text.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace("&#39;", "'")
    assert "<script>" in raw


def test_a_decision_without_facts_has_a_report_too(stopped: Cycle, tmp_path: Path) -> None:
    written = reports.write(stopped, None, tmp_path)
    html = written.html.read_text(encoding="utf-8")
    Page(html)
    assert "data quality 41 is below 60" in html
    assert "No chart" in html
    assert "data quality 41 is below 60" in written.markdown.read_text(encoding="utf-8")


def test_a_bar_of_the_future_is_refused(cycle: Cycle, bars: Bars, tmp_path: Path) -> None:
    early = cycle.model_copy(update={"as_of": cycle.as_of.replace(day=1)})
    with pytest.raises(LookaheadError):
        reports.write(early, bars, tmp_path)


def test_a_folder_that_cannot_be_written_is_said_so(cycle: Cycle, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LedgerError, match="cannot write the report"):
        reports.write(cycle, None, tmp_path / "file" / "below")


def test_headings_descend_one_step_at_a_time(html: str) -> None:
    levels = [int(tag[1]) for tag, _ in Page(html).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_chart_takes_its_colours_from_the_page(cycle: Cycle, bars: Bars) -> None:
    svg = _chart.draw(cycle, bars)
    assert set(re.findall(r"#[0-9a-f]{6}\b", svg)) <= set()
    assert {"var(--up)", "var(--down)", "var(--accent)"} <= set(re.findall(r"var\(--\w+\)", svg))


def test_the_chart_names_its_levels(cycle: Cycle, bars: Bars) -> None:
    svg = _chart.draw(cycle, bars)
    # entry 2,794.63 + 5, stop + 67.5, target - 120
    assert all(label in svg for label in ("entry 2,799.63", "stop 2,862.13", "target 2,674.63", "CHOCH"))


def test_the_best_measured_forecast_is_drawn(cycle: Cycle) -> None:
    assert cycle.snapshot is not None
    [drift] = cycle.snapshot.forecasts
    unmeasured = drift.model_copy(update={"forecaster": "other", "skill": None})
    worse = drift.model_copy(update={"forecaster": "worse", "skill": -0.2})
    assert _chart.best((unmeasured, worse, drift)) == drift
    assert _chart.best((unmeasured,)) == unmeasured
    assert _chart.best(()) is None
