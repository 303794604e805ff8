"""Numbers of running text as figures: named by the words around them, dated by the years that belong to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from evaluators.programs.grid import Figure
from evaluators.programs.passages import Mention, mentions_of
from evaluators.reading.scales import scales_in
from evaluators.reading.years import Year, ends_in, months_in, quarters_in, years_in

_LISTED = re.compile(r"^[\s,;]*(?:and|or|to|,)?[\s,;]*(?:(?:US)?[$€£]\s?)?$", re.IGNORECASE)
_JOINED = re.compile(r"^[^.;]{0,6}$")
_BREAK = re.compile(r"[,;.]\s")
_REACH = 110


@lru_cache(maxsize=64)
def figures_of(paragraphs: tuple[str, ...]) -> tuple[Figure, ...]:
    found: list[Figure] = []
    mentions = mentions_of(paragraphs)
    declared = next((told.factor for paragraph in paragraphs for told in scales_in(paragraph)), None)
    by_sentence: dict[tuple[int, str], list[Mention]] = {}
    for mention in mentions:
        by_sentence.setdefault((mention.paragraph, mention.sentence), []).append(mention)
    for (paragraph, sentence), members in by_sentence.items():
        years = _aligned(sentence, members)
        runs = _runs(sentence, [(mention.start, mention.end) for mention in members])
        ends = _ends(sentence, members)
        together = _told_by_year(members, runs, years) or frozenset(ends)
        shared = len(found)
        for run in runs:
            label = _label(sentence, members[run[0]].start, members[run[-1]].end)
            parts = frozenset({f"q{q}" for q in quarters_in(label)} | {f"m{m}" for m in months_in(label)})
            row = shared if run[0] in together else len(found) + 1
            for index in run:
                mention = members[index]
                found.append(
                    Figure(
                        mention.value, mention.decimals, label, "", "", years[index],
                        parts | ends.get(index, frozenset()), _scale(mention, declared),
                        mention.is_percent, mention.is_currency, False, 1000 + paragraph, row, 0,
                    )
                )  # fmt: skip
    return tuple(found)


def _told_by_year(
    members: Sequence[Mention], runs: Sequence[Sequence[int]], years: Sequence[frozenset[int]]
) -> frozenset[int]:
    """Numbers of one sentence that are one thing in several years: `$ 28 million in 2015, and $ 29 million in 2014`."""
    alone = [run[0] for run in runs if len(run) == 1 and len(years[run[0]]) == 1]
    kinds = {(members[index].is_percent, members[index].is_currency, members[index].scale) for index in alone}
    dates = {year for index in alone for year in years[index]}
    return frozenset(alone) if len(alone) > 1 and len(kinds) == 1 and len(dates) == len(alone) else frozenset()


def _ends(sentence: str, members: Sequence[Mention]) -> dict[int, frozenset[str]]:
    """What a year began and ended with: `fell from $ 412.6 million at its beginning to $ 371.3 million at its end`."""
    stops = [*(mention.start for mention in members[1:]), len(sentence)]
    behind = [
        ends_in(_BREAK.split(sentence[mention.end : stop])[0]) for mention, stop in zip(members, stops, strict=True)
    ]
    found = {index: parts for index, parts in enumerate(behind) if len(parts) == 1}
    kinds = {(members[index].is_percent, members[index].is_currency, members[index].scale) for index in found}
    return found if len(kinds) == 1 and sorted(map(min, found.values())) == ["closing", "opening"] else {}


def _scale(mention: Mention, declared: float | None) -> float:
    """Its own scale word's; a sum of money without one is in the scale that the text declares."""
    is_bare = mention.scale == 1.0 and mention.is_currency and not mention.is_percent
    return declared if is_bare and declared is not None else mention.scale


def _label(sentence: str, start: int, end: int) -> str:
    """The words before and after the numbers of one list."""
    return f"{sentence[max(0, start - 2 * _REACH) : start]} {sentence[end : end + _REACH]}"


def _aligned(sentence: str, mentions: Sequence[Mention]) -> list[frozenset[int]]:
    """Years of each number: one by one where numbers and years are listed alike, else the nearest year."""
    years = years_in(sentence)
    found = [_nearest(mention, years) for mention in mentions]
    for run in _runs(sentence, [(m.start, m.end) for m in mentions]):
        if len(run) < 2:
            continue
        end = mentions[run[-1]].end
        lists = [group for group in _year_lists(sentence, years) if len(group) == len(run)]
        after = [group for group in lists if group[0].start >= end]
        before = [group for group in lists if group[-1].end <= mentions[run[0]].start]
        chosen = after[0] if after else before[-1] if before else None
        if chosen is not None:
            for position, index in enumerate(run):
                found[index] = frozenset({chosen[position].year})
    return found


def _runs(sentence: str, spans: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Indices of numbers that stand in one list: `$ 80 million , $ 83 million and $ 111 million`."""
    runs: list[list[int]] = []
    for index, (start, _) in enumerate(spans):
        if runs and _LISTED.match(sentence[spans[runs[-1][-1]][1] : start]):
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def _year_lists(sentence: str, years: Sequence[Year]) -> list[list[Year]]:
    groups: list[list[Year]] = []
    for year in years:
        between = sentence[groups[-1][-1].end : year.start] if groups else ""
        if groups and len(between) < 30 and re.fullmatch(r"[\s,]*(?:and|or|to|,)?\s*(?:\w+ \d{1,2}\s?,?\s*)?", between):
            groups[-1].append(year)
        else:
            groups.append([year])
    return groups


def _nearest(mention: Mention, years: Sequence[Year]) -> frozenset[int]:
    if not years:
        return frozenset()

    def distance(year: Year) -> int:
        if year.start >= mention.end:
            return year.start - mention.end
        # A year before the number more often belongs to what stands before it.
        return mention.start - year.end + 15

    nearest = min(years, key=distance)
    return frozenset({nearest.year}) if distance(nearest) < 160 else frozenset()
