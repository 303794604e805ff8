"""Claims over tables and paragraphs, judged by arithmetic: the formula that a claim carries, or the ones that fit.

verify(claim, tables=..., paragraphs=...)   supported, refuted or not enough, with the recomputed value
"""

from __future__ import annotations

from evaluators.programs.verification import verify

__all__ = ["verify"]
