from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from evaluators import reports
from evaluators.reports import _chart
from evaluators.reports.links import Links
from fks_agents.bars import Bars
from fks_agents.contracts import Claim, Cycle, Fill, Headline, Lesson, Report, Result, Turn
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
    assert re.search(r'href="#check-1"[^>]*>number</a> <span class="up">✓ pass</span>, recomputed -80</span>', claim)


def test_a_failed_check_stands_first_and_open(refused: Cycle, bars: Bars, tmp_path: Path) -> None:
    html = reports.write(refused, bars, tmp_path).html.read_text(encoding="utf-8")
    assert "<details open>" in html
    assert html.index("✗ fail</span></td>") < html.index("✓ pass</span></td>")
    assert "✗ fail</span> stated 80.00, facts give 8.00</span>" in html


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


def test_what_became_of_it_is_told_apart_from_the_decision(
    cycle: Cycle, bars: Bars, result: Result, fills: tuple[Fill, ...], tmp_path: Path
) -> None:
    before = reports.write(cycle, bars, tmp_path / "before")
    after = reports.write(cycle, bars, tmp_path / "after", result=result, fills=fills)
    html, markdown = after.html.read_text("utf-8"), after.markdown.read_text("utf-8")
    Page(html)
    ended = "ended 2018-10-26 at the horizon, -0.08 R, profit -62.33 after costs; the market moved +0.09 % meanwhile"
    assert '<span class="pill muted">ended</span>' in html
    assert "Not known when the decision was made." in html
    assert ended[1:] in html
    assert f"\n{ended}.\n" in markdown
    assert "| 2018-10-15 | entry | sell | 9.03 | 2,799.63 | 25.28 |" in markdown
    assert "Circles are fills" in html
    assert not [
        words for words in ('id="outcome"', "Still open", "Circles are") if words in before.html.read_text("utf-8")
    ]
    assert "Still open." in reports.write(cycle, bars, tmp_path, fills=fills[:1]).markdown.read_text("utf-8")


def test_fills_are_marked_where_they_came(cycle: Cycle, bars: Bars, fills: tuple[Fill, ...]) -> None:
    """The fixture has a bar every day: 3 and 14 bars after the last one."""
    assert [_chart._bars_ahead(bars, fill) for fill in fills] == [3.0, 14.0]
    assert _chart.draw(cycle, bars, fills) != _chart.draw(cycle, bars)


def test_lessons_recalled_are_told_with_their_texts(recalling: Cycle, lesson: Lesson, tmp_path: Path) -> None:
    written = reports.write(recalling, None, tmp_path, recalled=(lesson,))
    html, markdown = written.html.read_text("utf-8"), written.markdown.read_text("utf-8")
    assert 'conviction 0.90 -&gt; 0.70 <a href="#lesson-1">ab12</a>' in html
    assert '<li id="lesson-1"><code>ab12</code> SPX 1d, volatile: technical leaned' in html
    assert "- 1 lesson recalled: conviction 0.90 -> 0.70 (ab12)" in markdown
    assert "- `ab12` SPX 1d, volatile: technical leaned" in markdown


def test_facts_of_one_name_on_two_timeframes_are_told_apart(cycle: Cycle, tmp_path: Path) -> None:
    assert cycle.snapshot is not None
    weekly = cycle.snapshot.facts[0].model_copy(update={"id": "F99", "timeframe": "1w"})
    both = cycle.snapshot.model_copy(update={"facts": (*cycle.snapshot.facts, weekly)})
    written = reports.write(cycle.model_copy(update={"snapshot": both}), None, tmp_path)
    assert "</a> close 1d = 2,794.63" in written.html.read_text("utf-8")
    assert "F1 close 1d = 2,794.63, F2 sma\\_50 = 2,874.63" in written.markdown.read_text("utf-8")


def test_a_check_is_shown_beside_the_claim_s_own_words(cycle: Cycle, html: str) -> None:
    row = html[html.index('<tr id="check-1"') :]
    assert "<td>The close 2,794.63 is 80.00 below the 50-day average.</td>" in row[: row.index("</tr>")]
    clumsy = cycle.verdict.checks[0].model_copy(
        update={"stated": "average is 80", "reason": "says average is 80; F1 is 8"}
    )
    assert Links(cycle).found(clumsy) == "F1 is 8"
    part = clumsy.model_copy(update={"subject": "plan.stop"})
    assert (Links(cycle).stated(part), Links(cycle).found(part)) == ("average is 80", "says average is 80; F1 is 8")


def test_what_bos_and_choch_mean_stands_once_on_the_page(html: str) -> None:
    assert html.count("change of character") == 1
    assert "break of structure, a close" not in html  # none of that kind is in the picture


def test_the_smallest_stance_is_a_bar_on_its_side_of_the_middle(cycle: Cycle, tmp_path: Path) -> None:
    slight = cycle.reports[0].model_copy(update={"stance": -0.03})
    html = reports.write(cycle.model_copy(update={"reports": (slight,)}), None, tmp_path).html.read_text("utf-8")
    assert '<i class="down" style="right: 50%; width: 1.5%"></i>' in html
    assert re.search(r"\.stance i \{[^}]*min-width: \d+px", html)


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


def test_a_narrow_screen_has_a_chart_of_its_own(html: str) -> None:
    """At 390 px nine points stay about nine; nothing has to be scrolled to see the prices."""
    page = Page(html)
    widths = [float(str(attrs["viewbox"]).split()[2]) for tag, attrs in page.tags if tag == "svg"]
    assert widths == pytest.approx([10.4 * 72, 5.4 * 72])
    assert "(60 on a narrow screen)" in html
    assert 'aria-label="Price chart"' not in html


def test_the_best_measured_forecast_is_drawn(cycle: Cycle) -> None:
    assert cycle.snapshot is not None
    [drift] = cycle.snapshot.forecasts
    unmeasured = drift.model_copy(update={"forecaster": "other", "skill": None})
    worse = drift.model_copy(update={"forecaster": "worse", "skill": -0.2})
    assert _chart.best((unmeasured, worse, drift)) == drift
    assert _chart.best((unmeasured,)) == unmeasured
    assert _chart.best(()) is None
